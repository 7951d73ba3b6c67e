import type { Facts, Findings } from './facts';
import { all, count, fields, list, named, text, texts } from './manifest';

/** What Kubernetes gives a pod to end when nothing is said. */
const DEFAULT_GRACE = 30;

/** Budgets that never let a pod go, so that no node can be drained. */
export function* blockedDrains(facts: Facts): Findings {
  for (const object of facts.ofKind('PodDisruptionBudget')) {
    const { minAvailable, maxUnavailable } = fields(object.json, 'spec');
    if (maxUnavailable === 0 || maxUnavailable === '0%')
      yield [object, `maxUnavailable is ${maxUnavailable}, so that no node can be drained; let one go`];
    for (const { replicas } of facts.selectedBy(object) ?? [])
      if (minAvailable !== undefined && kept(minAvailable, replicas.min) >= replicas.min)
        yield [object, `minAvailable is ${minAvailable} of ${replicas.min}, so that no node can be drained; let one go`];
  }
}

function kept(minAvailable: unknown, replicas: number): number {
  const [, percent] = /^(\d+)%$/.exec(String(minAvailable)) ?? [];
  return percent === undefined ? Number(minAvailable) : Math.ceil((Number(percent) * replicas) / 100);
}

/** Autoscalers that cannot work. */
export function* idleAutoscalers(facts: Facts): Findings {
  for (const object of facts.ofKind('HorizontalPodAutoscaler')) {
    const { minReplicas = 1, maxReplicas } = fields(object.json, 'spec');
    if (Number(minReplicas) > Number(maxReplicas))
      yield [object, `minReplicas is ${minReplicas} and maxReplicas ${maxReplicas}; raise the second`];
    const target = facts.target(object);
    if (target && all(target.json, 'spec.replicas').length > 0)
      yield [target, `has replicas, to which each apply sets back what ${named(object)} has scaled; remove them`];
    const shares = list(object.json, 'spec.metrics.resource').filter((metric) => text(metric, 'target.type') === 'Utilization');
    for (const share of shares.map((metric) => text(metric, 'name')))
      for (const container of (target && facts.pods.get(target)?.containers) ?? [])
        if (!(share in fields(container, 'resources.requests')))
          yield [object, `scales by a share of ${share}, and container ${container.name} requests none; add a request`];
  }
}

/** Pods that are killed before they have ended. */
export function* cutDrains(facts: Facts): Findings {
  for (const { object, spec, containers } of facts.pods.values()) {
    const grace = count(spec, 'terminationGracePeriodSeconds') ?? DEFAULT_GRACE;
    const finish = facts.workloadOf(object)?.options.drain?.finish ?? 0;
    const sleep = Math.max(0, ...containers.map(preStopSeconds));
    const time = `takes ${sleep} s of preStop and ${finish} s of drain to end, and is killed after ${grace} s`;
    if (sleep + finish > grace) yield [object, `${time}; raise terminationGracePeriodSeconds`];
  }
}

function preStopSeconds(container: unknown): number {
  const command = texts(container, 'lifecycle.preStop.exec.command').join(' ');
  return count(container, 'lifecycle.preStop.sleep.seconds') ?? Number(/\bsleep (\d+)/.exec(command)?.[1] ?? 0);
}
