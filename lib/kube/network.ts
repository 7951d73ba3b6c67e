import type { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import { NAMESPACE_NAME_LABEL } from './component';
import { given } from './pod';
import type { Workload } from './workload';

/** Whom a workload talks to. */
export type Peer =
  | { readonly pods: Readonly<Record<string, string>> }
  | { readonly namespace: string; readonly pods?: Readonly<Record<string, string>> }
  | { readonly cidr: string; readonly except?: readonly string[] };

/** Traffic that is let through: to or from a peer, on ports of the side that listens (a name or a number). */
export interface TrafficRule {
  readonly peer: Peer;
  readonly ports: readonly (string | number)[];
  /** @default TCP */
  readonly protocols?: readonly ('TCP' | 'UDP')[];
}

/** Ranges that are not the public internet: RFC 1918, RFC 6598, link-local with the metadata service, loopback. */
export const PRIVATE_IPV4 = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'];
/** RFC 4193 unique local and link-local. */
export const PRIVATE_IPV6 = ['fc00::/7', 'fe80::/10'];
/** The public internet, without private ranges. */
export const INTERNET: readonly Peer[] = [
  { cidr: '0.0.0.0/0', except: PRIVATE_IPV4 },
  { cidr: '::/0', except: PRIVATE_IPV6 },
];

type Rules = Readonly<Record<'ingress' | 'egress', readonly TrafficRule[]>>;

/** One policy for the pods of one workload, on top of the namespace's default deny; none where there is no rule. */
export function networkPolicy(scope: Construct, { name, pods, ingress, egress }: Pick<Workload, 'name' | 'pods'> & Rules): void {
  if (ingress.length + egress.length === 0) return;
  new k8s.KubeNetworkPolicy(scope, `${name}-network-policy`, {
    metadata: { name },
    spec: {
      podSelector: Object.keys(pods).length > 0 ? { matchLabels: pods } : {},
      policyTypes: [...(ingress.length > 0 ? ['Ingress'] : []), ...(egress.length > 0 ? ['Egress'] : [])],
      ingress: given(grouped(ingress).map(({ peers, ports }) => ({ from: peers, ports }))),
      egress: given(grouped(egress).map(({ peers, ports }) => ({ to: peers, ports }))),
    },
  });
}

/** Rules with the same ports become one rule with several peers; all are sorted, so that the order of calls changes nothing. */
function grouped(rules: readonly TrafficRule[]): { peers: k8s.NetworkPolicyPeer[]; ports: k8s.NetworkPolicyPort[] }[] {
  const groups = new Map<string, Set<string>>();
  for (const { peer, ports, protocols = ['TCP'] } of rules) {
    const key = JSON.stringify(ports.toSorted().flatMap((port) => protocols.map((protocol) => ({ port, protocol }))));
    groups.set(key, (groups.get(key) ?? new Set()).add(JSON.stringify(peer)));
  }
  return [...groups.keys()].sort().map((key) => ({
    peers: [...(groups.get(key) ?? [])].sort().map((peer) => policyPeer(JSON.parse(peer))),
    ports: JSON.parse(key).map(policyPort),
  }));
}

function policyPort({ port, protocol }: { readonly port: string | number; readonly protocol: string }): k8s.NetworkPolicyPort {
  return { protocol, port: typeof port === 'number' ? k8s.IntOrString.fromNumber(port) : k8s.IntOrString.fromString(port) };
}

function policyPeer(peer: Peer): k8s.NetworkPolicyPeer {
  if ('cidr' in peer) return { ipBlock: { cidr: peer.cidr, except: peer.except && [...peer.except] } };
  const podSelector = peer.pods && { matchLabels: peer.pods };
  if (!('namespace' in peer)) return { podSelector };
  return { namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: peer.namespace } }, podSelector };
}

interface ServiceOptions {
  readonly name?: string;
  readonly ports: readonly string[];
  /** Gives the pods names of their own instead of one address. @default false */
  readonly headless?: boolean;
  /** Lists pods that are not ready too: members of a cluster must find each other to become ready. @default false */
  readonly publishNotReady?: boolean;
}

/** A Service of the workload's name that selects exactly its pods and goes to its ports by name. */
export function service(workload: Workload, { name = workload.name, ports, headless, publishNotReady }: ServiceOptions): k8s.KubeService {
  return new k8s.KubeService(workload, `${name}-service`, {
    metadata: { name, labels: { ...workload.labels } },
    spec: {
      clusterIp: headless ? 'None' : undefined,
      publishNotReadyAddresses: publishNotReady,
      selector: workload.options.kind === 'Operated' ? { ...workload.pods, ...workload.options.serving } : workload.pods,
      ports: ports.map((port) => ({ name: port, port: workload.port(port), targetPort: k8s.IntOrString.fromString(port) })),
    },
  });
}
