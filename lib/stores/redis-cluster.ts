import type { Construct } from 'constructs';
import { z } from 'zod';
import { type BackupSource, Component, type ContainerOptions, parse, type Store, secretFiles, service, Workload } from '../kube';
import {
  type ClusterAdditions,
  REDIS_PORT,
  REDIS_USER,
  redisFields,
  redisMetrics,
  redisSecret,
  redisServer,
  redisVariables,
} from './redis';
import clusterScript from './scripts/redis-cluster.sh';
import { provider } from './shared';

/** Options of {@link RedisCluster}. */
export const RedisClusterSchema = z.strictObject({
  provider: provider('cluster', 'A Redis Cluster: masters and a replica for each.'),
  ...redisFields,
  masters: z
    .int()
    .min(3)
    .max(16)
    .default(3)
    .describe('Masters, each with one replica (Redis asks for three at least). Fewer later needs a reshard by hand.'),
});

/** @see RedisClusterSchema */
export type RedisClusterProps = Omit<z.input<typeof RedisClusterSchema>, 'provider'>;

/** Members speak to each other on this one: always 10000 above the other. */
const BUS_PORT = REDIS_PORT + 10_000;

/**
 * A Redis Cluster that forms itself, and finds itself again after all its pods got new addresses at once. Clients must
 * speak the cluster protocol.
 *
 * @throws InvalidInput if an option is not as {@link RedisClusterSchema} says
 */
export class RedisCluster extends Component implements Store {
  readonly storeName = 'redis';
  readonly variables: Store['variables'];
  readonly maxConnections: number;
  /** The members' workload. */
  readonly workload: Workload;
  /** How its data is backed up. */
  readonly backup: BackupSource;

  constructor(scope: Construct, id: string, props: RedisClusterProps = {}) {
    super(scope, id, { order: 'redis' });
    const { masters, ...options } = parse(RedisClusterSchema, { provider: 'cluster', ...props }, this.node.path);
    const secret = redisSecret(this, id);
    const peers = `${id}-nodes`;
    const replicas = 2 * masters;
    const nodes = Array.from({ length: replicas }, (_, index) => `${id}-${index}.${peers}`);
    this.variables = redisVariables(id, secret);
    // a client speaks to every member
    this.maxConnections = options.maxClients;
    const server = redisServer(this, id, options, secret, this.additions(peers));
    this.workload = new Workload(this, {
      kind: 'StatefulSet',
      name: id,
      component: 'store',
      replicas,
      parallel: true,
      serviceName: peers,
      user: REDIS_USER,
      priority: 'stores',
      // a master hands over to its replica while it still serves
      drain: { settle: 10, finish: 50 },
      containers: [server, keeper(server, nodes), ...redisMetrics(this, secret)],
    });
    this.workload.connectTo(this.workload, 'redis', 'bus');
    service(this.workload, { ports: ['redis'] });
    // members must find each other before any of them is ready
    service(this.workload, { name: peers, ports: ['redis', 'bus'], headless: true, publishNotReady: true });
    this.backup = {
      backupName: id,
      method: 'redis-cluster',
      image: options.image,
      user: REDIS_USER,
      env: { REDIS_HOSTS: nodes.join(' ') },
      secret: secretFiles('auth', secret, ['password']),
      scratch: options.storage,
      restoreMemory: options.memory,
      connectFrom: (consumer) => this.connectFrom(consumer),
    };
  }

  connectFrom(consumer: Workload): void {
    consumer.connectTo(this.workload, 'redis');
  }

  private additions(peers: string): ClusterAdditions {
    return {
      settings: {
        'cluster-enabled': 'yes',
        'cluster-config-file': '/data/nodes.conf',
        'cluster-node-timeout': '15000',
        'cluster-require-full-coverage': 'no',
        // names outlive addresses in what clients are told
        'cluster-preferred-endpoint-type': 'hostname',
      },
      args: [
        ...['--cluster-announce-ip', '$(POD_IP)'],
        ...['--cluster-announce-hostname', `$(POD_NAME).${peers}.${this.context.namespace}.svc`],
      ],
      env: {
        POD_IP: { field: 'status.podIP' },
        POD_NAME: { field: 'metadata.name' },
        NODES_FILE: '/data/nodes.conf',
        JOINED_FILE: '/run/redis/joined',
      },
      scripts: { 'redis-cluster.sh': clusterScript },
      ports: { bus: BUS_PORT },
      readiness: 'member',
    };
  }
}

/** Keeps the pod a member for as long as it lives: lib/stores/scripts/redis-cluster.sh says how. */
function keeper(server: ContainerOptions, nodes: readonly string[]): ContainerOptions {
  const { '/scripts': scripts, '/run/secrets/redis': password } = server.mounts ?? {};
  return {
    name: 'cluster',
    image: server.image,
    command: ['sh', '/scripts/redis-cluster.sh'],
    env: {
      NODES: nodes.join(' '),
      PASSWORD_FILE: '/run/secrets/redis/password',
      POD_IP: { field: 'status.podIP' },
      POD_NAME: { field: 'metadata.name' },
    },
    resources: { cpu: '10m', memory: '64Mi' },
    mounts: { ...(scripts && { '/scripts': scripts }), ...(password && { '/run/secrets/redis': password }) },
  };
}
