import { LABEL, NAMESPACE_NAME_LABEL } from '../kube';
import { type Facts, namespaceOf, type Pods } from './facts';
import { at, type Fields, fields, finding, list, named, type PlatformObject } from './manifest';

/** Selectors that select nothing, the pods of several workloads, or those of another than they were made for. */
export function* crossTalk(facts: Facts): Iterable<string> {
  for (const kind of ['DaemonSet', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'StatefulSet'])
    for (const object of facts.ofKind(kind)) {
      const found = selectedBy(facts, object);
      if (!found) continue;
      const [pods] = found;
      const owners = found.map((pods) => named(pods.object)).sort();
      const intended = object.json.metadata.labels?.[LABEL.name] ?? facts.workloadOf(object)?.name;
      if (!pods) yield finding(object, 'selects no pod; make its selector the labels of a workload');
      else if (found.length > 1) yield finding(object, `selects the pods of ${owners.join(' and of ')}; make its selector narrower`);
      else if (pods.object !== object && intended !== undefined && intended !== pods.labels[LABEL.name])
        yield finding(object, `selects the pods of ${owners[0]}, but was made for ${intended}; correct its selector`);
    }
}

/** Our pods that an object selects. */
export function selectedBy(facts: Facts, object: PlatformObject): readonly Pods[] | undefined {
  const { selector, podSelector } = fields(object.json, 'spec');
  const matchLabels = object.json.kind === 'Service' ? selector : undefined;
  return podsOf(facts, namespaceOf(object), matchLabels ? { matchLabels } : (podSelector ?? selector));
}

/** Our pods behind a selector; undefined for others' pods, for whole namespaces, and for expressions. */
function podsOf(facts: Facts, namespace: string, selector: unknown): readonly Pods[] | undefined {
  const labels = fields(selector, 'matchLabels');
  const isSimple = Object.keys(labels).length > 0 && at(selector, 'matchExpressions') === undefined;
  return isSimple ? facts.podsByLabel.select(namespace, labels) : undefined;
}

/** Ports of Services that their pods do not listen on. */
export function* deafServices(facts: Facts): Iterable<string> {
  for (const object of facts.ofKind('Service'))
    for (const { port, targetPort = port, protocol } of list(object.json, 'spec.ports'))
      for (const owner of deaf(selectedBy(facts, object), targetPort, protocol))
        yield finding(object, `leads to port ${targetPort}, which ${owner} does not listen on; correct the port`);
}

/** Peers and ports of NetworkPolicies that no pod has. */
export function* deadRules(facts: Facts): Iterable<string> {
  for (const object of facts.ofKind('NetworkPolicy')) {
    for (const rule of list(object.json, 'spec.ingress')) {
      yield* deafRule(object, rule, selectedBy(facts, object));
      for (const peer of list(rule, 'from')) yield* deadPeer(object, peer, podsOfPeer(facts, object, peer));
    }
    for (const rule of list(object.json, 'spec.egress'))
      for (const peer of list(rule, 'to')) {
        const pods = podsOfPeer(facts, object, peer);
        yield* deafRule(object, rule, pods);
        yield* deadPeer(object, peer, pods);
      }
  }
}

function podsOfPeer(facts: Facts, object: PlatformObject, peer: Fields): readonly Pods[] | undefined {
  const name = fields(peer, 'namespaceSelector.matchLabels')[NAMESPACE_NAME_LABEL];
  return podsOf(facts, peer.namespaceSelector ? String(name) : namespaceOf(object), peer.podSelector);
}

function* deadPeer(object: PlatformObject, peer: Fields, pods: readonly Pods[] | undefined): Iterable<string> {
  const labels = Object.entries(fields(peer, 'podSelector.matchLabels')).map(([key, value]) => `${key}=${value}`);
  if (pods?.length === 0) yield finding(object, `lets through pods with ${labels.join(', ')}, and there are none; correct the peer`);
}

function* deafRule(object: PlatformObject, rule: Fields, pods: readonly Pods[] | undefined): Iterable<string> {
  for (const { port, endPort, protocol } of list(rule, 'ports'))
    for (const owner of port === undefined || endPort !== undefined ? [] : deaf(pods, port, protocol))
      yield finding(object, `opens port ${port}, which ${owner} does not listen on; correct the port`);
}

/** Which of the pods do not listen on a port. */
function deaf(pods: readonly Pods[] = [], port: unknown, protocol: unknown = 'TCP'): string[] {
  return pods.filter(({ ports }) => !ports.has(`${protocol}/${port}`)).map(({ object }) => named(object));
}
