import { type Facts, type Findings, namespaceOf } from './facts';
import { list, type PlatformObject, text, texts } from './manifest';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(?=.{0,63}$)([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$/;
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Kinds whose names become labels or host names; CronJobs and StatefulSets append a time or a hash. */
const LONGEST: Readonly<Record<string, number>> = { CronJob: 52, Job: 63, Namespace: 63, Service: 63, StatefulSet: 52 };

/** Two objects that overwrite each other. */
export function* duplicateObjects({ objects }: Facts): Findings {
  const known = new Map<string, PlatformObject>();
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object.json;
    const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
    const identity = `${group} ${kind} ${namespaceOf(object)} ${metadata.name}`;
    const first = known.get(identity);
    if (first) yield [object, `is made by ${first.path} too; give one of them another name`];
    else known.set(identity, object);
  }
}

/** Names that the API server refuses, or that fail when pods are made of them; roles may be called system:node. */
export function* badNames({ objects }: Facts): Findings {
  for (const object of objects.filter(({ json }) => !json.apiVersion.startsWith('rbac.'))) {
    const { kind, metadata } = object.json;
    const [{ length }, longest] = [metadata.name, LONGEST[kind] ?? 253];
    if (!(kind in LONGEST ? DNS_LABEL : DNS_NAME).test(metadata.name))
      yield [object, 'its name is not made of lower case letters, digits and "-"; rename it'];
    if (kind === 'Service' && !/^[a-z]/.test(metadata.name)) yield [object, 'its name does not start with a letter (DNS-1035); rename it'];
    if (length > longest) yield [object, `its name has ${length} characters, expected at most ${longest}; shorten it`];
  }
}

/** Labels that the API server refuses. */
export function* badLabels({ objects, pods }: Facts): Findings {
  const ofObjects = objects.map((object) => ({ object, labels: object.json.metadata.labels }));
  for (const { object, labels } of [...ofObjects, ...pods.values()])
    for (const [key, value] of Object.entries(labels ?? {}))
      if (typeof value !== 'string' || !LABEL_VALUE.test(value))
        yield [object, `label ${key} is ${JSON.stringify(value)}, expected at most 63 letters, digits, "-", "_" and "."`];
}

/** Ports of a Service that cannot be told apart. */
export function* twinPorts(facts: Facts): Findings {
  for (const object of facts.ofKind('Service')) {
    const names = list(object.json, 'spec.ports').map((port) => text(port, 'name'));
    if (names.length > 1 && names.includes('')) yield [object, 'a port has no name; name each of several ports'];
    for (const name of repeated(names)) yield [object, `two ports are called ${name}; rename one`];
  }
}

/** What stands twice in a container, and port names that the API server refuses. */
export function* containerParts({ pods }: Facts): Findings {
  for (const { object, allContainers } of pods.values())
    for (const container of allContainers) {
      const owner = `container ${container.name} has`;
      for (const name of repeated(texts(container, 'env.name'))) yield [object, `${owner} the variable ${name} twice; remove one`];
      for (const path of repeated(texts(container, 'volumeMounts.mountPath'))) yield [object, `${owner} two mounts at ${path}; move one`];
      for (const name of texts(container, 'ports.name').filter((name) => name && !PORT_NAME.test(name)))
        yield [object, `${owner} the port ${name}, expected at most 15 lower case letters, digits and "-"`];
    }
}

/** Texts that stand more than once; empty ones do not count. */
function repeated(names: readonly string[]): Set<string> {
  return new Set(names.filter((name, index) => name !== '' && names.indexOf(name) !== index));
}
