/**
 * cdk8s-ai-agent: typed constructs for an AI agent platform.
 *
 * @packageDocumentation
 */
export { Agent, type AgentProps, type UseOptions } from './agent';
export { type Environment, EnvironmentSchema, InvalidEnvironment, loadEnvironment, type PlatformProps } from './config';
export type { Route } from './edge';
export { Component, InvalidInput, type Store, Workload } from './kube';
export { AgentPlatform, platformOf } from './platform';
export { renderFiles, summary, UnsoundPlatform, writeFolders } from './render';
export {
  Chroma,
  type ChromaProps,
  ExternalObjectStore,
  type ExternalObjectStoreProps,
  ExternalPostgres,
  type ExternalPostgresProps,
  ExternalRedis,
  type ExternalRedisProps,
  Memcached,
  type MemcachedProps,
  Minio,
  type MinioProps,
  Postgres,
  PostgresCluster,
  type PostgresClusterProps,
  type PostgresProps,
  Redis,
  RedisCluster,
  type RedisClusterProps,
  type RedisProps,
} from './stores';
