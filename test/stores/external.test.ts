import { Workload } from '../../lib/kube';
import { Minio } from '../../lib/stores/minio';
import { ExternalObjectStore, type ExternalObjectStoreProps, ExternalObjectStoreSchema } from '../../lib/stores/object-store';
import { Postgres } from '../../lib/stores/postgres';
import { ExternalPostgres, type ExternalPostgresProps, ExternalPostgresSchema } from '../../lib/stores/postgres-external';
import { ExternalRedis, type ExternalRedisProps, ExternalRedisSchema, Redis } from '../../lib/stores/redis';
import type { AllProps } from '../support/all-props';
import { rendered, testScope } from '../support/platform';
import { KINDS } from '../support/workload';
import { consumerOf, SERVER, toldBy } from './support';

const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'];

describe.each([
  ['postgres', ExternalPostgres, Postgres, 5432, ['url', 'password']],
  ['redis', ExternalRedis, Redis, 6379, ['url', 'password']],
  ['minio', ExternalObjectStore, Minio, 443, ['user', 'password']],
] as const)('%s of somebody else', (id, External, Embedded, port, keys) => {
  const scope = testScope();
  const store = new External(scope, id, SERVER);

  test('looks to a consumer like that of the platform', () => {
    const twin = new Embedded(testScope(), id, {});
    const consumer = new Workload(twin, { ...KINDS.Deployment, name: 'consumer' });
    const variables = 'variablesFor' in twin ? twin.variablesFor(consumer) : twin.variables;
    expect(Object.keys(store.variables).sort()).toEqual(Object.keys(variables).sort());
    expect(Object.keys(toldBy(store)).sort()).toEqual(Object.keys(toldBy({ variables })).sort());
    expect([store.storeName, store.file]).toEqual([twin.storeName, twin.file]);
  });

  test('renders nothing, and has no backup', () => {
    expect(rendered(store)).toEqual([]);
    expect(store).not.toHaveProperty('backup');
  });

  test('has a Secret that only the user can make', () => {
    const need = Object.fromEntries(keys.map((key) => [key, undefined]));
    expect(Object.fromEntries(scope.context.secrets)).toEqual({ db: { name: 'db', keys: need } });
  });

  test('is reached at private addresses, but not where clouds keep credentials', () => {
    expect(consumerOf(store).egress).toEqual([{ to: PRIVATE.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ protocol: 'TCP', port }] }]);
    expect([...scope.context.requirements]).toEqual([`${id} at db.example.com:${port}, with an address in ${PRIVATE.join(', ')}`]);
  });

  test.each([
    [{ ...SERVER, host: 'db' }, 'host: got "db", expected a host name such as agent.example.com'],
    [{ ...SERVER, secret: 'No' }, 'secret: got "No", expected the name of a Secret'],
    [{ ...SERVER, port: 0 }, 'port: got 0, expected at least 1'],
    [{ ...SERVER, port: 65536 }, 'port: got 65536, expected at most 65535'],
    [{ ...SERVER, cidrs: [] }, 'cidrs: got an empty list, expected at least 1 item'],
    [{ ...SERVER, cidrs: ['10.0.0.1'] }, 'cidrs[0]: got "10.0.0.1", expected an address range such as 10.0.0.0/8'],
    [{ host: 'db.example.com' }, `secret: got nothing, expected the name of a Secret${id === 'minio' ? ', or identity' : ''}`],
  ])('fails on %j', (props, problem) => {
    expect(() => new External(testScope(), id, props as typeof SERVER)).toThrow(new Error(`test/${id}.${problem}`));
  });
});

/** Every option shows: in what consumers are told, or in the way to the server. */
describe('every option shows', () => {
  const ca = { secret: 'authority', key: 'ca.crt' };
  const common = { host: 'db.example.org', port: 1234, secret: 'other', cidrs: ['203.0.113.0/24', '2001:db8::/32'], ca };
  const way = {
    to: [{ ipBlock: { cidr: '2001:db8::/32' } }, { ipBlock: { cidr: '203.0.113.0/24' } }],
    ports: [{ protocol: 'TCP', port: 1234 }],
  };

  test('postgres', () => {
    const given: AllProps<ExternalPostgresProps> = {
      ...common,
      database: 'agents',
      user: 'agent',
      maxConnections: 42,
      sslMode: 'verify-ca',
    };
    const store = new ExternalPostgres(testScope(), 'postgres', given as ExternalPostgresProps);
    expect(toldBy(store)).toEqual({
      POSTGRES_URL: 'other.url',
      POSTGRES_HOST: 'db.example.org',
      POSTGRES_PORT: '1234',
      POSTGRES_DB: 'agents',
      POSTGRES_USER: 'agent',
      POSTGRES_PASSWORD: 'other.password',
      POSTGRES_CA_FILE: '/run/secrets/postgres-ca/ca.crt',
      PGSSLMODE: 'verify-ca',
      PGSSLROOTCERT: '/run/secrets/postgres-ca/ca.crt',
    });
    expect(store.maxConnections).toBe(42);
    expect(consumerOf(store).egress).toEqual([way]);
    expect(ExternalPostgresSchema.parse({ provider: 'external', ...SERVER })).toMatchObject({
      ...{ database: 'aiagent', user: 'aiagent', maxConnections: 100 },
    });
  });

  test.each([
    [{}, {}],
    [{ sslMode: 'disable' }, { PGSSLMODE: 'disable' }],
    [{ sslMode: 'require' }, { PGSSLMODE: 'require' }],
    [{ sslMode: 'verify-full' }, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'system' }],
    [
      { sslMode: 'verify-full', ca },
      { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/run/secrets/postgres-ca/ca.crt' },
    ],
  ] as const)('postgres with %j is spoken to as libpq is told: %j', (props, told) => {
    const all = toldBy(new ExternalPostgres(testScope(), 'postgres', { ...SERVER, ...props }));
    expect(Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('PGSSL')))).toEqual(told);
  });

  test('fails on a certificate that nobody looks at', () => {
    expect(() => new ExternalPostgres(testScope(), 'postgres', { ...SERVER, ca, sslMode: 'disable' })).toThrow(
      new Error('test/postgres.sslMode: got "disable", expected verify-full, or no ca beside it'),
    );
  });

  test('fails on no connection at all', () => {
    expect(() => new ExternalPostgres(testScope(), 'postgres', { ...SERVER, maxConnections: 0 })).toThrow(
      new Error('test/postgres.maxConnections: got 0, expected at least 1'),
    );
    const least = { ...SERVER, maxConnections: 1, port: 1 };
    expect(new ExternalPostgres(testScope(), 'postgres', least).maxConnections).toBe(1);
  });

  test('redis', () => {
    const given: AllProps<ExternalRedisProps> = common;
    const store = new ExternalRedis(testScope(), 'redis', given as ExternalRedisProps);
    expect(toldBy(store)).toEqual({
      REDIS_URL: 'other.url',
      REDIS_HOST: 'db.example.org',
      REDIS_PORT: '1234',
      REDIS_PASSWORD: 'other.password',
      REDIS_CA_FILE: '/run/secrets/redis-ca/ca.crt',
    });
    expect(store).not.toHaveProperty('maxConnections');
    expect(consumerOf(store).egress).toEqual([way]);
    expect(ExternalRedisSchema.parse({ provider: 'external', ...SERVER }).port).toBe(6379);
  });

  test('object store', () => {
    const given: Omit<AllProps<ExternalObjectStoreProps>, 'identity'> = {
      ...common,
      bucket: 'files',
      region: 'eu-west-1',
      pathStyle: false,
      tls: false,
    };
    const store = new ExternalObjectStore(testScope(), 'minio', given as ExternalObjectStoreProps);
    expect(toldBy(store)).toEqual({
      MINIO_ENDPOINT: 'db.example.org:1234',
      MINIO_SECURE: 'false',
      S3_ENDPOINT: 'http://db.example.org:1234',
      S3_ADDRESSING_STYLE: 'virtual',
      MINIO_ACCESS_KEY: 'other.user',
      MINIO_SECRET_KEY: 'other.password',
      MINIO_BUCKET: 'files',
      MINIO_REGION: 'eu-west-1',
      MINIO_CA_FILE: '/run/secrets/minio-ca/ca.crt',
    });
    expect(consumerOf(store).egress).toEqual([way]);
    expect(ExternalObjectStoreSchema.parse({ provider: 'external', ...SERVER })).toMatchObject({
      ...{ bucket: 'uploads', region: 'us-east-1', pathStyle: true, tls: true },
    });
    const secure = new ExternalObjectStore(testScope(), 'minio', SERVER);
    expect(toldBy(secure)).toMatchObject({ MINIO_SECURE: 'true', S3_ENDPOINT: 'https://db.example.com:443' });
  });

  test('an authority that not everybody knows: its certificate is a file that consumers mount', () => {
    const scope = testScope();
    const store = new ExternalRedis(scope, 'redis', { ...SERVER, ca });
    const items = [{ key: 'ca.crt', path: 'ca.crt' }];
    const source = { secret: { secretName: 'authority', defaultMode: 0o440, items } };
    expect(store.files).toEqual({ '/run/secrets/redis-ca': { kind: 'files', name: 'redis-ca', source } });
    expect(scope.context.secrets.get('authority')).toEqual({ name: 'authority', keys: { 'ca.crt': undefined } });
    expect(new ExternalRedis(testScope(), 'redis', SERVER).files).toBeUndefined();
  });
});
