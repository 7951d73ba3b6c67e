import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import {
  amount,
  bytes,
  Claim,
  Component,
  cores,
  type Footprint,
  footprint,
  KEEP,
  networkPolicy,
  type Peer,
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
  /** @param platform to which nothing else will be added */
  constructor(platform: Construct, id: string, { network }: { readonly network: NetworkOptions }) {
    super(platform, id, { order: 'namespace' });
    const workloads = workloadsOf(platform);
    this.clusterWide(workloads);
    this.quota(footprint(platform, { at: 'max', busy: true }));
    const claims = platform.node.findAll().filter((node) => node instanceof Claim);
    this.limits(workloads, claims);
    this.defaultDeny(network);
  }

  /** What belongs to no namespace. Stores are scheduled before agents and evicted after them. */
  private clusterWide(workloads: readonly Workload[]): void {
    const { namespace } = this.context;
    // a chart with a namespace would give it to these too
    const cluster = new Chart(this, 'cluster', { disableResourceNameHashes: true, labels: this.labels });
    const labels = Object.fromEntries(['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']));
    new k8s.KubeNamespace(cluster, 'namespace', { metadata: { name: namespace, annotations: KEEP, labels } });
    for (const [name, value] of Object.entries({ stores: 100_000, agents: 10_000 })) {
      if (!workloads.some(({ options }) => options.priority === name)) continue;
      const metadata = { name: `${namespace}-${name}` };
      // more agents are no reason to end the pods of others on a full cluster
      const preemptionPolicy = name === 'agents' ? 'Never' : undefined;
      new k8s.KubePriorityClass(cluster, `priority-${name}`, {
        metadata,
        value,
        preemptionPolicy,
        description: `The ${name} of ${namespace}`,
      });
    }
  }

  private quota(most: Footprint): void {
    const withRoom = (count: number) => Math.ceil(count * HEAD_ROOM);
    const gibibytes = (count: number) => bytes(withRoom(count / 2 ** 30) * 2 ** 30);
    const hard = quantities({
      pods: withRoom(most.pods),
      'requests.cpu': cores(withRoom(most.cpu)),
      'requests.memory': gibibytes(most.memory),
      'limits.memory': gibibytes(most.memoryLimit),
      persistentvolumeclaims: withRoom(most.claims),
      'requests.storage': gibibytes(most.storage),
      // traffic comes in through the edge, and no other way
      'services.loadbalancers': 0,
    });
    new k8s.KubeResourceQuota(this, 'quota', { metadata: { name: 'platform' }, spec: { hard } });
  }

  /** For what is put into the namespace by hand: it gets limits, and none larger than the platform's own. */
  private limits(workloads: readonly Workload[], claims: readonly Claim[]): void {
    const containers = workloads.flatMap(({ options }) => [...options.containers, ...(options.initContainers ?? [])]);
    const memory = containers.map(({ resources }) => amount(resources.limits?.memory ?? resources.memory));
    const templates = workloads.flatMap(({ options }) => volumesOf(options)).filter((volume) => volume.kind === 'claimTemplate');
    const storage = [...templates.map(({ claim }) => claim), ...claims.map(({ options }) => options)].map((claim) => amount(claim.storage));
    const limits: k8s.LimitRangeItem[] = [
      {
        type: 'Container',
        default: quantities({ memory: '256Mi' }),
        defaultRequest: quantities({ cpu: '50m', memory: '128Mi' }),
        max: quantities({ memory: bytes(Math.max(...memory, 2 ** 28)) }),
      },
    ];
    if (storage.length > 0) limits.push({ type: 'PersistentVolumeClaim', max: quantities({ storage: bytes(Math.max(...storage)) }) });
    new k8s.KubeLimitRange(this, 'limits', { metadata: { name: 'platform' }, spec: { limits } });
  }

  private defaultDeny({ dns }: NetworkOptions): void {
    new k8s.KubeNetworkPolicy(this, 'default-deny', {
      metadata: { name: 'default-deny' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
    const peers: Peer[] = [{ namespace: dns.namespace, pods: dns.labels }, ...dns.cidrs.map((cidr) => ({ cidr }))];
    const egress = peers.map((peer): TrafficRule => ({ peer, ports: [53], protocols: ['UDP', 'TCP'] }));
    networkPolicy(this, { name: 'allow-dns', pods: {}, ingress: [], egress });
  }
}
