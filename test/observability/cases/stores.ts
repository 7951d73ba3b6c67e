import { type Cases, downCases, nearMaxCases, series } from './case';

/** Alerts of stores that have too few for a file of their own. */
export const STORES: Readonly<Record<string, Cases>> = {
  MemcachedDown: downCases('memcached', 'Memcached', 'warning', 'memcached_up'),
  ChromaDown: downCases('chroma', 'Chroma', 'critical'),
  MinioDown: downCases('minio', 'MinIO', 'critical'),

  MemcachedConnectionsNearMax: nearMaxCases(
    'memcached',
    'connections',
    (count) => [series('memcached_current_connections', { job: 'memcached', pod: 'memcached-0' }, `${count}x30`)],
    'memcached_max_connections',
  ),
};
