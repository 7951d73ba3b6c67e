import type * as k8s from '../../imports/k8s';
import { type ContainerOptions, given, mountsOf, renderContainer } from './container';
import { contextOf } from './context';
import { LABEL, MANAGED_BY } from './names';
import { podVolume, type Volume } from './volume';
import type { Workload } from './workload';

/** What the pods of a workload are made of. */
export interface PodOptions {
  /** Containers; the first is the main one and gets the drain. */
  readonly containers: readonly ContainerOptions[];
  /** Containers that run one after the other before the others. */
  readonly initContainers?: readonly ContainerOptions[];
  /** Numeric user and group; the group also owns the volumes. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** How a pod ends. @default settle 0, finish 30 */
  readonly drain?: Drain;
  /** Who is scheduled first and evicted last. @default - the cluster's default priority */
  readonly priority?: 'stores' | 'agents';
  /** Whether the pod may talk to the API server as its ServiceAccount. @default false */
  readonly apiAccess?: boolean;
  /** Run on the node of a pod with these labels: for volumes that one node only can mount. */
  readonly besidePods?: Readonly<Record<string, string>>;
}

/** The time that the end of a pod may take, in seconds. The grace period is computed from it. */
export interface Drain {
  /** Goes on serving while endpoints and edge learn that the pod is leaving. */
  readonly settle: number;
  /** Longest time that the process needs to finish after SIGTERM. */
  readonly finish: number;
}

/** Between the process's own limit and the kill. */
const GRACE_MARGIN = 5;

/** @internal */
export function drainOf(options: PodOptions): Drain {
  return options.drain ?? { settle: 0, finish: 30 };
}

/** Volumes of all mounts, each once. @internal */
export function volumesOf(options: PodOptions): Volume[] {
  const volumes = new Map<string, Volume>();
  for (const container of [...(options.initContainers ?? []), ...options.containers])
    for (const [, { volume }] of mountsOf(container)) volumes.set(volume.name, volume);
  return [...volumes.values()];
}

/** The pod template of a workload: everything that Pod Security `restricted` asks for, and more. @internal */
export function podTemplate(workload: Workload): k8s.PodTemplateSpec {
  const { options, pods } = workload;
  const context = contextOf(workload);
  const drain = drainOf(options);
  const volumes = volumesOf(options).flatMap((volume) => podVolume(volume) ?? []);
  const spec: k8s.PodSpec = {
    serviceAccountName: workload.name,
    automountServiceAccountToken: options.apiAccess ?? false,
    // service links would set CHROMA_PORT=tcp://... and the like, which Chroma reads as its own configuration
    enableServiceLinks: false,
    imagePullSecrets: given(context.imagePullSecrets.map((name) => ({ name }))),
    priorityClassName: options.priority && `${context.namespace}-${options.priority}`,
    restartPolicy: options.kind === 'Job' ? 'Never' : undefined,
    terminationGracePeriodSeconds: drain.settle + drain.finish + GRACE_MARGIN,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: options.user.uid,
      runAsGroup: options.user.gid,
      fsGroup: volumes.length > 0 || options.kind === 'StatefulSet' ? options.user.gid : undefined,
      fsGroupChangePolicy: volumes.length > 0 || options.kind === 'StatefulSet' ? 'OnRootMismatch' : undefined,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...placement(workload),
    initContainers: options.initContainers?.map((container) => renderContainer(container)),
    containers: options.containers.map((container, index) => renderContainer(container, index === 0 ? drain.settle : 0)),
    volumes: given(volumes),
  };
  return { metadata: { labels: { ...pods, [LABEL.partOf]: context.name, [LABEL.managedBy]: MANAGED_BY } }, spec };
}

/** Replicas on different nodes and zones where there are some; never a reason to stay pending. */
function placement({ options, pods, replicas }: Workload): Pick<k8s.PodSpec, 'affinity' | 'topologySpreadConstraints'> {
  const labelSelector = { matchLabels: { ...pods } };
  if (options.besidePods) {
    const beside = { labelSelector: { matchLabels: { ...options.besidePods } }, topologyKey: 'kubernetes.io/hostname' };
    return { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [beside] } } };
  }
  if (replicas.max === 1) return {};
  return {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' } },
        ],
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
    ],
  };
}
