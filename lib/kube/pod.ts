import { Chart } from 'cdk8s';
import type * as k8s from '../../imports/k8s';
import { contextOf } from './component';
import { type ImageOptions, imageNames } from './images';
import { type Probes, renderProbe } from './probe';
import { bytes, type QuantityText, quantities } from './quantity';
import type { Volume } from './volume';
import type { Workload } from './workload';

/** The value of an environment variable: a text, a key of a Secret, or a field of the pod. */
export type EnvValue =
  | string
  | { readonly secret: string; readonly key: string }
  | { readonly field: 'status.podIP' | 'metadata.name' | 'metadata.namespace' };

/** What is reserved for a container. Memory has a limit always, as reserved by default; CPU only where it is given. */
export interface Resources {
  readonly cpu: QuantityText;
  readonly memory: QuantityText;
  readonly limits?: { readonly cpu?: QuantityText; readonly memory?: QuantityText };
}

/** A mount that is read-only or shows one file of its volume. */
type Mount = { readonly volume: Volume; readonly readOnly?: boolean; readonly subPath?: string };

/** A container of a workload. */
export interface ContainerOptions {
  readonly name: string;
  /** As it is called where it comes from; a mirror of the environment changes what is rendered. */
  readonly image: string;
  readonly command?: readonly string[];
  /** Arguments; a function is asked when the object is rendered, after all connections are known. */
  readonly args?: readonly string[] | (() => readonly string[]);
  /** Environment; a function is asked when the object is rendered, after all connections are known. */
  readonly env?: Readonly<Record<string, EnvValue>> | (() => Readonly<Record<string, EnvValue>>);
  /** Command before SIGTERM, in place of waiting until endpoints have learned of the end. */
  readonly preStop?: readonly string[];
  /** Ports by name. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly resources: Resources;
  readonly probes?: Probes;
  /** Mount path to what is mounted there. */
  readonly mounts?: Readonly<Record<string, Volume | Mount>>;
  /** Numeric user, where it is not the pod's. */
  readonly user?: number;
  /** Path and port name of Prometheus metrics. */
  readonly metrics?: { readonly port: string; readonly path: string };
}

/** What the pods of a workload are made of. */
export interface PodOptions {
  /** Containers; the first is the main one and gets the drain. */
  readonly containers: readonly ContainerOptions[];
  /** Containers that run one after the other before the others. */
  readonly initContainers?: readonly ContainerOptions[];
  /** Numeric user and group; the group also owns the volumes. Further groups are for volumes that are others'. */
  readonly user: { readonly uid: number; readonly gid: number; readonly groups?: readonly number[] };
  /** Seconds that a pod goes on serving while endpoints learn of its end, and then may take to finish after SIGTERM. @default 0 and 30 */
  readonly drain?: { readonly settle: number; readonly finish: number };
  /** Who is scheduled first and evicted last. @default - the cluster's default priority */
  readonly priority?: 'stores' | 'agents';
  /** Whether the pod may talk to the API server as its ServiceAccount. @default false */
  readonly apiAccess?: boolean;
  /** Run on the node of a pod with these labels: for volumes that one node only can mount. */
  readonly besidePods?: Readonly<Record<string, string>>;
}

/** Bytes of disk for logs and what else a container writes without a volume. */
const DISK = { request: 64 * 2 ** 20, limit: 512 * 2 ** 20 };
/** Seconds between the process's own limit and the kill. */
const GRACE_MARGIN = 5;

/** A list, or nothing where it is empty: empty lists are noise in YAML. @internal */
export const given = <T>(list: readonly T[]): T[] | undefined => (list.length > 0 ? [...list] : undefined);

function mountsOf({ mounts = {} }: ContainerOptions): [path: string, Mount][] {
  return Object.entries(mounts).map(([path, mount]) => [path, 'volume' in mount ? mount : { volume: mount }]);
}

/** Volumes of all mounts, each once. @internal */
export function volumesOf({ initContainers = [], containers }: PodOptions): Volume[] {
  const mounts = [...initContainers, ...containers].flatMap(mountsOf);
  return [...new Map(mounts.map(([, { volume }]) => [volume.name, volume])).values()];
}

/** Labels of what the cluster itself makes of a workload, where cdk8s adds none. @internal */
export const allLabels = (workload: Workload): Record<string, string> =>
  Object.assign({}, workload.identity.labels, workload.pods, Chart.of(workload).labels);

/** The pod template of a workload: everything that Pod Security `restricted` asks for, and more. @internal */
export function podTemplate(workload: Workload): k8s.PodTemplateSpec {
  const { options, name } = workload;
  const { imagePullSecrets, images, namespace } = contextOf(workload);
  const { drain = { settle: 0, finish: 30 }, user } = options;
  const volumes = volumesOf(options);
  const spec: k8s.PodSpec = {
    serviceAccountName: name,
    automountServiceAccountToken: options.apiAccess ?? false,
    // service links would set CHROMA_PORT=tcp://... and the like, which Chroma reads as its own configuration
    enableServiceLinks: false,
    imagePullSecrets: given(imagePullSecrets.map((name) => ({ name }))),
    priorityClassName: options.priority && `${namespace}-${options.priority}`,
    restartPolicy: options.kind === 'Job' ? 'Never' : undefined,
    terminationGracePeriodSeconds: drain.settle + drain.finish + GRACE_MARGIN,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user.uid,
      runAsGroup: user.gid,
      ...(volumes.length > 0 && { fsGroup: user.gid, fsGroupChangePolicy: 'OnRootMismatch' }),
      supplementalGroups: user.groups && [...user.groups],
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...placement(workload),
    initContainers: options.initContainers?.map((container) => renderContainer(container, images)),
    containers: options.containers.map((container, index) => renderContainer(container, images, index === 0 ? drain.settle : 0)),
    volumes: given(volumes.flatMap(({ name, source }) => (source ? [{ name, ...source }] : []))),
  };
  return { metadata: { labels: allLabels(workload) }, spec };
}

/** Replicas on different nodes and zones where there are some; never a reason to stay pending. */
function placement({ options, selector, replicas }: Workload): Pick<k8s.PodSpec, 'affinity' | 'topologySpreadConstraints'> {
  const topologyKey = 'kubernetes.io/hostname';
  if (options.besidePods) {
    const beside = { labelSelector: { matchLabels: options.besidePods }, topologyKey };
    return { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [beside] } } };
  }
  if (replicas.max === 1) return {};
  const elsewhere = { weight: 100, podAffinityTerm: { labelSelector: selector, topologyKey } };
  const zones = { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: selector };
  return {
    affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [elsewhere] } },
    topologySpreadConstraints: [zones],
  };
}

function renderContainer(options: ContainerOptions, images: ImageOptions, preStopSeconds = 0): k8s.Container {
  const { name, image, command, args, env = {}, ports = {}, probes = {}, user } = options;
  const { preStop = preStopSeconds > 0 ? ['sleep', String(preStopSeconds)] : undefined } = options;
  return {
    name,
    image: imageNames(image, images).to,
    imagePullPolicy: 'IfNotPresent',
    command: command && [...command],
    args: args && [...(typeof args === 'function' ? args() : args)],
    env: given(Object.entries(typeof env === 'function' ? env() : env).map(renderEnv)),
    ports: given(Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort }))),
    resources: renderResources(options),
    startupProbe: renderProbe(probes.startup),
    readinessProbe: renderProbe(probes.readiness),
    livenessProbe: renderProbe(probes.liveness),
    // endpoints learn of the end of a pod later than the pod does: it goes on serving for that long
    lifecycle: preStop && { preStop: { exec: { command: [...preStop] } } },
    volumeMounts: given(mountsOf(options).map(renderMount)),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: user,
      runAsGroup: user,
      capabilities: { drop: ['ALL'] },
    },
  };
}

function renderMount([mountPath, { volume, readOnly, subPath }]: [string, Mount]): k8s.VolumeMount {
  return { mountPath, name: volume.name, subPath, readOnly: readOnly || volume.kind === 'files' || undefined };
}

function renderEnv([name, value]: [string, EnvValue]): k8s.EnvVar {
  if (typeof value === 'string') return { name, value };
  if ('field' in value) return { name, valueFrom: { fieldRef: { fieldPath: value.field } } };
  return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
}

function renderResources(options: ContainerOptions): k8s.ResourceRequirements {
  const { cpu, memory, limits } = options.resources;
  const folders = mountsOf(options).flatMap(([, { volume }]) => (volume.kind === 'scratch' ? volume : []));
  const disk = (from: number, some: typeof folders) => bytes(some.reduce((sum, each) => sum + each.disk, from));
  const reserved = folders.filter(({ reserve }) => reserve);
  return {
    requests: quantities({ cpu, memory, 'ephemeral-storage': disk(DISK.request, reserved) }),
    limits: quantities({ cpu: limits?.cpu, memory: limits?.memory ?? memory, 'ephemeral-storage': disk(DISK.limit, folders) }),
  };
}
