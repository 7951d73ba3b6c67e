import type { SecretNeed, Workload } from '../kube';
import * as availability from './availability';
import { Facts, type Findings } from './facts';
import { named, type PlatformObject } from './manifest';
import * as names from './names';
import * as references from './references';
import * as security from './security';
import * as selectors from './selectors';
import * as values from './values';

export type { PlatformObject } from './manifest';

type Check = (facts: Facts) => Findings;

/** Everything that these files export is a check. */
const CHECKS = [availability, names, references, security, selectors, values].flatMap((file) => Object.values<Check>(file));

/**
 * What is wrong with a rendered platform that no construct can see alone: a line each, which names the construct, the
 * object, the problem and what to do, in the order of construct paths.
 *
 * @param objects everything that is rendered
 * @param workloads the constructs behind the pods
 * @param secrets Secrets that will exist, by name: made by the bootstrap Job or by the user
 */
export function findings(
  objects: readonly PlatformObject[],
  workloads: readonly Workload[],
  secrets: ReadonlyMap<string, SecretNeed>,
): string[] {
  const facts = new Facts(objects, workloads, secrets);
  const found = CHECKS.flatMap((check) => [...check(facts)]);
  return [...new Set(found.map(([object, problem]) => `${object.path}: ${named(object)}: ${problem}`))].sort();
}
