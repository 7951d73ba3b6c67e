import type { Construct } from 'constructs';
import { z } from 'zod';
import { type Component, parse, type Store } from '../kube';
import { Chroma, ChromaSchema } from './chroma';
import { Memcached, MemcachedSchema } from './memcached';
import { Minio, MinioSchema } from './minio';
import { ExternalObjectStore, ExternalObjectStoreSchema } from './object-store';
import { Postgres } from './postgres';
import { PostgresCluster } from './postgres-cnpg';
import { PostgresClusterSchema } from './postgres-cnpg-schema';
import { ExternalPostgres, ExternalPostgresSchema } from './postgres-external';
import { PostgresSchema } from './postgres-schema';
import { ExternalRedis, ExternalRedisSchema, Redis, RedisSchema } from './redis';
import { RedisCluster, RedisClusterSchema } from './redis-cluster';

export * from './chroma';
export * from './memcached';
export * from './minio';
export * from './object-store';
export * from './postgres';
export { PostgresCluster } from './postgres-cnpg';
export { type PostgresClusterProps, PostgresClusterSchema } from './postgres-cnpg-schema';
export { ExternalPostgres, type ExternalPostgresProps, ExternalPostgresSchema } from './postgres-external';
export { PostgresSchema } from './postgres-schema';
export * from './redis';
export * from './redis-cluster';

type Make<Options> = (scope: Construct, id: string, options: Options) => Component & Store;

/** An entry of {@link STORES}: what it is, its options, and the construct that they make. */
const store = <S extends z.ZodType>(about: string, schema: S, make: Make<z.output<S>>) => ({
  schema: schema.optional().describe(about),
  make: (scope: Construct, id: string, options: unknown) => make(scope, id, parse(schema, options, id)),
});

/** Stores by name, in the order in which they are made. A new store is one file and one entry here. */
const STORES = {
  postgres: store(
    'PostgreSQL.',
    z.discriminatedUnion('provider', [PostgresSchema, PostgresClusterSchema, ExternalPostgresSchema]),
    (scope, id, options) => {
      if (options.provider === 'external') return new ExternalPostgres(scope, id, options);
      return options.provider === 'cloudnative-pg' ? new PostgresCluster(scope, id, options) : new Postgres(scope, id, options);
    },
  ),
  redis: store('Redis.', z.discriminatedUnion('provider', [RedisSchema, RedisClusterSchema, ExternalRedisSchema]), (scope, id, options) => {
    if (options.provider === 'external') return new ExternalRedis(scope, id, options);
    return options.provider === 'cluster' ? new RedisCluster(scope, id, options) : new Redis(scope, id, options);
  }),
  memcached: store('A pool of Memcached servers.', MemcachedSchema, (...args) => new Memcached(...args)),
  chroma: store('ChromaDB.', ChromaSchema, (...args) => new Chroma(...args)),
  minio: store('Object store.', z.discriminatedUnion('provider', [MinioSchema, ExternalObjectStoreSchema]), (scope, id, options) =>
    options.provider === 'external' ? new ExternalObjectStore(scope, id, options) : new Minio(scope, id, options),
  ),
};

type Schemas = { [Name in keyof typeof STORES]: (typeof STORES)[Name]['schema'] };

/** Options of all stores, by name. */
export const StoresSchema = z.strictObject(
  Object.fromEntries(Object.entries(STORES).map(([name, { schema }]) => [name, schema])) as Schemas,
);

/** Makes the stores of an environment, in an order that does not follow the file's. */
export function createStores(scope: Construct, stores: z.output<typeof StoresSchema>): Map<string, Store> {
  const created = new Map<string, Store>();
  for (const [name, { make }] of Object.entries(STORES)) {
    const options = stores[name as keyof Schemas];
    if (options) created.set(name, make(scope, name, options));
  }
  const cluster = [...created.values()].find((made): made is PostgresCluster => made instanceof PostgresCluster);
  const objects = created.get('minio');
  if (cluster?.isArchived && objects) cluster.archiveTo(objects);
  return created;
}
