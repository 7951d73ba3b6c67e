import { type Alert, type AlertTable, critical, isScraped, isStore, type Monitored, named, together, warning } from './alert';

type Kind = 'postgres' | 'redis' | 'memcached' | 'chroma' | 'minio';

const all = (kind: Kind) => (platform: Monitored) => together(named(platform, (workload) => isStore(kind, workload)));

/** Stores of a kind that have an exporter and at least some replicas. */
const exported =
  (kind: Kind, replicas = 1) =>
  (platform: Monitored) =>
    together(named(platform, (store) => isStore(kind, store) && isScraped(store) && store.replicas.max >= replicas));

/** A store that has no ready pod or, where an exporter says so with `up`, does not answer it. */
function down(kind: Kind, title: string, severity: typeof critical, up?: string): Alert {
  // under `job`, so that it is one alert whoever notices first
  const ready = 'label_replace(kube_statefulset_status_replicas_ready{$statefulset}, "job", "$1", "statefulset", "(.+)")';
  const unreachable = up ? `max by (namespace, job) (${up}{$job}) == 0\nor\n` : '';
  return {
    ...severity('5m', all(kind)),
    expr: `${unreachable}max by (namespace, job) (${ready}) == 0`,
    summary: `${title} is down.`,
    description: `${title} {{ $labels.namespace }}/{{ $labels.job }} is not ready or does not answer.`,
  };
}

/** A pod that has used up most of something. */
function nearMax(kind: Kind, thing: string, used: string, max: string, rest = ''): Alert {
  return {
    ...warning('10m', exported(kind)),
    expr: `
sum by (namespace, job, pod) (${used}{$job})
  /
max by (namespace, job, pod) (${max}{$job} > 0)
> 0.8${rest}`,
    summary: `A store is running out of ${thing}.`,
    description: `{{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its ${thing}.`,
  };
}

// Where any key may be evicted, memory is full sooner or later and nothing is refused: that is RedisEvictingKeys.
const UNLESS_EVICTING = `
unless on (namespace, job, pod)
redis_instance_info{$job,maxmemory_policy=~"allkeys-.+"}`;

/** What each kind of store can run out of. */
export const STORE_ALERTS: AlertTable = {
  PostgresDown: down('postgres', 'PostgreSQL', critical, 'pg_up'),
  RedisDown: down('redis', 'Redis', critical, 'redis_up'),
  MemcachedDown: down('memcached', 'Memcached', warning, 'memcached_up'),
  ChromaDown: down('chroma', 'Chroma', critical),
  MinioDown: down('minio', 'MinIO', critical),
  PostgresConnectionsNearMax: nearMax('postgres', 'connections', 'pg_stat_database_numbackends', 'pg_settings_max_connections'),
  RedisMemoryNearMax: nearMax('redis', 'memory', 'redis_memory_used_bytes', 'redis_memory_max_bytes', UNLESS_EVICTING),
  MemcachedConnectionsNearMax: nearMax('memcached', 'connections', 'memcached_current_connections', 'memcached_max_connections'),
  RedisEvictingKeys: {
    ...warning('30m', exported('redis')),
    expr: 'sum by (namespace, job) (rate(redis_evicted_keys_total{$job}[5m])) > 0',
    summary: 'Redis drops keys that have not expired.',
    description: '{{ $labels.namespace }}/{{ $labels.job }} evicts {{ $value | humanize }} keys per second: its memory is full.',
  },
  RedisPersistenceFailing: {
    ...critical('5m', exported('redis')),
    expr: `
min by (namespace, job, pod) (redis_rdb_last_bgsave_status{$job}) == 0
or
min by (namespace, job, pod) (redis_aof_last_write_status{$job}) == 0
or
min by (namespace, job, pod) (redis_aof_last_bgrewrite_status{$job}) == 0`,
    summary: 'Redis cannot write to its disk.',
    description: 'The last append-only write or copy of {{ $labels.namespace }}/{{ $labels.pod }} failed.',
  },
  // The state stays ok while some keys have no master: the rest is served (cluster-require-full-coverage no).
  RedisClusterFailing: {
    ...critical('5m', exported('redis', 2)),
    expr: `
min by (namespace, job) (redis_cluster_slots_ok{$job}) < 16384
or
min by (namespace, job) (redis_cluster_state{$job}) == 0`,
    summary: 'The Redis cluster does not serve all keys.',
    description: 'A pod of {{ $labels.namespace }}/{{ $labels.job }} sees keys without a master, or too few of the others.',
  },
};
