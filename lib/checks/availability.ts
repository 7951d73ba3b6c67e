import type { Facts } from './facts';
import { at, count, fields, finding, list, named, text, texts } from './manifest';
import { selectedBy } from './selectors';

/** What Kubernetes gives a pod to end when nothing is said. */
const DEFAULT_GRACE = 30;

/** Budgets that never let a pod go, so that no node can be drained. */
export function* blockedDrains(facts: Facts): Iterable<string> {
  for (const object of facts.ofKind('PodDisruptionBudget')) {
    const { minAvailable, maxUnavailable } = fields(object.json, 'spec');
    if (maxUnavailable === 0 || maxUnavailable === '0%')
      yield finding(object, `maxUnavailable is ${maxUnavailable}, so that no node can be drained; let one go`);
    for (const { replicas } of selectedBy(facts, object) ?? [])
      if (minAvailable !== undefined && kept(minAvailable, replicas.min) >= replicas.min)
        yield finding(object, `minAvailable is ${minAvailable} of ${replicas.min}, so that no node can be drained; let one go`);
  }
}

function kept(minAvailable: unknown, replicas: number): number {
  const [, percent] = /^(\d+)%$/.exec(String(minAvailable)) ?? [];
  return percent === undefined ? Number(minAvailable) : Math.ceil((Number(percent) * replicas) / 100);
}

/** Autoscalers that cannot work. */
export function* idleAutoscalers(facts: Facts): Iterable<string> {
  for (const object of facts.ofKind('HorizontalPodAutoscaler')) {
    const { minReplicas = 1, maxReplicas } = fields(object.json, 'spec');
    if (Number(minReplicas) > Number(maxReplicas))
      yield finding(object, `minReplicas is ${minReplicas} and maxReplicas ${maxReplicas}; raise the second`);
    const target = facts.target(object.json);
    if (target && at(target.json, 'spec.replicas') !== undefined)
      yield finding(target, `has replicas, to which each apply sets back what ${named(object)} has scaled; remove them`);
    for (const metric of list(object.json, 'spec.metrics'))
      for (const container of facts.madeBy(target)?.containers ?? []) {
        const resource = text(metric, 'resource.name');
        const isShare = text(metric, 'resource.target.type') === 'Utilization';
        if (isShare && !(resource in fields(container, 'resources.requests')))
          yield finding(object, `scales by a share of ${resource}, and container ${container.name} requests none; add a request`);
      }
  }
}

/** Pods that are killed before they have ended. */
export function* cutDrains(facts: Facts): Iterable<string> {
  for (const { object, spec, containers } of facts.pods) {
    const grace = count(spec, 'terminationGracePeriodSeconds') ?? DEFAULT_GRACE;
    const finish = facts.workloadOf(object)?.options.drain?.finish ?? 0;
    const sleep = Math.max(0, ...containers.map(preStopSeconds));
    if (sleep + finish > grace)
      yield finding(
        object,
        `takes ${sleep} s of preStop and ${finish} s of drain to end, and is killed after ${grace} s; raise terminationGracePeriodSeconds`,
      );
  }
}

function preStopSeconds(container: unknown): number {
  const command = texts(container, 'lifecycle.preStop.exec.command').join(' ');
  return count(container, 'lifecycle.preStop.sleep.seconds') ?? Number(/\bsleep (\d+)/.exec(command)?.[1] ?? 0);
}
