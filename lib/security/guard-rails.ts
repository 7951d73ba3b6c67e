import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import {
  amount,
  bytes,
  Claim,
  Component,
  cores,
  footprint,
  KEEP,
  networkPolicy,
  quantities,
  type TrafficRule,
  volumesOf,
  type Workload,
  workloadsOf,
} from '../kube';
import type { NetworkOptions } from './schema';

/** Room above the computed sum: for a debug pod, a Job by hand, a little growth. */
const HEAD_ROOM = 1.2;

/** The fences of a platform: its namespace, what fits into it, and who may talk to whom unless a policy says so. */
export class GuardRails extends Component {
  constructor(scope: Construct, id: string, options: { readonly network: NetworkOptions; readonly platform: Construct }) {
    super(scope, id, { order: 'namespace' });
    const workloads = workloadsOf(options.platform);
    // a chart with a namespace would give it to cluster-wide objects too
    const cluster = new Chart(this, 'cluster', { disableResourceNameHashes: true, labels: this.labels });
    this.namespaceObject(cluster);
    this.priorityClasses(cluster, workloads);
    this.quota(options.platform);
    this.limits(options.platform, workloads);
    this.defaultDeny(options.network);
  }

  private namespaceObject(cluster: Chart): void {
    new k8s.KubeNamespace(cluster, 'namespace', {
      metadata: {
        name: this.context.namespace,
        annotations: KEEP,
        labels: Object.fromEntries(['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted'])),
      },
    });
  }

  /** Stores are scheduled before agents and evicted after them. */
  private priorityClasses(cluster: Chart, workloads: readonly Workload[]): void {
    const { namespace } = this.context;
    for (const [name, value] of Object.entries({ stores: 100_000, agents: 10_000 })) {
      if (!workloads.some(({ options }) => options.priority === name)) continue;
      const metadata = { name: `${namespace}-${name}` };
      new k8s.KubePriorityClass(cluster, `priority-${name}`, { metadata, value, description: `The ${name} of ${namespace}` });
    }
  }

  private quota(platform: Construct): void {
    const most = footprint(platform, { at: 'max', busy: true });
    const withRoom = (count: number) => Math.ceil(count * HEAD_ROOM);
    const gibibytes = (count: number) => bytes(withRoom(count / 2 ** 30) * 2 ** 30);
    new k8s.KubeResourceQuota(this, 'quota', {
      metadata: { name: 'platform' },
      spec: {
        hard: quantities({
          pods: withRoom(most.pods),
          'requests.cpu': cores(withRoom(most.cpu)),
          'requests.memory': gibibytes(most.memory),
          'limits.memory': gibibytes(most.memoryLimit),
          persistentvolumeclaims: withRoom(most.claims),
          'requests.storage': gibibytes(most.storage),
          // traffic comes in through the edge, and no other way
          'services.loadbalancers': 0,
        }),
      },
    });
  }

  /** For what is put into the namespace by hand: it gets limits, and none larger than the platform's own. */
  private limits(platform: Construct, workloads: readonly Workload[]): void {
    const containers = workloads.flatMap(({ options }) => [...options.containers, ...(options.initContainers ?? [])]);
    const limits = containers.map(({ resources }) => amount(resources.limits?.memory ?? resources.memory));
    const claims = [
      ...workloads.flatMap(({ options }) => volumesOf(options).flatMap((v) => (v.kind === 'claimTemplate' ? [v.claim] : []))),
      ...platform.node.findAll().flatMap((node) => (node instanceof Claim ? [node.options] : [])),
    ].map(({ storage }) => amount(storage));
    new k8s.KubeLimitRange(this, 'limits', {
      metadata: { name: 'platform' },
      spec: {
        limits: [
          {
            type: 'Container',
            default: quantities({ memory: '256Mi' }),
            defaultRequest: quantities({ cpu: '50m', memory: '128Mi' }),
            max: quantities({ memory: bytes(Math.max(...limits, 2 ** 28)) }),
          },
          ...(claims.length > 0 ? [{ type: 'PersistentVolumeClaim', max: quantities({ storage: bytes(Math.max(...claims)) }) }] : []),
        ],
      },
    });
  }

  private defaultDeny({ dns }: NetworkOptions): void {
    new k8s.KubeNetworkPolicy(this, 'default-deny', {
      metadata: { name: 'default-deny' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
    const dnsPort = { ports: [53], protocols: ['UDP', 'TCP'] } as const;
    const egress: TrafficRule[] = [
      { peer: { namespace: dns.namespace, pods: dns.labels }, ...dnsPort },
      ...dns.cidrs.map((cidr) => ({ peer: { cidr }, ...dnsPort })),
    ];
    networkPolicy(this, { name: 'allow-dns', pods: {}, ingress: [], egress });
  }
}
