import { amount } from '../kube';
import type { Facts } from './facts';
import { fields, finding, type Manifest, text } from './manifest';

/** Requests above limits, memory without a limit, and what is no quantity. */
export function* resources({ pods }: Facts): Iterable<string> {
  for (const { object, allContainers } of pods)
    for (const container of allContainers) {
      const name = text(container, 'name');
      const requests = fields(container, 'resources.requests');
      const limits = fields(container, 'resources.limits');
      if (limits.memory === undefined)
        yield finding(object, `container ${name} has no memory limit, so that it can take the node's memory; add one`);
      for (const value of [...Object.values(requests), ...Object.values(limits)])
        if (amountOf(value) === undefined)
          yield finding(object, `container ${name} has the quantity ${JSON.stringify(value)}, expected one such as 500m or 2Gi`);
      for (const [resource, request] of Object.entries(requests))
        if ((amountOf(request) ?? 0) > (amountOf(limits[resource]) ?? Number.POSITIVE_INFINITY))
          yield finding(
            object,
            `container ${name} requests ${request} of ${resource}, and its limit is ${limits[resource]}; raise the limit`,
          );
    }
}

function amountOf(value: unknown): number | undefined {
  try {
    return amount(String(value));
  } catch {
    return undefined;
  }
}

/** Maps that say something when they are empty: everything, or all defaults. */
const MAY_BE_EMPTY = new Set(['emptyDir', 'namespaceSelector', 'podSelector']);
/** Lists whose entries may be empty: rules that let everything through. */
const LISTS_OF_RULES = new Set(['ingress', 'egress']);
/** What is never empty, also in kinds of others. */
const NEVER_EMPTY = new Set(['spec', 'resources', 'requests', 'limits']);

/** Values that were given and did not arrive: the generated classes drop what has another type than they expect. */
export function* lostValues({ objects }: Facts): Iterable<string> {
  for (const object of objects) {
    const lost: string[] = [];
    collectLost(object.json, [], isBuiltIn(object.json), lost);
    for (const problem of lost) yield finding(object, problem);
  }
}

function collectLost(value: object, path: string[], strict: boolean, lost: string[]): void {
  for (const [key, child] of Object.entries(value)) {
    if (typeof child !== 'object') continue;
    path.push(key);
    if (child === null) lost.push(`${path.join('.')} is null; leave it out`);
    else if (!Array.isArray(child) && Object.keys(child).length === 0 && isLost(path, Array.isArray(value), strict))
      lost.push(`${path.join('.')} is empty: its content was dropped; give it with its type (quantity, IntOrString)`);
    else collectLost(child, path, strict, lost);
    path.pop();
  }
}

function isLost(path: readonly string[], inList: boolean, strict: boolean): boolean {
  const key = path.at(inList ? -2 : -1) ?? '';
  if (inList) return strict && !LISTS_OF_RULES.has(key);
  return strict ? !MAY_BE_EMPTY.has(key) : NEVER_EMPTY.has(key);
}

/** Whether a kind is Kubernetes' own: in those of others, an empty map may have a meaning. */
function isBuiltIn({ apiVersion }: Manifest): boolean {
  return !apiVersion.includes('.') || /^(networking|rbac\.authorization|scheduling|storage)\.k8s\.io\//.test(apiVersion);
}
