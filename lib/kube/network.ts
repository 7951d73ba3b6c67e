import type { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import { NAMESPACE_NAME_LABEL } from './names';

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

/** One policy for the pods of one workload, on top of the namespace's default deny. Peers are sorted. */
export function networkPolicy(
  scope: Construct,
  options: {
    readonly name: string;
    readonly pods: Readonly<Record<string, string>>;
    readonly ingress: readonly TrafficRule[];
    readonly egress: readonly TrafficRule[];
  },
): k8s.KubeNetworkPolicy {
  const { name, pods, ingress, egress } = options;
  return new k8s.KubeNetworkPolicy(scope, `${name}-network-policy`, {
    metadata: { name },
    spec: {
      podSelector: Object.keys(pods).length > 0 ? { matchLabels: { ...pods } } : {},
      policyTypes: [...(ingress.length > 0 ? ['Ingress'] : []), ...(egress.length > 0 ? ['Egress'] : [])],
      ingress: ingress.length > 0 ? grouped(ingress).map(({ peers, ports }) => ({ from: peers, ports })) : undefined,
      egress: egress.length > 0 ? grouped(egress).map(({ peers, ports }) => ({ to: peers, ports })) : undefined,
    },
  });
}

/** Rules with the same ports become one rule with several peers. */
function grouped(rules: readonly TrafficRule[]): { peers: k8s.NetworkPolicyPeer[]; ports: k8s.NetworkPolicyPort[] }[] {
  const groups = new Map<string, { peers: Map<string, Peer>; rule: TrafficRule }>();
  for (const rule of rules.map((each) => ({ ...each, ports: [...each.ports].sort() }))) {
    const key = JSON.stringify([rule.ports, rule.protocols]);
    const group = groups.get(key) ?? { peers: new Map<string, Peer>(), rule };
    group.peers.set(JSON.stringify(rule.peer), rule.peer);
    groups.set(key, group);
  }
  return [...groups.entries()].sort(byKey).map(([, { peers, rule }]) => ({
    peers: [...peers.entries()].sort(byKey).map(([, peer]) => renderPeer(peer)),
    ports: rule.ports.flatMap((port) =>
      (rule.protocols ?? ['TCP']).map((protocol) => ({
        protocol,
        port: typeof port === 'number' ? k8s.IntOrString.fromNumber(port) : k8s.IntOrString.fromString(port),
      })),
    ),
  }));
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

function renderPeer(peer: Peer): k8s.NetworkPolicyPeer {
  if ('cidr' in peer) return { ipBlock: { cidr: peer.cidr, except: peer.except && [...peer.except] } };
  const podSelector = peer.pods && { matchLabels: { ...peer.pods } };
  if (!('namespace' in peer)) return { podSelector };
  return { namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: peer.namespace } }, podSelector };
}
