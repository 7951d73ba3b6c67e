import { LABEL, NAMESPACE_NAME_LABEL } from '../kube';
import { type Facts, type Findings, namespaceOf, type Pods, workloadOf } from './facts';
import { type Fields, fields, list, named, type PlatformObject } from './manifest';

/** Selectors that select nothing, the pods of several workloads, or those of another than they were made for. */
export function* crossTalk(facts: Facts): Findings {
  for (const object of facts.ofKind('DaemonSet', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'StatefulSet')) {
    const found = facts.selectedBy(object);
    const owners = (found ?? []).map((pods) => named(pods.object)).sort();
    const intended = object.json.metadata.labels?.[LABEL.name] ?? workloadOf(object)?.name;
    const isOther = found?.some((pods) => pods.object !== object && intended !== undefined && intended !== pods.labels[LABEL.name]);
    if (found?.length === 0) yield [object, 'selects no pod; make its selector the labels of a workload'];
    else if (owners.length > 1) yield [object, `selects the pods of ${owners.join(' and of ')}; make its selector narrower`];
    else if (isOther) yield [object, `selects the pods of ${owners[0]}, but was made for ${intended}; correct its selector`];
  }
}

/** Peers of NetworkPolicies that no pod is. */
export function* deadPeers(facts: Facts): Findings {
  for (const object of facts.ofKind('NetworkPolicy'))
    for (const peer of [...list(object.json, 'spec.ingress.from'), ...list(object.json, 'spec.egress.to')]) {
      const labels = Object.entries(fields(peer, 'podSelector.matchLabels')).map(([key, value]) => `${key}=${value}`);
      if (podsOfPeer(facts, object, peer)?.length === 0)
        yield [object, `lets through pods with ${labels.join(', ')}, and there are none; correct the peer`];
    }
}

/** Ports of Services and NetworkPolicies that the pods behind them do not listen on. */
export function* deafPods(facts: Facts): Findings {
  for (const [object, leads, pods = [], ports] of openings(facts))
    for (const { port, targetPort = port, protocol = 'TCP' } of ports.filter((port) => port.port !== undefined && !port.endPort))
      for (const owner of pods.filter(({ containers }) => !listens(containers, targetPort, protocol)))
        yield [object, `${leads} port ${targetPort}, which ${named(owner.object)} does not listen on; correct the port`];
}

function* openings(facts: Facts): Iterable<readonly [PlatformObject, leads: string, pods: readonly Pods[] | undefined, ports: Fields[]]> {
  for (const object of facts.ofKind('Service')) yield [object, 'leads to', facts.selectedBy(object), list(object.json, 'spec.ports')];
  for (const object of facts.ofKind('NetworkPolicy')) {
    yield [object, 'opens', facts.selectedBy(object), list(object.json, 'spec.ingress.ports')];
    for (const rule of list(object.json, 'spec.egress'))
      yield [object, 'opens', list(rule, 'to').flatMap((peer) => podsOfPeer(facts, object, peer) ?? []), list(rule, 'ports')];
  }
}

function listens(containers: readonly Fields[], port: unknown, protocol: unknown): boolean {
  const isSame = (its: Fields) => its.name === port || its.containerPort === port;
  return list(containers, 'ports').some((its) => isSame(its) && (its.protocol ?? 'TCP') === protocol);
}

function podsOfPeer(facts: Facts, policy: PlatformObject, { namespaceSelector, podSelector }: Fields): readonly Pods[] | undefined {
  const name = fields(namespaceSelector, 'matchLabels')[NAMESPACE_NAME_LABEL];
  return facts.select(namespaceSelector ? String(name) : namespaceOf(policy), podSelector);
}
