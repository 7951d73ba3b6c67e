import { type Cases, downCases, NAMESPACE, nearMaxCases, series } from './case';

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

export const REDIS: Readonly<Record<string, Cases>> = {
  RedisDown: downCases('redis', 'Redis', 'critical', 'redis_up'),

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
};
