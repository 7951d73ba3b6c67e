import type { SecretNeed, Workload } from '../kube';
import { blockedDrains, cutDrains, idleAutoscalers } from './availability';
import { Facts } from './facts';
import type { PlatformObject } from './manifest';
import { badLabels, badNames, containerParts, duplicateObjects, twinPorts } from './names';
import { idleMonitors, missingKeys, missingObjects, missingServicePorts } from './references';
import { idleTokens, secretValues, unrestrictedPods } from './security';
import { crossTalk, deadRules, deafServices } from './selectors';
import { lostValues, resources } from './values';

export type { Manifest, PlatformObject } from './manifest';

const CHECKS: readonly ((facts: Facts) => Iterable<string>)[] = [
  duplicateObjects,
  badNames,
  badLabels,
  twinPorts,
  containerParts,
  missingObjects,
  missingKeys,
  missingServicePorts,
  idleMonitors,
  crossTalk,
  deafServices,
  deadRules,
  blockedDrains,
  idleAutoscalers,
  cutDrains,
  secretValues,
  unrestrictedPods,
  idleTokens,
  resources,
  lostValues,
];

/**
 * What is wrong with a rendered platform that no construct can see alone: one line each, in the order of construct
 * paths.
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
  return [...new Set(CHECKS.flatMap((check) => [...check(facts)]))].sort();
}
