import { type Facts, type Findings, workloadOf } from './facts';
import { fields, list, named, texts } from './manifest';

/** What Kubernetes gives a pod to end when nothing is said. */
const DEFAULT_GRACE = 30;

/** Budgets that never let a pod go, so that no node can be drained. */
export function* blockedDrains(facts: Facts): Findings {
  for (const object of facts.ofKind('PodDisruptionBudget')) {
    const { minAvailable, maxUnavailable } = fields(object.json, 'spec');
    if (maxUnavailable === 0 || maxUnavailable === '0%')
      yield [object, `maxUnavailable is ${maxUnavailable}, so that no node can be drained; let one go`];
    for (const { replicas } of facts.selectedBy(object) ?? [])
      if (kept(minAvailable, replicas.min) >= replicas.min)
        yield [object, `minAvailable is ${minAvailable} of ${replicas.min}, so that no node can be drained; let one go`];
  }
}

/** How many of the replicas must stay; a share is rounded up. */
function kept(minAvailable: unknown, replicas: number): number {
  const share = /^(\d+)%$/.exec(String(minAvailable))?.[1];
  return share ? Math.ceil((Number(share) * replicas) / 100) : Number(minAvailable);
}

/** Autoscalers that cannot work. */
export function* idleAutoscalers({ pods }: Facts): Findings {
  for (const { object, autoscaler, containers } of pods) {
    if (!autoscaler) continue;
    if ('replicas' in fields(object.json, 'spec'))
      yield [object, `has replicas, to which each apply sets back what ${named(autoscaler)} has scaled; remove them`];
    const metrics = list(autoscaler.json, 'spec.metrics.resource');
    for (const { name } of metrics.filter((metric) => fields(metric, 'target').type === 'Utilization'))
      for (const container of containers.filter((container) => !(String(name) in fields(container, 'resources.requests'))))
        yield [autoscaler, `scales by a share of ${name}, and container ${container.name} requests none; add a request`];
  }
}

/** Pods that are killed before they have ended. */
export function* cutDrains({ pods }: Facts): Findings {
  for (const { object, spec, containers } of pods) {
    const { terminationGracePeriodSeconds: grace = DEFAULT_GRACE } = spec;
    const finish = workloadOf(object)?.options.drain?.finish ?? 0;
    const sleep = Math.max(0, ...containers.map(preStopSeconds));
    const time = `takes ${sleep} s of preStop and ${finish} s of drain to end, and is killed after ${grace} s`;
    if (sleep + finish > Number(grace)) yield [object, `${time}; raise terminationGracePeriodSeconds`];
  }
}

function preStopSeconds(container: unknown): number {
  const command = texts(container, 'lifecycle.preStop.exec.command').join(' ');
  const { seconds = /\bsleep (\d+)/.exec(command)?.[1] ?? 0 } = fields(container, 'lifecycle.preStop.sleep');
  return Number(seconds);
}
