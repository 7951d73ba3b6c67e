import { type Facts, namespaceOf, type Pods } from './facts';
import { at, fields, finding, list, type PlatformObject, text, texts } from './manifest';

/** Names that objects refer to and that nothing will have. Secrets of image registries are the user's own. */
export function* missingObjects(facts: Facts): Iterable<string> {
  for (const [object, kind, name, namespace = namespaceOf(object)] of references(facts))
    if (name && !facts.exists(kind, namespace, name)) yield finding(object, `needs ${kind} ${name}, which nothing makes; ${remedy(kind)}`);
}

function* references(facts: Facts): Iterable<readonly [PlatformObject, kind: string, name: string, namespace?: string]> {
  for (const pods of facts.pods) {
    const { object, spec } = pods;
    for (const [kind, name] of files(pods)) yield [object, kind, name];
    for (const volume of list(spec, 'volumes')) yield [object, 'PersistentVolumeClaim', text(volume, 'persistentVolumeClaim.claimName')];
    yield [object, 'ServiceAccount', text(spec, 'serviceAccountName')];
    yield [object, 'PriorityClass', text(spec, 'priorityClassName')];
    yield [object, 'Service', text(object.json, 'spec.serviceName')];
  }
  for (const object of facts.ofKind('Ingress')) {
    for (const backend of backends(object)) yield [object, 'Service', text(backend, 'service.name')];
    for (const tls of list(object.json, 'spec.tls')) yield [object, 'Secret', text(tls, 'secretName')];
  }
  for (const object of facts.ofKind('HorizontalPodAutoscaler'))
    yield [object, text(object.json, 'spec.scaleTargetRef.kind'), text(object.json, 'spec.scaleTargetRef.name')];
  for (const object of [...facts.ofKind('RoleBinding'), ...facts.ofKind('ClusterRoleBinding')]) {
    yield [object, text(object.json, 'roleRef.kind'), text(object.json, 'roleRef.name')];
    for (const subject of list(object.json, 'subjects'))
      if (subject.kind === 'ServiceAccount')
        yield [object, 'ServiceAccount', text(subject, 'name'), text(subject, 'namespace') || undefined];
  }
}

function remedy(kind: string): string {
  return kind === 'Secret' ? 'register it with needSecret' : 'add it to the platform';
}

/** Keys that pods wait for, of Secrets and ConfigMaps that exist. */
export function* missingKeys(facts: Facts): Iterable<string> {
  for (const pods of facts.pods)
    for (const [kind, name, keys] of files(pods)) {
      const known = facts.keys(kind, pods.namespace, name);
      for (const key of keys)
        if (known && !known.has(key))
          yield finding(pods.object, `needs key ${key} of ${kind} ${name}, which has no such key; ${remedy(kind)}`);
    }
}

const SOURCES: Readonly<Record<string, 'Secret' | 'ConfigMap'>> = {
  secretKeyRef: 'Secret',
  secretRef: 'Secret',
  secret: 'Secret',
  configMapKeyRef: 'ConfigMap',
  configMapRef: 'ConfigMap',
  configMap: 'ConfigMap',
};

/** Secrets and ConfigMaps that pods read, and the keys that they name. */
function* files({ allContainers, spec }: Pods): Iterable<readonly [kind: string, name: string, keys: string[]]> {
  const places = [
    ...allContainers.flatMap((container) => list(container, 'env').map((env) => fields(env, 'valueFrom'))),
    ...allContainers.flatMap((container) => list(container, 'envFrom')),
    ...list(spec, 'volumes').flatMap((volume) => [volume, ...list(volume, 'projected.sources')]),
  ];
  for (const [field, source] of places.flatMap(Object.entries)) {
    const kind = SOURCES[field];
    if (!kind || at(source, 'optional') === true) continue;
    const keys = [text(source, 'key'), ...list(source, 'items').map((item) => text(item, 'key'))];
    yield [kind, text(source, 'name') || text(source, 'secretName'), keys.filter(Boolean)];
  }
}

/** Ports of Services that Ingresses lead to. */
export function* missingServicePorts(facts: Facts): Iterable<string> {
  for (const object of facts.ofKind('Ingress'))
    for (const backend of backends(object)) {
      const { name, number } = fields(backend, 'service.port');
      const service = facts.find('Service', namespaceOf(object), text(backend, 'service.name'));
      const isGiven = list(service?.json, 'spec.ports').some((port) => (name ? port.name === name : port.port === number));
      if (service && !isGiven)
        yield finding(
          object,
          `leads to port ${name ?? number} of Service ${service.json.metadata.name}, which has no such port; correct the port`,
        );
    }
}

function backends({ json }: PlatformObject) {
  const paths = list(json, 'spec.rules').flatMap((rule) => list(rule, 'http.paths'));
  return [fields(json, 'spec.defaultBackend'), ...paths.map((path) => fields(path, 'backend'))];
}

/** Monitors that find nothing to scrape. */
export function* idleMonitors(facts: Facts): Iterable<string> {
  for (const object of facts.ofKind('ServiceMonitor')) {
    const { json } = object;
    const named = texts(json, 'spec.namespaceSelector.matchNames');
    const namespaces = named.length > 0 ? named : [namespaceOf(object)];
    const labels = fields(json, 'spec.selector.matchLabels');
    const services = namespaces.flatMap((namespace) => facts.servicesByLabel.select(namespace, labels) ?? []);
    const ports = new Set(services.flatMap((service) => list(service.json, 'spec.ports').map(({ name }) => name)));
    if (services.length === 0) yield finding(object, 'selects no Service; make its selector the labels of one');
    for (const { port } of list(json, 'spec.endpoints'))
      if (services.length > 0 && port !== undefined && !ports.has(port))
        yield finding(object, `scrapes port ${port}, which no Service that it selects has; correct the port`);
  }
}
