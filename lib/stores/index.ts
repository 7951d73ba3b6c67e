import type { Construct } from 'constructs';
import { z } from 'zod';
import type { Component, Store } from '../kube';
import { Chroma, ChromaSchema } from './chroma';
import {
  ExternalObjectStore,
  ExternalObjectStoreSchema,
  ExternalPostgres,
  ExternalPostgresSchema,
  ExternalRedis,
  ExternalRedisSchema,
} from './external';
import { Memcached, MemcachedSchema } from './memcached';
import { Minio, MinioSchema } from './minio';
import { Postgres, PostgresSchema } from './postgres';
import { Redis, RedisSchema } from './redis';
import { RedisCluster, RedisClusterSchema } from './redis-cluster';

export { Chroma, type ChromaProps } from './chroma';
export {
  ExternalObjectStore,
  type ExternalObjectStoreProps,
  ExternalPostgres,
  type ExternalPostgresProps,
  ExternalRedis,
  type ExternalRedisProps,
} from './external';
export { Memcached, type MemcachedProps } from './memcached';
export { Minio, type MinioProps } from './minio';
export { Postgres, type PostgresProps } from './postgres';
export { Redis, type RedisProps } from './redis';
export { RedisCluster, type RedisClusterProps } from './redis-cluster';

/** Stores by name. A new store is one file, and one entry here and in {@link CONSTRUCTS}. */
export const StoresSchema = z.strictObject({
  postgres: z.discriminatedUnion('provider', [PostgresSchema, ExternalPostgresSchema]).optional().describe('PostgreSQL.'),
  redis: z.discriminatedUnion('provider', [RedisSchema, RedisClusterSchema, ExternalRedisSchema]).optional().describe('Redis.'),
  memcached: MemcachedSchema.optional().describe('A pool of Memcached servers.'),
  chroma: ChromaSchema.optional().describe('ChromaDB.'),
  minio: z.discriminatedUnion('provider', [MinioSchema, ExternalObjectStoreSchema]).optional().describe('Object store.'),
});

/** Configuration of all stores. */
export type StoresConfig = z.output<typeof StoresSchema>;
type StoreName = keyof StoresConfig;
type Config<N extends StoreName> = NonNullable<StoresConfig[N]>;
type Constructors = {
  readonly [N in StoreName]: (scope: Construct, id: string, config: Config<N>) => Component & Store;
};

const CONSTRUCTS: Constructors = {
  postgres: (scope, id, config) =>
    config.provider === 'external' ? new ExternalPostgres(scope, id, config) : new Postgres(scope, id, config),
  redis: (scope, id, config) => {
    if (config.provider === 'external') return new ExternalRedis(scope, id, config);
    return config.provider === 'cluster' ? new RedisCluster(scope, id, config) : new Redis(scope, id, config);
  },
  memcached: (scope, id, config) => new Memcached(scope, id, config),
  chroma: (scope, id, config) => new Chroma(scope, id, config),
  minio: (scope, id, config) =>
    config.provider === 'external' ? new ExternalObjectStore(scope, id, config) : new Minio(scope, id, config),
};

/** Makes the stores of an environment, in an order that does not follow the file's. */
export function createStores(scope: Construct, stores: StoresConfig): Map<string, Store> {
  const created = new Map<string, Store>();
  const create = <N extends StoreName>(id: N, config: Config<N>) => created.set(id, CONSTRUCTS[id](scope, id, config));
  for (const id of Object.keys(CONSTRUCTS) as StoreName[]) {
    const config = stores[id];
    if (config) create(id, config);
  }
  return created;
}
