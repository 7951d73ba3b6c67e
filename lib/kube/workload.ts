import { type ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import { type Component, contentHash, contextOf, LABEL } from './component';
import { type ImageNames, imageNames } from './images';
import { networkPolicy, type TrafficRule } from './network';
import { allLabels, given, type PodOptions, podTemplate, volumesOf } from './pod';
import { claimSpec } from './volume';

/** How many pods: a number, or the range that an autoscaler moves in. */
export type Replicas = number | { readonly min: number; readonly max: number };

/** When and how long a Job runs: without a schedule once, for at most so many seconds; suspended, never by itself. */
export interface JobOptions {
  readonly schedule?: string;
  readonly deadline: number;
  /** Tries after the first. @default 2 */
  readonly retries?: number;
  readonly suspend?: boolean;
}

/** What a workload is made of, by kind; `component` is what sort of part it is: `store`, `agent`, `backup`. */
export type WorkloadOptions = PodOptions & { readonly name: string; readonly component: string } & (
    | { readonly kind: 'Deployment'; readonly replicas: Replicas }
    | {
        readonly kind: 'StatefulSet';
        readonly replicas: number;
        /** Headless Service that gives the pods their names. */
        readonly serviceName: string;
        /** Whether pods start and stop side by side. @default false */
        readonly parallel?: boolean;
      }
    | { readonly kind: 'DaemonSet' }
    | { readonly kind: 'Job'; readonly job: JobOptions }
    | {
        /** Pods that an operator makes: rendered is what it makes them from; containers and volumes say what they will ask for. */
        readonly kind: 'Operated';
        readonly replicas: number;
        /** Labels that the operator gives its pods, and those that only the pods have that Services lead to. */
        readonly pods: Readonly<Record<string, string>>;
        readonly serving?: Readonly<Record<string, string>>;
        readonly object: (workload: Workload) => ApiObject;
      }
  );

/** Old revisions kept for a rollback. */
const REVISIONS = 3;

/** A workload whose pods are restricted by construction, with ServiceAccount, PodDisruptionBudget and, from connections, NetworkPolicy. */
export class Workload extends Construct {
  /** Name of the workload and of its objects. */
  readonly name: string;
  /** Labels of its objects. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that select its pods and no others. */
  readonly pods: Readonly<Record<string, string>>;
  /** What a cloud knows its pods by: annotations of the ServiceAccount, labels of the pods beside those that select them. */
  readonly identity: Readonly<Record<'annotations' | 'labels', Record<string, string>>> = { annotations: {}, labels: {} };
  /** What it was made with. */
  readonly options: WorkloadOptions;
  /** Fewest and most pods. */
  readonly replicas: { readonly min: number; readonly max: number };
  /** The rendered object. */
  readonly object: ApiObject;
  /** @internal */
  readonly selector: k8s.LabelSelector;
  private readonly account?: ApiObject;
  private readonly rules: Record<'ingress' | 'egress', TrafficRule[]> = { ingress: [], egress: [] };

  constructor(component: Component, options: WorkloadOptions) {
    super(component, options.name);
    this.name = options.name;
    this.options = options;
    this.labels = { [LABEL.name]: options.name, [LABEL.component]: options.component };
    this.pods = options.kind === 'Operated' ? options.pods : this.labels;
    this.selector = { matchLabels: this.pods };
    const { replicas = 1 } = options as { replicas?: Replicas };
    this.replicas = typeof replicas === 'number' ? { min: replicas, max: replicas } : replicas;
    if (options.kind === 'Operated') {
      this.object = options.object(this);
      return;
    }
    const metadata = { name: this.name, labels: this.labels };
    this.account = new k8s.KubeServiceAccount(this, 'service-account', { metadata, automountServiceAccountToken: false });
    this.object = this.render(options, metadata);
    if (this.replicas.max > 1) this.disruptionBudget(metadata);
  }

  /** Number of a port of its containers. @throws Error if no container has a port of that name */
  port(name: string): number {
    const number = this.options.containers.map(({ ports }) => ports?.[name]).find((port) => port !== undefined);
    if (number === undefined) throw new Error(`${this.node.path}: has no port "${name}"`);
    return number;
  }

  /** Adds to its {@link identity}. */
  identify({ annotations, labels }: Readonly<Record<'annotations' | 'labels', Readonly<Record<string, string>>>>): void {
    Object.assign(this.identity.annotations, annotations);
    for (const [name, value] of Object.entries(annotations)) this.account?.metadata.addAnnotation(name, value);
    Object.assign(this.identity.labels, labels);
  }

  /** Lets traffic in, on top of the default deny. */
  allowIngress(rule: TrafficRule): void {
    this.allow('ingress', rule);
  }

  /** Lets traffic out, on top of the default deny. */
  allowEgress(rule: TrafficRule): void {
    this.allow('egress', rule);
  }

  /** Lets this workload's pods talk to another's: a rule on both sides. */
  connectTo(other: Workload, ...portNames: readonly string[]): void {
    const ports = portNames.map((name) => other.port(name));
    this.allowEgress({ peer: { pods: other.pods }, ports });
    other.allowIngress({ peer: { pods: this.pods }, ports });
  }

  /** Renders the NetworkPolicy of what was allowed; nothing where nothing was. */
  renderNetworkPolicy(): void {
    networkPolicy(this, { name: this.name, pods: this.pods, ...this.rules });
  }

  private allow(direction: 'ingress' | 'egress', rule: TrafficRule): void {
    if (this.node.locked) throw new Error(`${this.node.path}: is rendered already; connect it before`);
    this.rules[direction].push(rule);
  }

  private render(options: Exclude<WorkloadOptions, { kind: 'Operated' }>, metadata: k8s.ObjectMeta): ApiObject {
    const { selector } = this;
    // rendered late: an agent's environment follows from connections that are made after it
    const template: k8s.PodTemplateSpec = Lazy.any({ produce: () => podTemplate(this) });
    const common = { revisionHistoryLimit: REVISIONS, selector, template };
    if (options.kind === 'Job') return this.renderJob(options.job, metadata, template);
    if (options.kind === 'DaemonSet') return new k8s.KubeDaemonSet(this, 'daemon-set', { metadata, spec: common });
    if (options.kind === 'Deployment') {
      const replicas = typeof options.replicas === 'number' ? options.replicas : undefined;
      const rollingUpdate = { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) };
      const spec = { ...common, replicas, strategy: { type: 'RollingUpdate', rollingUpdate } };
      return new k8s.KubeDeployment(this, 'deployment', { metadata, spec });
    }
    // claims carry nothing but name and size: their fields can never be changed in a cluster
    const claims = volumesOf(options).filter((volume) => volume.kind === 'claimTemplate');
    return new k8s.KubeStatefulSet(this, 'stateful-set', {
      metadata,
      spec: {
        ...common,
        serviceName: options.serviceName,
        replicas: options.replicas,
        podManagementPolicy: options.parallel ? 'Parallel' : 'OrderedReady',
        persistentVolumeClaimRetentionPolicy: claims.length > 0 ? { whenDeleted: 'Retain', whenScaled: 'Retain' } : undefined,
        volumeClaimTemplates: given(claims.map(({ name, claim }) => ({ metadata: { name }, spec: claimSpec(claim) }))),
      },
    });
  }

  private renderJob(job: JobOptions, metadata: k8s.ObjectMeta, template: k8s.PodTemplateSpec): ApiObject {
    const { schedule, suspend = false, deadline, retries = 2 } = job;
    const spec: k8s.JobSpec = { backoffLimit: retries, activeDeadlineSeconds: deadline, template };
    if (schedule === undefined) {
      // a Job's template can never be changed, and one that ran must not run again: new content, new name; and no
      // ttlSecondsAfterFinished, which GitOps tools would answer by making it again
      const name = `${this.name}-${contentHash(JSON.stringify(podTemplate(this)))}`;
      return new k8s.KubeJob(this, 'job', { metadata: { ...metadata, name }, spec });
    }
    return new k8s.KubeCronJob(this, 'cron-job', {
      metadata,
      spec: {
        schedule,
        timeZone: contextOf(this).timeZone,
        concurrencyPolicy: 'Forbid',
        // a run that could not start within an hour waits for the next turn
        startingDeadlineSeconds: 3600,
        suspend,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: { metadata: { labels: allLabels(this) }, spec },
      },
    });
  }

  /** A pod that is not ready anyway does not hold up a drain (kubernetes.io, PodDisruptionBudget). */
  private disruptionBudget(metadata: k8s.ObjectMeta): void {
    const spec = { selector: this.selector, maxUnavailable: k8s.IntOrString.fromNumber(1), unhealthyPodEvictionPolicy: 'AlwaysAllow' };
    new k8s.KubePodDisruptionBudget(this, 'disruption-budget', { metadata, spec });
  }
}

/** All workloads below a construct. */
export function workloadsOf(root: Construct): Workload[] {
  return root.node.findAll().filter((node) => node instanceof Workload);
}

/** Images of everything below a construct, each once, by name. */
export function imagesOf(root: Construct): ImageNames[] {
  const containers = workloadsOf(root).flatMap(({ options }) => [...(options.initContainers ?? []), ...options.containers]);
  const names = containers.map(({ image }) => imageNames(image, contextOf(root).images));
  return [...new Map(names.map((name) => [name.from, name])).values()].sort((a, b) => (a.from < b.from ? -1 : 1));
}
