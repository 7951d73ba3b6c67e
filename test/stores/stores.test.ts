import { z } from 'zod';
import { parse, workloadsOf } from '../../lib/kube';
import { createStores, StoresSchema } from '../../lib/stores';
import { type Rendered, rendered, testScope } from '../support/platform';
import { schemaErrors } from '../support/schemas';
import { storeFiles } from '../support/stores';

const SERVER = { provider: 'external', host: 'db.example.com', secret: 'db' } as const;
const create = (input: unknown) => {
  const scope = testScope();
  return { scope, stores: createStores(scope, parse(StoresSchema, input, 'stores')) };
};
const classes = (input: unknown) => [...create(input).stores].map(([name, store]) => [name, store.storeName, store.constructor.name]);

describe('providers', () => {
  test.each([
    [{ postgres: {} }, ['postgres', 'postgres', 'Postgres']],
    [{ postgres: { provider: 'embedded' } }, ['postgres', 'postgres', 'Postgres']],
    [{ postgres: { provider: 'cloudnative-pg' } }, ['postgres', 'postgres', 'PostgresCluster']],
    [{ postgres: SERVER }, ['postgres', 'postgres', 'ExternalPostgres']],
    [{ redis: {} }, ['redis', 'redis', 'Redis']],
    [{ redis: { provider: 'standalone' } }, ['redis', 'redis', 'Redis']],
    [{ redis: { provider: 'cluster' } }, ['redis', 'redis', 'RedisCluster']],
    [{ redis: SERVER }, ['redis', 'redis', 'ExternalRedis']],
    [{ memcached: {} }, ['memcached', 'memcached', 'Memcached']],
    [{ chroma: {} }, ['chroma', 'chroma', 'Chroma']],
    [{ minio: {} }, ['minio', 'minio', 'Minio']],
    [{ minio: { provider: 'minio' } }, ['minio', 'minio', 'Minio']],
    [{ minio: SERVER }, ['minio', 'minio', 'ExternalObjectStore']],
  ])('%j', (input, expected) => {
    expect(classes(input)).toEqual([expected]);
  });

  test('are none where there are no stores', () => {
    expect(classes({})).toEqual([]);
  });

  test('are made in an order of their own', () => {
    const inputs = [
      { minio: {}, chroma: {}, memcached: {}, redis: {}, postgres: {} },
      { redis: {}, postgres: {}, minio: {}, memcached: {}, chroma: {} },
    ];
    for (const input of inputs) expect(classes(input).map(([name]) => name)).toEqual(['postgres', 'redis', 'memcached', 'chroma', 'minio']);
  });

  test('get their options', () => {
    const { scope } = create({ memcached: { replicas: 5 }, redis: { provider: 'cluster', masters: 4 } });
    expect(workloadsOf(scope).map(({ name, replicas }) => [name, replicas.max])).toEqual([
      ['redis', 8],
      ['memcached', 5],
    ]);
  });
});

describe('all stores together', () => {
  const { scope } = create({ postgres: {}, redis: { provider: 'cluster' }, memcached: {}, chroma: {}, minio: {} });
  for (const workload of workloadsOf(scope)) workload.renderNetworkPolicy();
  const objects = rendered(scope);

  test('are what Kubernetes takes', () => {
    expect(objects.flatMap(schemaErrors)).toEqual([]);
  });

  test('have files of their own numbers, in the order in which they are made', () => {
    const numbers = storeFiles().map((file) => file.slice(0, 2));
    expect(numbers).toHaveLength(Object.keys(StoresSchema.shape).length);
    expect(numbers).toEqual([...new Set(numbers)].sort());
  });

  test('have no two objects of a name', () => {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  test('are labelled as stores, and go before agents', () => {
    const workloads = [...workloadsOf(scope), ...workloadsOf(create({ redis: {} }).scope)];
    const servers = workloads.filter(({ options }) => options.kind === 'StatefulSet');
    expect(servers).toHaveLength(6);
    for (const { options } of servers) expect(options).toMatchObject({ component: 'store', priority: 'stores' });
    // alerts find a kind of store by its first container
    expect(servers.map(({ options }) => options.containers[0]?.name)).toEqual([
      ...['postgres', 'redis', 'memcached', 'chroma', 'minio', 'redis'],
    ]);
  });

  test('have claims that outlive them, of names and sizes only: their fields can never be changed', () => {
    const sets = objects.filter(({ kind, spec }) => kind === 'StatefulSet' && spec.volumeClaimTemplates);
    const claims = sets.flatMap(({ metadata, spec }) => spec.volumeClaimTemplates.map((claim: Rendered) => [metadata.name, claim]));
    const claim = (storage: string) => ({
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });
    const sizes = { postgres: '50Gi', redis: '10Gi', chroma: '50Gi', minio: '100Gi' };
    expect(Object.fromEntries(claims)).toEqual(Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, claim(size)])));
    for (const { spec } of sets) expect(spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenDeleted: 'Retain', whenScaled: 'Retain' });
  });

  test('have no password in any object', () => {
    expect(JSON.stringify(objects)).not.toMatch(/\{random\}|"kind":"Secret"/);
  });
});

describe('fails', () => {
  test.each([
    [{ mysql: {} }, 'stores.mysql: got an unknown key, expected one of postgres, redis, memcached, chroma, minio'],
    [
      { redis: { provider: 'clustre' } },
      'stores.redis.provider: got "clustre", expected "standalone", "cluster" or "external"; did you mean "cluster"?',
    ],
    // the words of the branch that was meant
    [
      { postgres: { provider: 'external', storage: '1Gi' } },
      [
        'stores.postgres.host: got nothing, expected a host name such as agent.example.com',
        'stores.postgres.secret: got nothing, expected the name of a Secret',
        'stores.postgres.storage: got an unknown key, expected one of provider, host, port, secret, cidrs, ca, database, user, maxConnections, sslMode',
      ].join('\n'),
    ],
    [{ redis: { memory: 512 } }, 'stores.redis.memory: got 512, expected a size such as 512Mi or 2Gi'],
    [{ redis: { masters: 3 } }, /^stores\.redis\.masters: got an unknown key, expected one of provider, image, cpu/],
    [{ redis: 'cluster' }, 'stores.redis: got "cluster", expected a map'],
  ] as [object, string | RegExp][])('%j', (input, message) => {
    expect(() => parse(StoresSchema, input, 'stores')).toThrow(typeof message === 'string' ? new Error(message) : message);
  });
});

test('every field of every store has a description, and in an editor no provider need be named', () => {
  const missing: string[] = [];
  const visit = (schema: z.core.JSONSchema.BaseSchema, path: string) => {
    for (const branch of schema.oneOf ?? []) visit(branch as z.core.JSONSchema.BaseSchema, path);
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      if (typeof child !== 'object') continue;
      if (!child.description) missing.push(`${path}.${key}`);
      visit(child, `${path}.${key}`);
    }
  };
  const json = z.toJSONSchema(StoresSchema, { io: 'input' });
  visit(json, 'stores');
  expect(missing).toEqual([]);
  const branches = json.properties?.redis as { oneOf: { required?: string[] }[] };
  expect(branches.oneOf.map(({ required = [] }) => required)).toEqual([[], ['provider'], ['provider', 'host', 'secret']]);
});
