import * as k8s from '../../imports/k8s';
import { amount, bytes, type QuantityText, quantities } from './quantity';
import type { Volume } from './volume';

/** The value of an environment variable: a text, a key of a Secret, or a field of the pod. */
export type EnvValue =
  | string
  | { readonly secret: string; readonly key: string }
  | { readonly field: 'status.podIP' | 'metadata.name' | 'metadata.namespace' };

/** What a container may use. Memory has a limit always; a limit of CPU only where it is given. */
export interface Resources {
  /** Cores that are reserved. */
  readonly cpu: QuantityText;
  /** Memory that is reserved. */
  readonly memory: QuantityText;
  /** Upper bounds. @default - memory: as reserved; cpu: none */
  readonly limits?: { readonly cpu?: QuantityText; readonly memory?: QuantityText };
}

/** One check of a container's health; ports go by their names. */
export interface Probe {
  /** How it is checked. */
  readonly check: { readonly http: string; readonly port: string } | { readonly tcp: string } | { readonly exec: readonly string[] };
  /** Seconds between two checks. @default 10 */
  readonly period?: number;
  /** Seconds until a check counts as failed. @default 5 */
  readonly timeout?: number;
  /** Failures in a row that count. @default 3 */
  readonly failures?: number;
}

/** The three checks of a container. */
export interface Probes {
  /** Holds back the other two until it passes once. */
  readonly startup?: Probe;
  /** Takes the pod out of its Services while it fails. */
  readonly readiness?: Probe;
  /** Restarts the container when it fails. */
  readonly liveness?: Probe;
}

/** A container of a workload. */
export interface ContainerOptions {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** Environment; a function is asked when the object is rendered, after all connections are known. */
  readonly env?: Readonly<Record<string, EnvValue>> | (() => Readonly<Record<string, EnvValue>>);
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

/** A mount that is read-only or shows one file of its volume. */
export interface Mount {
  readonly volume: Volume;
  readonly readOnly?: boolean;
  readonly subPath?: string;
}

/** Disk for logs and what else a container writes without a volume. */
const EPHEMERAL_REQUEST = 64 * 2 ** 20;
const EPHEMERAL_LIMIT = 512 * 2 ** 20;

/** @internal */
export function mountsOf(container: ContainerOptions): [string, Mount][] {
  return Object.entries(container.mounts ?? {}).map(([path, value]) => [path, 'volume' in value ? value : { volume: value }]);
}

/** @internal */
export function renderContainer(options: ContainerOptions, preStopSeconds = 0): k8s.Container {
  const env = typeof options.env === 'function' ? options.env() : (options.env ?? {});
  return {
    name: options.name,
    image: options.image,
    imagePullPolicy: 'IfNotPresent',
    command: options.command && [...options.command],
    args: options.args && [...options.args],
    env: given(Object.entries(env).map(([name, value]) => envVar(name, value))),
    ports: given(Object.entries(options.ports ?? {}).map(([name, containerPort]) => ({ name, containerPort }))),
    resources: resourceRequirements(options),
    startupProbe: renderProbe(options.probes?.startup),
    readinessProbe: renderProbe(options.probes?.readiness),
    livenessProbe: renderProbe(options.probes?.liveness),
    // endpoints learn of the end of a pod later than the pod does: it goes on serving for that long
    lifecycle: preStopSeconds > 0 ? { preStop: { exec: { command: ['sleep', String(preStopSeconds)] } } } : undefined,
    volumeMounts: given(mountsOf(options).map(volumeMount)),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: options.user,
      runAsGroup: options.user,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** A list, or nothing where it is empty: empty lists are noise in YAML. @internal */
export function given<T>(list: readonly T[]): T[] | undefined {
  return list.length > 0 ? [...list] : undefined;
}

function volumeMount([mountPath, { volume, readOnly, subPath }]: [string, Mount]): k8s.VolumeMount {
  const neverWritten = volume.kind === 'config' || volume.kind === 'secret';
  return { mountPath, name: volume.name, subPath, readOnly: readOnly || neverWritten || undefined };
}

function envVar(name: string, value: EnvValue): k8s.EnvVar {
  if (typeof value === 'string') return { name, value };
  if ('field' in value) return { name, valueFrom: { fieldRef: { fieldPath: value.field } } };
  return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
}

/** What a container asks for, as numbers of cores and bytes. @internal */
export function demand(options: ContainerOptions) {
  const { cpu, memory, limits } = options.resources;
  return { cpu: amount(cpu), memory: amount(memory), memoryLimit: amount(limits?.memory ?? memory) };
}

function resourceRequirements(options: ContainerOptions): k8s.ResourceRequirements {
  const { cpu, memory, limits } = options.resources;
  const disks = mountsOf(options).map(([, mount]) => mount.volume);
  const onDisk = disks.reduce((sum, disk) => sum + (disk.kind === 'scratch' && !disk.memory ? amount(disk.size) : 0), 0);
  return {
    requests: quantities({ cpu, memory, 'ephemeral-storage': bytes(EPHEMERAL_REQUEST) }),
    limits: quantities({
      cpu: limits?.cpu,
      memory: limits?.memory ?? memory,
      'ephemeral-storage': bytes(EPHEMERAL_LIMIT + onDisk),
    }),
  };
}

function renderProbe(probe: Probe | undefined): k8s.Probe | undefined {
  if (!probe) return undefined;
  const { check } = probe;
  return {
    httpGet: 'http' in check ? { path: check.http, port: k8s.IntOrString.fromString(check.port) } : undefined,
    tcpSocket: 'tcp' in check ? { port: k8s.IntOrString.fromString(check.tcp) } : undefined,
    exec: 'exec' in check ? { command: [...check.exec] } : undefined,
    periodSeconds: probe.period ?? 10,
    timeoutSeconds: probe.timeout ?? 5,
    failureThreshold: probe.failures ?? 3,
  };
}
