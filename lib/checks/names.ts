import { type Facts, namespaceOf } from './facts';
import { finding, list, type PlatformObject, text } from './manifest';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$/;
const PORT_NAME = /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Kinds whose names become labels or host names; CronJobs and StatefulSets append a time or a hash. */
const LONGEST: Readonly<Record<string, number>> = { CronJob: 52, Job: 63, Namespace: 63, Service: 63, StatefulSet: 52 };
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;
const LONGEST_PORT = 15;

/** Two objects that overwrite each other. */
export function* duplicateObjects({ objects }: Facts): Iterable<string> {
  const known = new Map<string, PlatformObject>();
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object.json;
    const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
    const identity = `${group} ${kind} ${namespaceOf(object)} ${metadata.name}`;
    const first = known.get(identity);
    if (first) yield finding(object, `is made by ${first.path} too; give one of them another name`);
    else known.set(identity, object);
  }
}

/** Names that the API server refuses, or that fail when pods are made of them. */
export function* badNames({ objects }: Facts): Iterable<string> {
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object.json;
    // roles may be called system:node
    if (apiVersion.startsWith('rbac.')) continue;
    const longest = LONGEST[kind] ?? LONGEST_NAME;
    const isGood = (kind in LONGEST ? DNS_LABEL : DNS_NAME).test(metadata.name);
    if (!isGood) yield finding(object, `its name is not made of lower case letters, digits and "-"; rename it`);
    if (metadata.name.length > longest)
      yield finding(object, `its name has ${metadata.name.length} characters, expected at most ${longest}; shorten it`);
  }
}

/** Labels that the API server refuses. */
export function* badLabels({ objects, pods }: Facts): Iterable<string> {
  const labeled = [
    ...objects.map((object) => [object, object.json.metadata.labels] as const),
    ...pods.map(({ object, labels }) => [object, labels] as const),
  ];
  for (const [object, labels] of labeled)
    for (const [key, value] of Object.entries(labels ?? {}))
      if (typeof value !== 'string' || !LABEL_VALUE.test(value) || value.length > LONGEST_LABEL)
        yield finding(
          object,
          `label ${key} is ${JSON.stringify(value)}, expected at most ${LONGEST_LABEL} letters, digits, "-", "_" and "."`,
        );
}

/** Ports of a Service that cannot be told apart. */
export function* twinPorts(facts: Facts): Iterable<string> {
  for (const object of facts.ofKind('Service')) {
    const names = list(object.json, 'spec.ports').map((port) => text(port, 'name'));
    if (names.length > 1 && names.includes('')) yield finding(object, 'a port has no name; name each of several ports');
    for (const name of repeated(names)) yield finding(object, `two ports are called ${name}; rename one`);
  }
}

/** What stands twice in a container, and port names that the API server refuses. */
export function* containerParts({ pods }: Facts): Iterable<string> {
  for (const { object, allContainers } of pods)
    for (const container of allContainers) {
      const all = (path: string, field: string) => list(container, path).map((part) => text(part, field));
      for (const variable of repeated(all('env', 'name')))
        yield finding(object, `container ${container.name} has the variable ${variable} twice; remove one`);
      for (const path of repeated(all('volumeMounts', 'mountPath')))
        yield finding(object, `container ${container.name} has two mounts at ${path}; move one`);
      for (const port of all('ports', 'name').filter(Boolean))
        if (!PORT_NAME.test(port) || port.length > LONGEST_PORT)
          yield finding(
            object,
            `container ${container.name} has the port ${port}, expected at most ${LONGEST_PORT} lower case letters, digits and "-"`,
          );
    }
}

/** Texts that stand more than once; empty ones do not count. */
function repeated(names: readonly string[]): Set<string> {
  return new Set(names.filter((name, index) => name !== '' && names.indexOf(name) !== index));
}
