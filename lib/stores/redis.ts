import type { Construct } from 'constructs';
import { z } from 'zod';
import { type BackupSource, claimTemplate, configFiles, IMAGES, mebibytes, memory, type Store, secretFiles } from '../kube';
import { EmbeddedStore, type StoreParts } from './embedded';
import { ExternalStore, externalFields } from './external';
import { LEAST_DATA, type RedisSizes, redisSizes } from './redis-settings';
import probeScript from './scripts/redis-probe.sh';
import startScript from './scripts/redis-start.sh';
import { storageFields, storeFields } from './shared';

/** Fields that a single Redis and each member of a cluster have in common. */
export const redisFields = {
  ...storeFields({ image: IMAGES.redis, source: 'guide: redis:7-alpine', cpu: '250m', memory: '1Gi' }),
  ...storageFields('10Gi'),
  policy: z
    .enum(['allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-lfu', 'volatile-ttl', 'noeviction'])
    .default('allkeys-lru')
    .describe('What goes when the memory is full (guide: --maxmemory-policy).'),
  maxClients: z.int().min(1).default(10000).describe('Connections of each server (redis.conf: maxclients).'),
};

/** Refuses a server with no room for its data in memory, or for its files on the disk. */
export function sizesFit(hasReplicas: boolean) {
  return ({ memory, storage }: { memory: string; storage: string }, context: z.RefinementCtx) => {
    if (context.issues.length > 0) return; // what is wrong with single options comes first
    const { data, disk } = redisSizes(memory, hasReplicas);
    const reject = (path: string, message: string, got: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { got } });
    if (data < LEAST_DATA)
      reject(
        'memory',
        `expected ${LEAST_DATA} MiB for data, and what the server itself needs`,
        `memory for ${Math.max(0, data)} MiB of data`,
      );
    else if (mebibytes(storage) < disk)
      reject(
        'storage',
        `expected at least ${disk}Mi: while the append-only file is rewritten, ${data} MiB of data need three times that`,
        `"${storage}"`,
      );
  };
}

/** Options of {@link Redis}. */
export const RedisSchema = z
  .strictObject({
    provider: z.literal('standalone').describe('One Redis server.').default('standalone'),
    ...redisFields,
  })
  .superRefine(sizesFit(false));

/** @see RedisSchema */
export type RedisProps = z.input<typeof RedisSchema>;
type RedisOptions = Omit<z.output<typeof RedisSchema>, 'provider'>;

/** Options of {@link ExternalRedis}. */
export const ExternalRedisSchema = z.strictObject(externalFields(6379, 'password and url (rediss:// for TLS, the password URL-encoded)'));

/** @see ExternalRedisSchema */
export type ExternalRedisProps = Omit<z.input<typeof ExternalRedisSchema>, 'provider'>;

export const REDIS = { storeName: 'redis', order: '21' } as const;
export const REDIS_PORT = 6379;
/** Redis, alone or a member of a cluster. */
export abstract class RedisServer<Options extends RedisOptions> extends EmbeddedStore<Options> {
  /** The parts of a server that stands alone, with more lines of its configuration and more scripts. */
  protected parts(settings = '', scripts: Readonly<Record<string, string>> = {}) {
    const { id } = this.node;
    const files = { 'redis-start.sh': startScript, 'redis-probe.sh': probeScript, ...scripts };
    return {
      variables: variables({ host: id, port: REDIS_PORT, secret: this.secretName }),
      // of one server: a client of a cluster speaks to every member
      maxConnections: this.options.maxClients,
      // redis:*-alpine; the group is not the user's number
      user: { uid: 999, gid: 1000 },
      secret: { password: '{random}', url: `redis://:{password}@${id}:${REDIS_PORT}/0` },
      server: {
        command: ['sh', '/scripts/redis-start.sh', '/etc/redis/redis.conf'],
        env: { PASSWORD_FILE: '/run/secrets/redis/password', AUTH_FILE: '/run/redis/auth.conf' },
        ports: { redis: REDIS_PORT },
        probes: {
          // loading the append-only file may take minutes
          startup: { check: ask('alive'), failures: 60 },
          readiness: { check: ask('ready') },
          liveness: { check: ask('alive'), failures: 6 },
        },
        mounts: {
          '/data': claimTemplate('data', this.options),
          '/etc/redis': configFiles(this, `${id}-config`, {
            'redis.conf': configuration(this.options, redisSizes(this.options.memory, settings !== '')) + settings,
          }),
          '/run/redis': memory('run', '1Mi'),
          '/scripts': configFiles(this, `${id}-scripts`, files, { executable: true }),
          '/run/secrets/redis': secretFiles('auth', this.secretName, ['password']),
        },
      },
      exporter: {
        image: IMAGES.redisExporter,
        port: 9121,
        user: 59000,
        env: { REDIS_ADDR: `redis://127.0.0.1:${REDIS_PORT}`, REDIS_PASSWORD: { secret: this.secretName, key: 'password' } },
      },
    } satisfies StoreParts;
  }
}

/** Redis with an append-only file: a StatefulSet of one pod. @throws InvalidInput if an option is not as {@link RedisSchema} says */
export class Redis extends RedisServer<z.output<typeof RedisSchema>> {
  constructor(scope: Construct, id: string, props: RedisProps = {}) {
    super(scope, id, { ...REDIS, schema: RedisSchema }, props);
  }

  /** How its data is backed up. */
  get backup(): BackupSource {
    const { id } = this.node;
    return this.remoteBackup({ method: 'redis', env: { REDIS_HOSTS: id }, claim: `data-${id}-0`, scratch: this.options.memory });
  }
}

/** The external twin of Redis. @throws InvalidInput if an option is not as {@link ExternalRedisSchema} says */
export class ExternalRedis extends ExternalStore<z.output<typeof ExternalRedisSchema>> {
  constructor(scope: Construct, id: string, props: ExternalRedisProps) {
    super(scope, id, { ...REDIS, schema: ExternalRedisSchema, variables }, props);
  }
}

function variables({ host, port, secret }: { host: string; port: number; secret: string }): Store['variables'] {
  return {
    url: { env: 'REDIS_URL', value: { secret, key: 'url' } },
    host: { env: 'REDIS_HOST', value: host },
    port: { env: 'REDIS_PORT', value: String(port) },
    password: { env: 'REDIS_PASSWORD', value: { secret, key: 'password' } },
  };
}

/** A question to the probe's script. */
export const ask = (question: string) => ({ exec: ['sh', '/scripts/redis-probe.sh', question] });

// No snapshots (save): the append-only file has everything. A client that holds too much is cut off, before all keys
// make place for it; what it holds before anybody looks is no part of maxmemory.
const configuration = ({ policy, maxClients }: RedisOptions, { data }: RedisSizes) => `include /run/redis/auth.conf
dir /data
appendonly yes
appendfsync everysec
save ""
maxmemory ${data}mb
maxmemory-policy ${policy}
maxmemory-clients 20%
maxclients ${maxClients}
tcp-keepalive 60
`;
