import { LABEL, NAMESPACE_NAME_LABEL } from '../kube';
import { type Facts, type Findings, namespaceOf, type Pods } from './facts';
import { type Fields, fields, list, named } from './manifest';

/** Selectors that select nothing, the pods of several workloads, or those of another than they were made for. */
export function* crossTalk(facts: Facts): Findings {
  const kinds = ['DaemonSet', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'StatefulSet'];
  for (const object of kinds.flatMap((kind) => facts.ofKind(kind))) {
    const found = facts.selectedBy(object);
    const owners = (found ?? []).map((pods) => named(pods.object)).sort();
    const intended = object.json.metadata.labels?.[LABEL.name] ?? facts.workloadOf(object)?.name;
    const isOther = found?.some((pods) => pods.object !== object && intended !== undefined && intended !== pods.labels[LABEL.name]);
    if (found?.length === 0) yield [object, 'selects no pod; make its selector the labels of a workload'];
    else if (owners.length > 1) yield [object, `selects the pods of ${owners.join(' and of ')}; make its selector narrower`];
    else if (isOther) yield [object, `selects the pods of ${owners[0]}, but was made for ${intended}; correct its selector`];
  }
}

/** Ports of Services that their pods do not listen on. */
export function* deafServices(facts: Facts): Findings {
  for (const object of facts.ofKind('Service'))
    for (const { port, targetPort = port, protocol } of list(object.json, 'spec.ports'))
      for (const owner of deaf(facts.selectedBy(object), targetPort, protocol))
        yield [object, `leads to port ${targetPort}, which ${owner} does not listen on; correct the port`];
}

/** Peers and ports of NetworkPolicies that no pod has. */
export function* deadRules(facts: Facts): Findings {
  for (const object of facts.ofKind('NetworkPolicy'))
    for (const [direction, side] of [
      ['ingress', 'from'],
      ['egress', 'to'],
    ] as const)
      for (const rule of list(object.json, `spec.${direction}`)) {
        const peers = list(rule, side).map((peer) => ({ peer, pods: podsOfPeer(facts, namespaceOf(object), peer) }));
        for (const { peer } of peers.filter(({ pods }) => pods?.length === 0)) {
          const labels = Object.entries(fields(peer, 'podSelector.matchLabels')).map(([key, value]) => `${key}=${value}`);
          yield [object, `lets through pods with ${labels.join(', ')}, and there are none; correct the peer`];
        }
        const listeners = direction === 'ingress' ? facts.selectedBy(object) : peers.flatMap(({ pods }) => pods ?? []);
        for (const { port, endPort, protocol } of list(rule, 'ports'))
          for (const owner of port === undefined || endPort !== undefined ? [] : deaf(listeners, port, protocol))
            yield [object, `opens port ${port}, which ${owner} does not listen on; correct the port`];
      }
}

function podsOfPeer(facts: Facts, own: string, { namespaceSelector, podSelector }: Fields): readonly Pods[] | undefined {
  const name = fields(namespaceSelector, 'matchLabels')[NAMESPACE_NAME_LABEL];
  return facts.select(namespaceSelector ? String(name) : own, podSelector);
}

/** Which of the pods do not listen on a port. */
function deaf(pods: readonly Pods[] = [], port: unknown, protocol: unknown = 'TCP'): string[] {
  return pods.filter(({ ports }) => !ports.has(`${protocol}/${port}`)).map(({ object }) => named(object));
}
