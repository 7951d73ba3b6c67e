import * as k8s from '../../imports/k8s';
import { bytes, type QuantityText, quantities } from './quantity';
import type { Volume } from './volume';

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

/** One check of a container's health, by default every 10 seconds, within 5, until 3 failures in a row; ports go by name. */
export interface Probe {
  readonly check: { readonly http: string; readonly port: string } | { readonly tcp: string } | { readonly exec: readonly string[] };
  readonly period?: number;
  readonly timeout?: number;
  readonly failures?: number;
}

/** Startup holds back the other two; a pod that is not ready gets no traffic; one that is not alive is restarted. */
export type Probes = Readonly<Partial<Record<'startup' | 'readiness' | 'liveness', Probe>>>;

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
type Mount = { readonly volume: Volume; readonly readOnly?: boolean; readonly subPath?: string };

/** Bytes of disk for logs and what else a container writes without a volume. */
const DISK = { request: 64 * 2 ** 20, limit: 512 * 2 ** 20 };

/** @internal */
export function mountsOf(container: ContainerOptions): [string, Mount][] {
  return Object.entries(container.mounts ?? {}).map(([path, value]) => [path, 'volume' in value ? value : { volume: value }]);
}

/** @internal */
export function renderContainer(options: ContainerOptions, preStopSeconds = 0): k8s.Container {
  const { name, image, command, args, env = {}, ports = {}, probes, user } = options;
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: command && [...command],
    args: args && [...args],
    env: given(Object.entries(typeof env === 'function' ? env() : env).map(envVar)),
    ports: given(Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort }))),
    resources: resourceRequirements(options),
    startupProbe: probes?.startup && renderProbe(probes.startup),
    readinessProbe: probes?.readiness && renderProbe(probes.readiness),
    livenessProbe: probes?.liveness && renderProbe(probes.liveness),
    // endpoints learn of the end of a pod later than the pod does: it goes on serving for that long
    lifecycle: preStopSeconds > 0 ? { preStop: { exec: { command: ['sleep', String(preStopSeconds)] } } } : undefined,
    volumeMounts: given(mountsOf(options).map(volumeMount)),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: user,
      runAsGroup: user,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** A list, or nothing where it is empty: empty lists are noise in YAML. @internal */
export function given<T>(list: readonly T[]): T[] | undefined {
  return list.length > 0 ? [...list] : undefined;
}

function volumeMount([mountPath, { volume, readOnly, subPath }]: [string, Mount]): k8s.VolumeMount {
  return { mountPath, name: volume.name, subPath, readOnly: readOnly || volume.kind === 'files' || undefined };
}

function envVar([name, value]: [string, EnvValue]): k8s.EnvVar {
  if (typeof value === 'string') return { name, value };
  if ('field' in value) return { name, valueFrom: { fieldRef: { fieldPath: value.field } } };
  return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
}

function resourceRequirements(options: ContainerOptions): k8s.ResourceRequirements {
  const { cpu, memory, limits } = options.resources;
  const disks = mountsOf(options).map(([, { volume }]) => (volume.kind === 'scratch' ? volume.disk : 0));
  const disk = disks.reduce((sum, each) => sum + each, DISK.limit);
  return {
    requests: quantities({ cpu, memory, 'ephemeral-storage': bytes(DISK.request) }),
    limits: quantities({ cpu: limits?.cpu, memory: limits?.memory ?? memory, 'ephemeral-storage': bytes(disk) }),
  };
}

function renderProbe({ check, period = 10, timeout = 5, failures = 3 }: Probe): k8s.Probe {
  return {
    httpGet: 'http' in check ? { path: check.http, port: k8s.IntOrString.fromString(check.port) } : undefined,
    tcpSocket: 'tcp' in check ? { port: k8s.IntOrString.fromString(check.tcp) } : undefined,
    exec: 'exec' in check ? { command: [...check.exec] } : undefined,
    periodSeconds: period,
    timeoutSeconds: timeout,
    failureThreshold: failures,
  };
}
