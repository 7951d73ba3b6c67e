import type { Environment, KubeObject } from './environments';
import type { Cluster } from './kubectl';

interface Selector {
  readonly matchLabels?: Record<string, string>;
}

export interface Workload extends KubeObject {
  readonly spec: {
    readonly selector?: Selector;
    readonly replicas?: number;
    readonly podManagementPolicy?: string;
    readonly parallelism?: number;
    readonly completions?: number;
    readonly suspend?: boolean;
  };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly updatedReplicas?: number;
    readonly observedGeneration?: number;
  };
}

interface Pod extends KubeObject {
  readonly status: { readonly phase: string };
}

export interface Autoscaler extends KubeObject {
  readonly spec: {
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  };
}

interface Event {
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly namespace?: string };
}

/** Those of all namespaces that the environment renders, in one list. */
export function inNamespaces<T>(cluster: Cluster, environment: Environment, args: readonly string[]): T[] {
  return environment.namespaces.flatMap((namespace) => cluster.items<T>([...args, '-n', namespace]));
}

/** The autoscaler's word for a workload, where it has one. */
function bounds(workload: Workload, autoscalers: readonly Autoscaler[]): Autoscaler['spec'] | undefined {
  return autoscalers.find(
    ({ metadata, spec }) =>
      metadata.namespace === workload.metadata.namespace &&
      spec.scaleTargetRef.kind === workload.kind &&
      spec.scaleTargetRef.name === workload.metadata.name,
  )?.spec;
}

/** How many pods must exist. */
function wanted(workload: Workload, autoscalers: readonly Autoscaler[], own: boolean): number {
  const { kind, spec, status } = workload;
  const replicas = Math.max(spec.replicas ?? 1, bounds(workload, autoscalers)?.minReplicas ?? 0);
  switch (kind) {
    case 'Deployment':
      return replicas;
    case 'StatefulSet':
      // a cluster that runs pods may lack the images: only the first is sure to be made there
      return own || spec.podManagementPolicy === 'Parallel' ? replicas : Math.min(1, replicas);
    case 'DaemonSet':
      return own ? 1 : (status?.desiredNumberScheduled ?? 0);
    case 'Job':
      return spec.suspend ? 0 : Math.min(spec.parallelism ?? 1, spec.completions ?? Number.POSITIVE_INFINITY);
    default:
      throw new Error(`how many pods a ${kind} wants is not known`);
  }
}

/** In words, the workloads that have fewer pods than they want; throws at once when a pod was refused. */
export function missingPods(cluster: Cluster, environment: Environment): string[] {
  const refused = failedCreates(cluster, environment);
  if (refused.length > 0) throw new Error(`pods were refused:\n${refused.join('\n')}`);
  const all = inNamespaces<KubeObject>(cluster, environment, ['deployments,statefulsets,daemonsets,jobs,pods,horizontalpodautoscalers']);
  const pods = all.filter((object): object is Pod => object.kind === 'Pod');
  if (cluster.access.own) pretendReady(cluster, pods);
  const autoscalers = all.filter((object): object is Autoscaler => object.kind === 'HorizontalPodAutoscaler');
  const workloads = all.filter((object): object is Workload => object.kind !== 'Pod' && object.kind !== 'HorizontalPodAutoscaler');
  return workloads.flatMap((workload) => {
    const { kind, metadata, spec } = workload;
    const labels = Object.entries(spec.selector?.matchLabels ?? { 'a selector': 'not yet set' });
    const count = pods.filter(
      (pod) => pod.metadata.namespace === metadata.namespace && labels.every(([key, value]) => pod.metadata.labels?.[key] === value),
    ).length;
    const want = wanted(workload, autoscalers, cluster.access.own);
    return count >= want ? [] : [`${kind} ${metadata.namespace}/${metadata.name}: ${count} of ${want} pods`];
  });
}

/** A StatefulSet makes its next pod when the one before is ready: in place of the kubelet, says so. */
function pretendReady(cluster: Cluster, pods: readonly Pod[]): void {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  for (const pod of pods) {
    const { name, namespace, ownerReferences } = pod.metadata;
    if (pod.status.phase !== 'Pending' || ownerReferences?.[0]?.kind !== 'StatefulSet') continue;
    const patch = ['-p', JSON.stringify({ status })];
    cluster.run(['patch', 'pod', name, '-n', namespace ?? '', '--subresource=status', ...patch]);
  }
}

/** Pods and claims that the API server refused to a controller: Pod Security, quota, limits, a missing account. */
export function failedCreates(cluster: Cluster, environment: Environment): string[] {
  return inNamespaces<Event>(cluster, environment, ['events', '--field-selector', 'reason=FailedCreate']).map(
    ({ involvedObject: { kind, name, namespace }, message }) => `${kind} ${namespace}/${name}: ${message}`,
  );
}
