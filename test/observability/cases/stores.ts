import { type Case, type Cases, NAMESPACE, type Series, series, twice } from './case';

const ready = (statefulset: string, values: string) => twice('kube_statefulset_status_replicas_ready', { statefulset }, values);

/** What is the same for every store that can be down. */
function downCases(kind: string, title: string, severity: Cases['severity'], up?: string): Cases {
  const labels = { namespace: NAMESPACE, job: kind };
  const fires = [{ labels, description: `${title} ai-agent-test/${kind} is not ready or does not answer.` }];
  const says = (pod: string, values: string) => series(up ?? '', { job: kind, pod }, values);
  const byExporter: Case[] = [
    { name: 'it does not answer its exporter', series: [says('0', '0x30'), ...ready(kind, '1x30')], at: '5m', fires },
    { name: 'both agree, and it is one alert', series: [says('0', '0x30'), ...ready(kind, '0x30')], at: '5m', fires },
    { name: 'one of its pods answers', series: [says('0', '0x30'), says('1', '1x30')], at: '20m' },
  ];
  return {
    severity,
    summary: `${title} is down.`,
    cases: [
      { name: 'no pod is ready for five minutes', series: ready(kind, '0x30'), at: '5m', fires },
      { name: 'for less than that', series: ready(kind, '0x30'), at: '4m' },
      { name: 'it is ready', series: ready(kind, '1x30'), at: '20m' },
      ...(up ? byExporter : []),
    ],
  };
}

/** What two servers of an operator say. */
const cluster = (metric: string, ...values: string[]): Series =>
  values.map((said, index) => series(metric, { job: 'cluster', pod: `cluster-${index + 1}` }, said));
const archiver = (what: string, values: string) => cluster(`cnpg_pg_stat_archiver_last_${what}_time`, values);
const clusterDown = [
  { labels: { namespace: NAMESPACE, job: 'cluster' }, description: "No server of ai-agent-test/cluster answers its operator's exporter." },
];

/** What is the same for everything that one pod can use up; the limit is a hundred. */
function nearMaxCases(kind: string, thing: string, used: (count: number) => Series, max: string): Cases {
  const limit = series(max, { job: kind, pod: `${kind}-0` }, '100x30');
  return {
    severity: 'warning',
    summary: `A store is running out of ${thing}.`,
    cases: [
      {
        name: 'more than four fifths for ten minutes',
        series: [...used(81), limit],
        at: '10m',
        fires: [
          {
            labels: { namespace: NAMESPACE, job: kind, pod: `${kind}-0` },
            description: `ai-agent-test/${kind}-0 uses 81% of its ${thing}.`,
          },
        ],
      },
      { name: 'for less than that', series: [...used(81), limit], at: '9m' },
      { name: 'four fifths exactly', series: [...used(80), limit], at: '20m' },
    ],
  };
}

const redis = (metric: string, values: string, labels: Record<string, string> = {}) =>
  series(metric, { job: 'redis', pod: 'redis-0', ...labels }, values);

const redisMemory = nearMaxCases('redis', 'memory', (count) => [redis('redis_memory_used_bytes', `${count}x30`)], 'redis_memory_max_bytes');
const policy = (name: string) => redis('redis_instance_info', '1x30', { maxmemory_policy: name });
const fullRedis = [redis('redis_memory_used_bytes', '99x30'), redis('redis_memory_max_bytes', '100x30')];

const redisPod = { namespace: NAMESPACE, job: 'redis', pod: 'redis-0' };
const DISK = ['redis_rdb_last_bgsave_status', 'redis_aof_last_write_status', 'redis_aof_last_bgrewrite_status'];
const diskFails = [{ labels: redisPod, description: 'The last append-only write or copy of ai-agent-test/redis-0 failed.' }];

const linkUp = (pod: string, values: string) => redis('redis_master_link_up', values, { pod, master_host: 'redis-3', master_port: '6379' });

const clusterFails = [
  {
    labels: { namespace: NAMESPACE, job: 'redis' },
    description: 'A pod of ai-agent-test/redis sees keys without a master, or too few of the others.',
  },
];

export const STORES: Readonly<Record<string, Cases>> = {
  PostgresDown: downCases('postgres', 'PostgreSQL', 'critical', 'pg_up'),
  RedisDown: downCases('redis', 'Redis', 'critical', 'redis_up'),
  MemcachedDown: downCases('memcached', 'Memcached', 'warning', 'memcached_up'),
  ChromaDown: downCases('chroma', 'Chroma', 'critical'),
  MinioDown: downCases('minio', 'MinIO', 'critical'),

  PostgresConnectionsNearMax: nearMaxCases(
    'postgres',
    'connections',
    // of all databases of the server
    (count) => [
      series('pg_stat_database_numbackends', { job: 'postgres', pod: 'postgres-0', datname: 'aiagent' }, `${count - 1}x30`),
      series('pg_stat_database_numbackends', { job: 'postgres', pod: 'postgres-0', datname: 'postgres' }, '1x30'),
    ],
    'pg_settings_max_connections',
  ),

  MemcachedConnectionsNearMax: nearMaxCases(
    'memcached',
    'connections',
    (count) => [series('memcached_current_connections', { job: 'memcached', pod: 'memcached-0' }, `${count}x30`)],
    'memcached_max_connections',
  ),

  RedisMemoryNearMax: {
    ...redisMemory,
    cases: [
      ...redisMemory.cases,
      {
        name: 'keys without an expiry may not be evicted',
        series: [...fullRedis, policy('volatile-lru')],
        at: '10m',
        fires: [{ labels: redisPod, description: 'ai-agent-test/redis-0 uses 99% of its memory.' }],
      },
      { name: 'any key may be evicted', series: [...fullRedis, policy('allkeys-lru')], at: '20m' },
      {
        name: 'no limit',
        series: [redis('redis_memory_used_bytes', '99x30'), redis('redis_memory_max_bytes', '0x30')],
        at: '20m',
      },
    ],
  },

  RedisEvictingKeys: {
    severity: 'warning',
    summary: 'Redis drops keys that have not expired.',
    cases: [
      {
        name: 'two keys a second of both pods together, for half an hour',
        series: [redis('redis_evicted_keys_total', '0+60x60'), redis('redis_evicted_keys_total', '0+60x60', { pod: 'redis-1' })],
        at: '31m',
        fires: [
          {
            labels: { namespace: NAMESPACE, job: 'redis' },
            description: 'ai-agent-test/redis evicts 2 keys per second: its memory is full.',
          },
        ],
      },
      { name: 'for less than that', series: [redis('redis_evicted_keys_total', '0+60x60')], at: '30m' },
      { name: 'a burst', series: [redis('redis_evicted_keys_total', '0+60x10 600x50')], at: '40m' },
    ],
  },

  RedisPersistenceFailing: {
    severity: 'critical',
    summary: 'Redis cannot write to its disk.',
    cases: [
      ...DISK.map((status) => ({
        name: `${status} is bad for five minutes`,
        series: [redis(status, '0x30')],
        at: '5m',
        fires: diskFails,
      })),
      { name: 'for less than that', series: [redis('redis_rdb_last_bgsave_status', '0x30')], at: '4m' },
      { name: 'all is well', series: DISK.map((status) => redis(status, '1x30')), at: '20m' },
    ],
  },

  RedisClusterFailing: {
    severity: 'critical',
    summary: 'The Redis cluster does not serve all keys.',
    cases: [
      {
        name: 'keys have no master for five minutes, though the cluster is well otherwise',
        series: [redis('redis_cluster_slots_ok', '10923x30'), redis('redis_cluster_state', '1x30')],
        at: '5m',
        fires: clusterFails,
      },
      {
        name: 'one pod is cut off',
        series: [
          redis('redis_cluster_slots_ok', '16384x30'),
          redis('redis_cluster_state', '1x30'),
          redis('redis_cluster_slots_ok', '16384x30', { pod: 'redis-1' }),
          redis('redis_cluster_state', '0x30', { pod: 'redis-1' }),
        ],
        at: '5m',
        fires: clusterFails,
      },
      { name: 'for less than that', series: [redis('redis_cluster_slots_ok', '16383x30')], at: '4m' },
      {
        name: 'all is well',
        series: [redis('redis_cluster_slots_ok', '16384x30'), redis('redis_cluster_state', '1x30')],
        at: '20m',
      },
    ],
  },

  RedisReplicaLinkDown: {
    severity: 'warning',
    summary: 'A replica of Redis gets no data from its master.',
    cases: [
      {
        name: 'one replica for ten minutes, another is well',
        series: [linkUp('redis-0', '0x30'), linkUp('redis-1', '1x30')],
        at: '10m',
        fires: [
          {
            labels: redisPod,
            description: 'ai-agent-test/redis-0 has no link to its master: it could not take over without losing writes.',
          },
        ],
      },
      { name: 'while it copies the data', series: [linkUp('redis-0', '0x9 1x30')], at: '20m' },
      { name: 'a master, which has no such link', series: [redis('redis_connected_slaves', '0x30')], at: '20m' },
    ],
  },

  RedisRejectingConnections: {
    severity: 'warning',
    summary: 'Redis refuses connections.',
    cases: [
      {
        name: 'some within ten minutes',
        series: [redis('redis_rejected_connections_total', '0x5 3x30')],
        at: '8m',
        fires: [{ labels: redisPod, description: 'ai-agent-test/redis-0 has as many clients as maxclients allows, and refused more.' }],
      },
      { name: 'longer ago', series: [redis('redis_rejected_connections_total', '0x5 3x30')], at: '17m' },
      { name: 'none since it started', series: [redis('redis_rejected_connections_total', '0x30')], at: '20m' },
    ],
  },

  PostgresClusterDown: {
    severity: 'critical',
    summary: 'No server of a PostgreSQL cluster answers.',
    cases: [
      { name: 'none answers for five minutes', series: cluster('cnpg_collector_up', '0x30', '0x30'), at: '5m', fires: clusterDown },
      { name: 'none is there', series: [series('up', { job: 'other' }, '1x30')], at: '5m', fires: clusterDown },
      { name: 'for less than that', series: cluster('cnpg_collector_up', '0x30', '0x30'), at: '4m' },
      { name: 'one of them answers', series: cluster('cnpg_collector_up', '0x30', '1x30'), at: '20m' },
    ],
  },

  PostgresArchiveFailing: {
    severity: 'critical',
    summary: 'PostgreSQL cannot archive its log.',
    cases: [
      {
        name: 'nothing was archived since it failed, for a quarter of an hour',
        series: [...archiver('failed', '100x40'), ...archiver('archived', '99x40')],
        at: '15m',
        fires: [
          {
            labels: { namespace: NAMESPACE, job: 'cluster', pod: 'cluster-1' },
            description: 'The last segment of the log of ai-agent-test/cluster-1 did not reach the archive.',
          },
        ],
      },
      { name: 'for less than that', series: [...archiver('failed', '100x40'), ...archiver('archived', '99x40')], at: '14m' },
      { name: 'it was archived later', series: [...archiver('failed', '100x40'), ...archiver('archived', '99x5 101x40')], at: '30m' },
      { name: 'nothing ever failed', series: [...archiver('failed', '0x40'), ...archiver('archived', '0x40')], at: '30m' },
    ],
  },
};
