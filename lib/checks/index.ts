import type { PlatformContext } from '../kube';
import * as availability from './availability';
import { Facts, type Findings } from './facts';
import { named, type PlatformObject } from './manifest';
import * as objects from './objects';
import * as references from './references';
import * as security from './security';
import * as selectors from './selectors';

export type { PlatformObject } from './manifest';

/** Everything that these files export is a check. */
const CHECKS = [availability, objects, references, security, selectors].flatMap((file) => Object.values<(facts: Facts) => Findings>(file));

/**
 * What is wrong with a rendered platform that no construct can see alone: a line each, which names the construct, the
 * object, the problem and what to do, in the order of construct paths.
 */
export function findings(rendered: readonly PlatformObject[], context: PlatformContext): string[] {
  const facts = new Facts(rendered, context);
  const found = CHECKS.flatMap((check) => [...check(facts)]);
  return [...new Set(found.map(([object, problem]) => `${object.path}: ${named(object)}: ${problem}`))].sort();
}
