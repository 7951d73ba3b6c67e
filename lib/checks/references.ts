import { type Facts, type Findings, namespaceOf, UNKNOWN } from './facts';
import { type Fields, fields, isBuiltIn, list, type PlatformObject, places, texts } from './manifest';

/** Maps that name other objects: the field, and the kind that is named; none where the map says it. */
const REFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  configMap: { name: 'ConfigMap' },
  configMapKeyRef: { name: 'ConfigMap' },
  configMapRef: { name: 'ConfigMap' },
  persistentVolumeClaim: { claimName: 'PersistentVolumeClaim' },
  roleRef: { name: '' },
  scaleTargetRef: { name: '' },
  secret: { name: 'Secret', secretName: 'Secret' },
  secretKeyRef: { name: 'Secret' },
  secretRef: { name: 'Secret' },
  service: { name: 'Service' },
  spec: { priorityClassName: 'PriorityClass', serviceAccountName: 'ServiceAccount', serviceName: 'Service' },
  subjects: { name: '' },
  tls: { secretName: 'Secret' },
};

/** Names that objects refer to and that nothing will have, and keys and ports that what they name will not have. */
export function* missingParts(facts: Facts): Findings {
  for (const [object, kind, name, map] of references(facts)) {
    const found = facts.find(kind, String(map.namespace ?? namespaceOf(object)), name);
    const remedy = kind === 'Secret' ? 'register it with needSecret' : 'add it to the platform';
    if (!found) yield [object, `needs ${kind} ${name}, which nothing makes; ${remedy}`];
    if (!found || found === UNKNOWN) continue;
    const content = { ...fields(found, 'data'), ...fields(found, 'binaryData') };
    for (const key of [...texts(map, 'key'), ...texts(map, 'items.key')].filter((key) => !(key in content)))
      yield [object, `needs key ${key} of ${kind} ${name}, which has no such key; ${remedy}`];
    const { name: portName, number: port = portName } = fields(map, 'port');
    if (port !== undefined && !list(found, 'spec.ports').some((its) => its.name === port || its.port === port))
      yield [object, `leads to port ${port} of Service ${name}, which has no such port; correct the port`];
  }
}

function* references(facts: Facts): Iterable<readonly [PlatformObject, kind: string, name: string, map: Fields]> {
  for (const object of facts.objects.filter(isBuiltIn))
    for (const [, holder, map = {}] of places(object.json))
      for (const [field, kind] of Object.entries(REFERENCES[holder] ?? {}))
        if (map[field] && map.optional !== true) yield [object, kind || String(map.kind), String(map[field]), map];
}

/** Monitors that find nothing to scrape; what is in namespaces of others is not known. */
export function* idleMonitors(facts: Facts): Findings {
  for (const object of facts.ofKind('ServiceMonitor')) {
    const listed = texts(object.json, 'spec.namespaceSelector.matchNames');
    const namespaces = listed.length > 0 ? listed : [namespaceOf(object)];
    if (fields(object.json, 'spec.namespaceSelector').any || namespaces.some((name) => !facts.namespaces.has(name))) continue;
    const found = namespaces.flatMap((name) => facts.services(name, fields(object.json, 'spec.selector.matchLabels')));
    const ports = texts(found, 'json.spec.ports.name');
    if (found.length === 0) yield [object, 'selects no Service; make its selector the labels of one'];
    for (const port of texts(object.json, 'spec.endpoints.port').filter((name) => found.length > 0 && !ports.includes(name)))
      yield [object, `scrapes port ${port}, which no Service that it selects has; correct the port`];
  }
}
