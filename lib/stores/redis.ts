import type { Construct } from 'constructs';
import { z } from 'zod';
import {
  type BackupSource,
  Component,
  type ContainerOptions,
  claimTemplate,
  configFiles,
  mebibytes,
  memory,
  needSecret,
  parse,
  type Store,
  secretFiles,
  service,
  type Volume,
  Workload,
} from '../kube';
import probeScript from './scripts/redis-probe.sh';
import startScript from './scripts/redis-start.sh';
import { authSecret, defaultProvider, exporter, storageFields, storeFields } from './shared';

/** Fields that a single Redis and each member of a cluster have in common. @internal */
export const redisFields = {
  ...storeFields({ image: 'redis:7.4.11-alpine', source: 'guide: redis:7-alpine', cpu: '250m', memory: '1Gi' }),
  ...storageFields({ storage: '10Gi', source: 'the guide names no size' }),
  policy: z
    .enum(['allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-lfu', 'volatile-ttl', 'noeviction'])
    .default('allkeys-lru')
    .describe('What goes when the memory is full (guide: --maxmemory-policy).'),
  maxClients: z.int().min(1).default(10000).describe('Connections of each server (redis.conf: maxclients).'),
};

/** Options of {@link Redis}. */
export const RedisSchema = z.strictObject({
  provider: defaultProvider('standalone', 'One Redis server.'),
  ...redisFields,
});

/** @see RedisSchema */
export type RedisProps = z.input<typeof RedisSchema>;
/** @internal */
export type RedisOptions = Omit<z.output<typeof RedisSchema>, 'provider'>;

/** @internal */
export const REDIS_PORT = 6379;
/** redis:*-alpine; the group is not the user's number. @internal */
export const REDIS_USER = { uid: 999, gid: 1000 };
const EXPORTER_IMAGE = 'oliver006/redis_exporter:v1.89.0';
/**
 * Share of the limit for data. The guide gives Redis all of it, and a rewrite of the append-only file, whose fork copies
 * the pages that are written meanwhile, ends in an OOM kill (Redis documentation, FAQ: background saving).
 */
const DATA_SHARE = 0.65;

/**
 * Redis with an append-only file: a StatefulSet of one pod.
 *
 * @throws InvalidInput if an option is not as {@link RedisSchema} says
 */
export class Redis extends Component implements Store {
  readonly storeName = 'redis';
  readonly variables: Store['variables'];
  readonly maxConnections: number;
  /** The server's workload. */
  readonly workload: Workload;
  /** How its data is backed up. */
  readonly backup: BackupSource;

  constructor(scope: Construct, id: string, props: RedisProps = {}) {
    super(scope, id, { order: 'redis' });
    const options = parse(RedisSchema, props, this.node.path);
    const secret = redisSecret(this, id);
    this.variables = redisVariables(id, secret);
    this.maxConnections = options.maxClients;
    this.workload = new Workload(this, {
      kind: 'StatefulSet',
      name: id,
      component: 'store',
      replicas: 1,
      serviceName: id,
      user: REDIS_USER,
      priority: 'stores',
      drain: { settle: 0, finish: 55 },
      containers: [redisServer(this, id, options, secret), ...redisMetrics(this, secret)],
    });
    service(this.workload, { ports: ['redis'], headless: true });
    this.backup = {
      backupName: id,
      method: 'redis',
      image: options.image,
      user: REDIS_USER,
      env: { REDIS_HOSTS: id },
      secret: secretFiles('auth', secret, ['password']),
      claim: `data-${id}-0`,
      scratch: options.memory,
      connectFrom: (consumer) => this.connectFrom(consumer),
    };
  }

  connectFrom(consumer: Workload): void {
    consumer.connectTo(this.workload, 'redis');
  }
}

/** Registers the Secret of a Redis and gives its name. @internal */
export function redisSecret(component: Component, id: string): string {
  const auth = authSecret(id, { password: '{random}', url: `redis://:{password}@${id}:${REDIS_PORT}/0` });
  needSecret(component.context, auth);
  return auth.name;
}

/** What a consumer needs, the same for a single server and a cluster. @internal */
export function redisVariables(id: string, secret: string): Store['variables'] {
  return {
    url: { env: 'REDIS_URL', value: { secret, key: 'url' } },
    host: { env: 'REDIS_HOST', value: id },
    port: { env: 'REDIS_PORT', value: String(REDIS_PORT) },
    password: { env: 'REDIS_PASSWORD', value: { secret, key: 'password' } },
  };
}

/** What a cluster adds to a server. @internal */
export interface ClusterAdditions {
  readonly settings: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly env: NonNullable<ContainerOptions['env']>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  /** Question of the readiness probe. */
  readonly readiness: string;
}

/** The container of a Redis server. @internal */
export function redisServer(
  component: Component,
  id: string,
  options: RedisOptions,
  secret: string,
  cluster?: ClusterAdditions,
): ContainerOptions {
  const config = configFiles(component, `${id}-config`, { 'redis.conf': configuration(options, cluster?.settings) });
  return {
    name: 'redis',
    image: options.image,
    command: ['sh', '/scripts/redis-start.sh', '/etc/redis/redis.conf', ...(cluster?.args ?? [])],
    env: { PASSWORD_FILE: '/run/secrets/redis/password', AUTH_FILE: '/run/redis/auth.conf', ...cluster?.env },
    ports: { redis: REDIS_PORT, ...cluster?.ports },
    resources: { cpu: options.cpu, memory: options.memory },
    probes: {
      // loading the append-only file may take minutes
      startup: { check: ask('alive'), failures: 60 },
      readiness: { check: ask(cluster?.readiness ?? 'ready') },
      liveness: { check: ask('alive'), failures: 6 },
    },
    mounts: {
      '/data': claimTemplate('data', options),
      '/etc/redis': config,
      '/run/redis': memory('run', '1Mi'),
      ...redisTools(component, id, secret, cluster?.scripts),
    },
  };
}

/** Scripts and password, for everything in the pod that talks to Redis. @internal */
export function redisTools(
  component: Component,
  id: string,
  secret: string,
  scripts: Readonly<Record<string, string>> = {},
): Record<string, Volume> {
  const all = { 'redis-start.sh': startScript, 'redis-probe.sh': probeScript, ...scripts };
  return {
    '/scripts': configFiles(component, `${id}-scripts`, all, { executable: true }),
    '/run/secrets/redis': secretFiles('auth', secret, ['password']),
  };
}

/** The exporter beside a server, where something scrapes. @internal */
export function redisMetrics(component: Component, secret: string): ContainerOptions[] {
  if (!component.context.metrics) return [];
  const env = { REDIS_ADDR: `redis://127.0.0.1:${REDIS_PORT}`, REDIS_PASSWORD: { secret, key: 'password' } };
  return [exporter({ image: EXPORTER_IMAGE, port: 9121, user: 59000, env })];
}

function ask(question: string) {
  return { exec: ['sh', '/scripts/redis-probe.sh', question] };
}

function configuration(options: RedisOptions, cluster: Readonly<Record<string, string>> = {}): string {
  const settings = {
    include: '/run/redis/auth.conf',
    dir: '/data',
    appendonly: 'yes',
    appendfsync: 'everysec',
    // the append-only file has everything: no snapshots beside it
    save: '""',
    maxmemory: `${mebibytes(options.memory, DATA_SHARE)}mb`,
    'maxmemory-policy': options.policy,
    maxclients: String(options.maxClients),
    'tcp-keepalive': '60',
    ...cluster,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}
