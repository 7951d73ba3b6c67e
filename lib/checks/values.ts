import { amount } from '../kube';
import type { Facts, Findings } from './facts';
import { fields } from './manifest';

/** Requests above limits, memory without a limit, and what is no quantity. */
export function* resources({ pods }: Facts): Findings {
  for (const { object, allContainers } of pods.values())
    for (const container of allContainers) {
      const owner = `container ${container.name}`;
      const [requests, limits] = [fields(container, 'resources.requests'), fields(container, 'resources.limits')];
      if (limits.memory === undefined) yield [object, `${owner} has no memory limit, so that it can take the node's memory; add one`];
      for (const value of [...Object.values(requests), ...Object.values(limits)])
        if (Number.isNaN(amountOf(value)))
          yield [object, `${owner} has the quantity ${JSON.stringify(value)}, expected one such as 500m or 2Gi`];
      for (const [resource, request] of Object.entries(requests))
        if (amountOf(request) > amountOf(limits[resource]))
          yield [object, `${owner} requests ${request} of ${resource}, and its limit is ${limits[resource]}; raise the limit`];
    }
}

/** The number behind a quantity; NaN, which is not above anything, where there is none. */
function amountOf(value: unknown): number {
  try {
    return amount(String(value));
  } catch {
    return Number.NaN;
  }
}

/** Maps that say something when they are empty: everything, or all defaults. */
const MAY_BE_EMPTY = new Set(['emptyDir', 'namespaceSelector', 'podSelector']);
/** Lists whose entries may be empty: rules that let everything through. */
const LISTS_OF_RULES = new Set(['ingress', 'egress']);
/** What is never empty, also in kinds of others. */
const NEVER_EMPTY = new Set(['spec', 'resources', 'requests', 'limits']);
/** Kubernetes' own kinds: in those of others, an empty map may have a meaning. */
const BUILT_IN = /^[^.]+$|^(networking|rbac\.authorization|scheduling|storage)\.k8s\.io\//;

/** Values that were given and did not arrive: the generated classes drop what has another type than they expect. */
export function* lostValues({ objects }: Facts): Findings {
  for (const object of objects) for (const problem of lost(object.json, [], BUILT_IN.test(object.json.apiVersion))) yield [object, problem];
}

function lost(parent: object, path: readonly string[], strict: boolean): string[] {
  return Object.entries(parent).flatMap(([key, value]) => {
    if (typeof value !== 'object') return [];
    const place = [...path, key];
    if (value === null) return [`${place.join('.')} is null; leave it out`];
    if (Array.isArray(value) || Object.keys(value).length > 0) return lost(value, place, strict);
    const isFineEntry = !strict || LISTS_OF_RULES.has(path.at(-1) ?? '');
    const isFine = Array.isArray(parent) ? isFineEntry : strict ? MAY_BE_EMPTY.has(key) : !NEVER_EMPTY.has(key);
    return isFine ? [] : [`${place.join('.')} is empty: its content was dropped; give it with its type (quantity, IntOrString)`];
  });
}
