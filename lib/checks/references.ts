import { type Facts, type Findings, namespaceOf } from './facts';
import { type Fields, fields, list, type PlatformObject, text, texts } from './manifest';

/**
 * Where names of others stand: the kind of the holder, the path of a map, its field, and the kind that is named unless
 * the map says it. Secrets of image registries are the user's own.
 */
const REFERENCES: readonly (readonly [holder: string, path: string, field: string, kind?: string])[] = [
  ['Pod', 'spec', 'serviceAccountName', 'ServiceAccount'],
  ['Pod', 'spec', 'priorityClassName', 'PriorityClass'],
  ['Pod', 'spec.volumes.persistentVolumeClaim', 'claimName', 'PersistentVolumeClaim'],
  ['Pod', 'spec.volumes.secret', 'secretName', 'Secret'],
  ['Pod', 'spec.volumes.projected.sources.secret', 'name', 'Secret'],
  ['Pod', 'spec.containers.envFrom.secretRef', 'name', 'Secret'],
  ['Pod', 'spec.containers.env.valueFrom.secretKeyRef', 'name', 'Secret'],
  ['Pod', 'spec.volumes.configMap', 'name', 'ConfigMap'],
  ['Pod', 'spec.volumes.projected.sources.configMap', 'name', 'ConfigMap'],
  ['Pod', 'spec.containers.envFrom.configMapRef', 'name', 'ConfigMap'],
  ['Pod', 'spec.containers.env.valueFrom.configMapKeyRef', 'name', 'ConfigMap'],
  ['StatefulSet', 'spec', 'serviceName', 'Service'],
  ['Ingress', 'spec.defaultBackend.service', 'name', 'Service'],
  ['Ingress', 'spec.rules.http.paths.backend.service', 'name', 'Service'],
  ['Ingress', 'spec.tls', 'secretName', 'Secret'],
  ['HorizontalPodAutoscaler', 'spec.scaleTargetRef', 'name'],
  ['RoleBinding', 'roleRef', 'name'],
  ['RoleBinding', 'subjects', 'name'],
  ['ClusterRoleBinding', 'roleRef', 'name'],
  ['ClusterRoleBinding', 'subjects', 'name'],
];

/** Names that objects refer to and that nothing will have, and keys and ports that what they name will not have. */
export function* missingParts(facts: Facts): Findings {
  for (const [object, kind, name, map] of references(facts)) {
    const namespace = text(map, 'namespace') || namespaceOf(object);
    const remedy = kind === 'Secret' ? 'register it with needSecret' : 'add it to the platform';
    if (!facts.exists(kind, namespace, name)) yield [object, `needs ${kind} ${name}, which nothing makes; ${remedy}`];
    const known = facts.keys(kind, namespace, name);
    for (const key of [...texts(map, 'key'), ...texts(map, 'items.key')])
      if (known?.includes(key) === false) yield [object, `needs key ${key} of ${kind} ${name}, which has no such key; ${remedy}`];
    const service = object.json.kind === 'Ingress' && kind === 'Service' && facts.find(kind, namespace, name);
    const port = fields(map, 'port');
    if (service && !list(service.json, 'spec.ports').some((its) => (port.name ? its.name === port.name : its.port === port.number)))
      yield [object, `leads to port ${port.name ?? port.number} of Service ${name}, which has no such port; correct the port`];
  }
}

function* references(facts: Facts): Iterable<readonly [PlatformObject, kind: string, name: string, map: Fields]> {
  const ofPods = [...facts.pods.values()].map(({ object, spec, allContainers }) => {
    return { ...object, json: { ...object.json, spec: { ...spec, containers: allContainers } } };
  });
  for (const [holder, path, field, kind] of REFERENCES)
    for (const object of holder === 'Pod' ? ofPods : facts.ofKind(holder))
      for (const map of list(object.json, path).filter((map) => text(map, field) !== '' && map.optional !== true))
        yield [object, kind ?? text(map, 'kind'), text(map, field), map];
}

/** Monitors that find nothing to scrape. */
export function* idleMonitors(facts: Facts): Findings {
  for (const object of facts.ofKind('ServiceMonitor')) {
    const named = texts(object.json, 'spec.namespaceSelector.matchNames');
    const namespaces = named.length > 0 ? named : [namespaceOf(object)];
    const labels = Object.entries(fields(object.json, 'spec.selector.matchLabels'));
    const services = facts
      .ofKind('Service')
      .filter((service) => namespaces.includes(namespaceOf(service)))
      .filter(({ json }) => labels.every(([key, value]) => json.metadata.labels?.[key] === value));
    const ports = services.flatMap((service) => texts(service.json, 'spec.ports.name'));
    if (services.length === 0) yield [object, 'selects no Service; make its selector the labels of one'];
    for (const { port } of list(object.json, 'spec.endpoints'))
      if (services.length > 0 && port !== undefined && !ports.includes(String(port)))
        yield [object, `scrapes port ${port}, which no Service that it selects has; correct the port`];
  }
}
