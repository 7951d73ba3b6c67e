import type { Construct } from 'constructs';
import { z } from 'zod';
import { type BackupSource, mebibytes, service } from '../kube';
import { ask, REDIS, REDIS_PORT, RedisServer, redisFields, sizesFit } from './redis';
import { redisSizes } from './redis-settings';
import clusterScript from './scripts/redis-cluster.sh';

/** Options of {@link RedisCluster}. */
export const RedisClusterSchema = z
  .strictObject({
    provider: z.literal('cluster').describe('A Redis Cluster: masters and a replica for each.'),
    ...redisFields,
    masters: z
      .int()
      .min(3)
      .max(16)
      .default(3)
      .describe('Masters, each with one replica (Redis asks for three at least). Fewer later needs a reshard by hand.'),
  })
  .superRefine(sizesFit(true));

/** @see RedisClusterSchema */
export type RedisClusterProps = Omit<z.input<typeof RedisClusterSchema>, 'provider'>;

/** Members speak to each other on this one: always 10000 above the other. */
const BUS_PORT = REDIS_PORT + 10_000;
// Names (hostname) outlive addresses in what clients are told.
const settings = (memory: string) => {
  const { replicas, backlog } = redisSizes(memory, true);
  return `cluster-enabled yes
cluster-config-file /data/nodes.conf
cluster-node-timeout 15000
cluster-require-full-coverage no
cluster-preferred-endpoint-type hostname
repl-backlog-size ${backlog}mb
client-output-buffer-limit replica ${replicas}mb ${Math.floor(replicas / 2)}mb 60
`;
};

const POD = { POD_IP: { field: 'status.podIP' }, POD_NAME: { field: 'metadata.name' } } as const;

/**
 * A Redis Cluster that forms itself, and finds itself again after all its pods got new addresses at once. Clients must
 * speak the cluster protocol.
 *
 * @throws InvalidInput if an option is not as {@link RedisClusterSchema} says
 */
export class RedisCluster extends RedisServer<z.output<typeof RedisClusterSchema>> {
  constructor(scope: Construct, id: string, props: RedisClusterProps = {}) {
    super(scope, id, { ...REDIS, schema: RedisClusterSchema }, { provider: 'cluster', ...props });
    this.workload.connectTo(this.workload, 'redis', 'bus');
    // members must find each other before any of them is ready
    service(this.workload, { name: this.peers, ports: ['redis', 'bus'], headless: true, publishNotReady: true });
  }

  /** How its data is backed up. */
  get backup(): BackupSource {
    const { masters, memory } = this.options;
    // a dump has what is in the masters' memory, not their append-only files
    const scratch = `${masters * mebibytes(memory)}Mi`;
    return this.remoteBackup({ method: 'redis-cluster', env: { REDIS_HOSTS: this.nodes }, scratch, restoreMemory: memory });
  }

  /** Name of the Service that gives the members their names. */
  private get peers(): string {
    return `${this.node.id}-nodes`;
  }

  private get nodes(): string {
    return Array.from({ length: 2 * this.options.masters }, (_, index) => `${this.node.id}-${index}.${this.peers}`).join(' ');
  }

  protected override parts() {
    const { server, ...parts } = super.parts(settings(this.options.memory), { 'redis-cluster.sh': clusterScript });
    const { '/scripts': scripts, '/run/secrets/redis': password } = server.mounts;
    const hostName = `$(POD_NAME).${this.peers}.${this.context.namespace}.svc`;
    return {
      ...parts,
      replicas: 2 * this.options.masters,
      parallel: true,
      serviceName: this.peers,
      // a master hands over to its replica while it still serves
      drain: { settle: 10, finish: 50 },
      server: {
        ...server,
        command: [...server.command, '--cluster-announce-ip', '$(POD_IP)', '--cluster-announce-hostname', hostName],
        env: { ...server.env, ...POD, NODES_FILE: '/data/nodes.conf', JOINED_FILE: '/run/redis/joined' },
        ports: { ...server.ports, bus: BUS_PORT },
        probes: { ...server.probes, readiness: { check: ask('member') } },
      },
      // keeps the pod a member for as long as it lives: lib/stores/scripts/redis-cluster.sh says how
      sidecars: [
        {
          name: 'cluster',
          image: this.options.image,
          command: ['sh', '/scripts/redis-cluster.sh'],
          env: { NODES: this.nodes, PASSWORD_FILE: server.env.PASSWORD_FILE, ...POD },
          resources: { cpu: '10m', memory: '64Mi' },
          mounts: { '/scripts': scripts, '/run/secrets/redis': password },
        },
      ],
    };
  }
}
