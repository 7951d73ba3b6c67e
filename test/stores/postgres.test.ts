import { IMAGES } from '../../lib/kube';
import { Postgres, type PostgresProps, PostgresSchema } from '../../lib/stores/postgres';
import { type AllProps, unseenProps } from '../support/all-props';
import { find } from '../support/platform';
import { consumerOf, makeStore, toldBy } from './support';

const make = (props: PostgresProps = {}, context = {}) => makeStore(Postgres, 'postgres', props, context);
const settings = (props: PostgresProps): Record<string, string> =>
  Object.fromEntries(
    make(props)
      .file('postgresql.conf')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' = ')),
  );

describe('postgres', () => {
  const { store, objects, main, statefulSet, pod, container, env, mounts, claims, secret } = make();

  test('tells where it is', () => {
    expect(toldBy(store)).toEqual({
      POSTGRES_URL: 'postgres-auth.url',
      POSTGRES_HOST: 'postgres',
      POSTGRES_PORT: '5432',
      POSTGRES_DB: 'aiagent',
      POSTGRES_USER: 'aiagent',
      POSTGRES_PASSWORD: 'postgres-auth.password',
    });
    expect(secret('postgres-auth')).toEqual({
      password: '{random}',
      url: 'postgresql://aiagent:{password}@postgres:5432/aiagent',
    });
    expect(find(objects, 'Service', 'postgres').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'postgres', port: 5432, targetPort: 'postgres' }],
    });
    expect([store.storeName, store.file]).toEqual(['postgres', '20-postgres.yaml']);
    // three of the hundred are kept for superusers
    expect(store.maxConnections).toBe(97);
  });

  test('starts through the entrypoint of its image, which makes the database', () => {
    expect(main).toMatchObject({
      image: IMAGES.postgres,
      args: ['-c', 'config_file=/etc/postgresql/postgresql.conf'],
    });
    expect(main.command).toBeUndefined();
    expect(env()).toEqual({
      POSTGRES_DB: 'aiagent',
      POSTGRES_USER: 'aiagent',
      POSTGRES_PASSWORD_FILE: '/run/secrets/postgres/password',
      POSTGRES_INITDB_ARGS: '--data-checksums --auth-host=scram-sha-256',
      PGDATA: '/var/lib/postgresql/data/pgdata',
    });
  });

  test('writes to its volume, and has room for sockets, temporary files and shared memory', () => {
    expect(mounts()).toEqual({
      '/var/lib/postgresql/data': { claim: 'data' },
      '/etc/postgresql': {
        configMap: { name: expect.stringMatching(/^postgres-config-[0-9a-f]{8}$/), defaultMode: 0o444 },
      },
      '/run/secrets/postgres': {
        secret: { secretName: 'postgres-auth', defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] },
      },
      '/var/run/postgresql': { emptyDir: { sizeLimit: '16Mi' } },
      '/tmp': { emptyDir: { sizeLimit: '128Mi' } },
      '/dev/shm': { emptyDir: { sizeLimit: '256Mi', medium: 'Memory' } },
    });
    expect(statefulSet.spec).toMatchObject({ replicas: 1, serviceName: 'postgres' });
    expect(claims[0].spec.resources.requests.storage).toBe('50Gi');
    expect(pod.securityContext).toMatchObject({
      ...{ runAsUser: 70, runAsGroup: 70, fsGroup: 70, fsGroupChangePolicy: 'OnRootMismatch' },
    });
    // the last checkpoint takes its time
    expect(pod.terminationGracePeriodSeconds).toBe(120);
  });

  test('is asked by TCP, for on its socket there is a server while the database is made', () => {
    const exec = { command: ['pg_isready', '-h', '127.0.0.1', '-p', '5432', '-U', 'aiagent', '-d', 'aiagent'] };
    expect(main.startupProbe).toMatchObject({ exec, failureThreshold: 60 });
    expect(main.readinessProbe).toMatchObject({ exec, failureThreshold: 3 });
    expect(main.livenessProbe).toMatchObject({ exec, failureThreshold: 6 });
  });

  test('has an exporter where something scrapes', () => {
    expect(container('exporter')).toMatchObject({
      image: IMAGES.postgresExporter,
      ports: [{ name: 'metrics', containerPort: 9187 }],
    });
    expect(env('exporter')).toEqual({
      DATA_SOURCE_URI: '127.0.0.1:5432/postgres?sslmode=disable',
      DATA_SOURCE_USER: 'aiagent',
      DATA_SOURCE_PASS: 'postgres-auth.password',
    });
    expect(make({}, { metrics: false }).pod.containers).toHaveLength(1);
  });

  test('is backed up over the network', () => {
    expect(store.backup).toEqual({
      backupName: 'postgres',
      method: 'postgres',
      image: IMAGES.postgres,
      user: { uid: 70, gid: 70 },
      env: { PGHOST: 'postgres', PGUSER: 'aiagent', PGDATABASE: 'aiagent' },
      secret: {
        kind: 'files',
        name: 'auth',
        source: { secret: { secretName: 'postgres-auth', defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] } },
      },
      scratch: '50Gi',
      connectFrom: expect.any(Function),
    });
    const { store: other } = make();
    expect(consumerOf(other, other.backup.connectFrom).egress[0].ports).toEqual([{ protocol: 'TCP', port: 5432 }]);
  });
});

test.each([
  ['512Mi', '128MB', '256MB', '25MB', '1MB', '64Mi'],
  ['1Gi', '256MB', '512MB', '51MB', '1MB', '128Mi'],
  ['2Gi', '512MB', '1024MB', '102MB', '2MB', '256Mi'],
  ['8Gi', '2048MB', '4096MB', '409MB', '10MB', '1024Mi'],
  ['64Gi', '16384MB', '32768MB', '3276MB', '81MB', '8192Mi'],
])('of %s it shares out %s, %s, %s and %s', (memory, shared, cache, maintenance, work, shm) => {
  expect(settings({ memory })).toMatchObject({
    shared_buffers: shared,
    effective_cache_size: cache,
    maintenance_work_mem: maintenance,
    work_mem: work,
  });
  expect(make({ memory }).mounts()['/dev/shm']).toMatchObject({ emptyDir: { sizeLimit: shm } });
});

test('its other settings are the same at every size', () => {
  expect(settings({})).toEqual({
    ...{ listen_addresses: "'*'", port: '5432', max_connections: '100' },
    ...{ shared_buffers: '512MB', effective_cache_size: '1024MB', maintenance_work_mem: '102MB', work_mem: '2MB' },
    ...{ dynamic_shared_memory_type: 'posix', password_encryption: "'scram-sha-256'" },
    ...{ log_destination: "'stderr'", log_min_duration_statement: '1000', log_timezone: "'UTC'", timezone: "'UTC'" },
  });
});

test('the more connections, the less memory each has', () => {
  expect(settings({ memory: '8Gi', maxConnections: 400 })).toMatchObject({ max_connections: '400', work_mem: '2MB' });
  expect(settings({ memory: '1Gi', maxConnections: 1000 })).toMatchObject({ max_connections: '1000', work_mem: '1MB' });
});

test('shows every option', () => {
  const given: AllProps<PostgresProps> = {
    ...{ provider: 'embedded', image: 'registry.test/postgres:2', cpu: '510m', memory: '3Gi' },
    ...{ storage: '51Gi', storageClass: 'fast', database: 'agents', user: 'agent_1', maxConnections: 142 },
    initScripts: { '01-tables.sql': 'CREATE TABLE t (id int);' },
  };
  const before = make().objects;
  const { objects, store, claims, mounts, file, secret } = make(given);
  const { provider, ...visible } = given;
  expect(provider).toBe('embedded');
  const defaults = PostgresSchema.parse({});
  expect(unseenProps({ given: visible, defaults, before, after: objects, explicit: {} })).toEqual([]);
  expect(store.maxConnections).toBe(139);
  expect(store.backup).toMatchObject({
    env: { PGUSER: 'agent_1', PGDATABASE: 'agents' },
    scratch: '51Gi',
    image: 'registry.test/postgres:2',
  });
  expect(secret('postgres-auth')?.url).toBe('postgresql://agent_1:{password}@postgres:5432/agents');
  expect(claims[0].spec).toMatchObject({ storageClassName: 'fast', resources: { requests: { storage: '51Gi' } } });
  expect(mounts()).toHaveProperty(['/docker-entrypoint-initdb.d', 'configMap']);
  expect(file('01-tables.sql')).toBe('CREATE TABLE t (id int);');
});

test.each<[PostgresProps, string]>([
  [{ maxConnections: 1001 }, 'test/postgres.maxConnections: got 1001, expected at most 1000'],
  [{ maxConnections: 9 }, 'test/postgres.maxConnections: got 9, expected at least 10'],
  [{ user: 'agent-1' }, 'test/postgres.user: got "agent-1", expected lower case letters, digits and "_", such as aiagent'],
  [{ initScripts: { 'init.sh': 'id' } }, 'test/postgres.initScripts."init.sh": got "init.sh", expected a file name such as init.sql'],
])('fails on %j', (props, message) => {
  expect(() => make(props)).toThrow(new Error(message));
});
