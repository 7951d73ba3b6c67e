import type * as k8s from '../../imports/k8s';
import { LABEL, MANAGED_BY } from './component';
import { type ContainerOptions, given, mountsOf, renderContainer } from './container';
import type { Volume } from './volume';
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

/** Seconds that a pod goes on serving while endpoints learn of its end, and then may take to finish after SIGTERM. */
export type Drain = { readonly settle: number; readonly finish: number };

/** Seconds between the process's own limit and the kill. */
const GRACE_MARGIN = 5;

/** Volumes of all mounts, each once. @internal */
export function volumesOf({ initContainers = [], containers }: PodOptions): Volume[] {
  const mounts = [...initContainers, ...containers].flatMap(mountsOf);
  return [...new Map(mounts.map(([, { volume }]) => [volume.name, volume])).values()];
}

/** The pod template of a workload: everything that Pod Security `restricted` asks for, and more. @internal */
export function podTemplate(workload: Workload): k8s.PodTemplateSpec {
  const { options, pods, name, context } = workload;
  const { settle, finish } = options.drain ?? { settle: 0, finish: 30 };
  const volumes = volumesOf(options).flatMap(({ name, source }) => (source ? [{ name, ...source }] : []));
  const ownsVolumes = volumes.length > 0 || options.kind === 'StatefulSet';
  const spec: k8s.PodSpec = {
    serviceAccountName: name,
    automountServiceAccountToken: options.apiAccess ?? false,
    // service links would set CHROMA_PORT=tcp://... and the like, which Chroma reads as its own configuration
    enableServiceLinks: false,
    imagePullSecrets: given(context.imagePullSecrets.map((name) => ({ name }))),
    priorityClassName: options.priority && `${context.namespace}-${options.priority}`,
    restartPolicy: options.kind === 'Job' ? 'Never' : undefined,
    terminationGracePeriodSeconds: settle + finish + GRACE_MARGIN,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: options.user.uid,
      runAsGroup: options.user.gid,
      fsGroup: ownsVolumes ? options.user.gid : undefined,
      fsGroupChangePolicy: ownsVolumes ? 'OnRootMismatch' : undefined,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...placement(workload),
    initContainers: options.initContainers?.map((container) => renderContainer(container)),
    containers: options.containers.map((container, index) => renderContainer(container, index === 0 ? settle : 0)),
    volumes: given(volumes),
  };
  return { metadata: { labels: { ...pods, [LABEL.partOf]: context.name, [LABEL.managedBy]: MANAGED_BY } }, spec };
}

/** Replicas on different nodes and zones where there are some; never a reason to stay pending. */
function placement({ options, pods, replicas }: Workload): Pick<k8s.PodSpec, 'affinity' | 'topologySpreadConstraints'> {
  const topologyKey = 'kubernetes.io/hostname';
  if (options.besidePods) {
    const beside = { labelSelector: { matchLabels: { ...options.besidePods } }, topologyKey };
    return { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [beside] } } };
  }
  if (replicas.max === 1) return {};
  const labelSelector = { matchLabels: { ...pods } };
  const elsewhere = { weight: 100, podAffinityTerm: { labelSelector, topologyKey } };
  return {
    affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [elsewhere] } },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
    ],
  };
}
