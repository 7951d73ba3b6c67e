import { type Facts, type Findings, namespaceOf } from './facts';
import { isBuiltIn, type PlatformObject, places } from './manifest';

/** Two objects that overwrite each other. */
export function* duplicateObjects({ objects }: Facts): Findings {
  const known = new Map<string, PlatformObject>();
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object.json;
    const [group] = apiVersion.split('/');
    const identity = `${group} ${kind} ${namespaceOf(object)} ${metadata.name}`;
    const first = known.get(identity);
    if (first) yield [object, `is made by ${first.path} too; give one of them another name`];
    else known.set(identity, object);
  }
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Kinds whose names become labels or host names; CronJobs and StatefulSets append a time or a hash. */
const LONGEST: Readonly<Record<string, number>> = { CronJob: 52, Job: 63, Namespace: 63, Service: 63, StatefulSet: 52 };

/** Names that the API server refuses, or that fail when pods are made of them; roles may be called system:node. */
export function* badNames({ objects }: Facts): Findings {
  for (const object of objects.filter(({ json }) => !json.apiVersion.startsWith('rbac.'))) {
    const { kind, metadata } = object.json;
    const { name } = metadata;
    const labels = kind in LONGEST ? [name] : name.split('.');
    const longest = LONGEST[kind] ?? 253;
    if (!labels.every((label) => DNS_LABEL.test(label)))
      yield [object, 'its name is not made of lower case letters, digits and "-"; rename it'];
    if (kind === 'Service' && !/^[a-z]/.test(name)) yield [object, 'its name does not start with a letter (DNS-1035); rename it'];
    if (name.length > longest) yield [object, `its name has ${name.length} characters, expected at most ${longest}; shorten it`];
  }
}

/** Maps that say something when they are empty: everything, or all defaults; and rules that let everything through. */
const MAY_BE_EMPTY = /\b(emptyDir|namespaceSelector|podSelector|(ingress|egress)\.\d+)$/;
/** What is never empty, also in kinds of others, where an empty map may have a meaning. */
const NEVER_EMPTY = /\b(spec|resources|requests|limits)$/;

/** Values that were given and did not arrive: the generated classes drop what has another type than they expect. */
export function* lostValues({ objects }: Facts): Findings {
  for (const object of objects)
    for (const [path, , map] of places(object.json)) {
      const isFine = isBuiltIn(object) ? MAY_BE_EMPTY.test(path) : !NEVER_EMPTY.test(path);
      if (!map) yield [object, `${path} is null; leave it out`];
      else if (Object.keys(map).length === 0 && !isFine)
        yield [object, `${path} is empty: its content was dropped; give it with its type (quantity, IntOrString)`];
    }
}
