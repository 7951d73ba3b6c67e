import { type PlatformContext, Workload } from '../kube';
import { ByLabel } from './by-label';
import { type Fields, fields, list, type PlatformObject } from './manifest';

/** Objects that do not fit in: what is wrong with each, and what to do. */
export type Findings = Iterable<readonly [PlatformObject, problem: string]>;

/** The pods that one object makes. */
export type Pods = ReturnType<typeof podsOf>;

/** Content of what is not rendered. */
export const UNKNOWN: Fields = {};

const CLUSTER_WIDE = new Set(['ClusterIssuer', 'ClusterRole', 'ClusterRoleBinding', 'Namespace', 'PriorityClass']);

/** Kinds and names that need not be rendered. */
const GIVEN = [
  /^ClusterRole (admin|cluster-admin|edit|view|system:.*)$/,
  /^(ConfigMap kube-root-ca\.crt|ServiceAccount default)$/,
  /^(Group |PriorityClass system-|User )/,
];

/** Everything that checks ask for, looked up once. */
export class Facts {
  readonly pods: readonly Pods[];
  /** Namespaces that have something of ours. */
  readonly namespaces: ReadonlySet<string>;
  /** What will exist, by `kind namespace name`. */
  private readonly existing = new Map<string, Fields>();
  private readonly podsByLabel = new ByLabel<Pods>();
  private readonly servicesByLabel = new ByLabel<PlatformObject>();
  /** `namespace domain` of the labels of pods. */
  private readonly domains = new Set<string>();

  constructor(
    readonly objects: readonly PlatformObject[],
    { namespace, secrets }: PlatformContext,
  ) {
    this.namespaces = new Set(objects.map(namespaceOf));
    for (const object of objects) this.know(object.json.kind, namespaceOf(object), object.json.metadata.name, object.json);
    for (const object of this.ofKind('Certificate')) this.know('Secret', namespaceOf(object), fields(object.json, 'spec').secretName);
    for (const { name, keys } of secrets.values()) this.know('Secret', namespace, name, { data: keys });
    const autoscalers = new Map(this.ofKind('HorizontalPodAutoscaler').map((object) => [this.target(object), object]));
    this.pods = this.ofKind('CronJob', 'DaemonSet', 'Deployment', 'Job', 'StatefulSet').map((object) =>
      podsOf(object, autoscalers.get(object.json)),
    );
    for (const pods of this.pods) this.learn(pods);
    for (const service of this.ofKind('Service'))
      this.servicesByLabel.add(service, namespaceOf(service), fields(service.json, 'metadata.labels'));
  }

  private know(kind: string, namespace: string, name: unknown, content = UNKNOWN): void {
    this.existing.set(`${kind} ${namespace} ${name}`, content);
  }

  private learn(pods: Pods): void {
    const { object, namespace, labels, replicas } = pods;
    this.podsByLabel.add(pods, namespace, labels);
    for (const key of Object.keys({ '': '', ...labels })) this.domains.add(`${namespace} ${domain(key)}`);
    for (const { name } of list(object.json, 'spec.volumeClaimTemplates.metadata'))
      for (let ordinal = 0; ordinal < replicas.max; ordinal++)
        this.know('PersistentVolumeClaim', namespace, `${name}-${object.json.metadata.name}-${ordinal}`);
  }

  ofKind(...kinds: readonly string[]): readonly PlatformObject[] {
    return this.objects.filter(({ json }) => kinds.includes(json.kind));
  }

  /** What has that name: {@link UNKNOWN} where others make it, undefined where nobody does. */
  find(kind: string, namespace: string, name: string): Fields | undefined {
    const isGiven = !this.namespaces.has(namespace) || GIVEN.some((given) => given.test(`${kind} ${name}`));
    const [own, clusterWide] = [namespace, ''].map((place) => this.existing.get(`${kind} ${place} ${name}`));
    return own ?? clusterWide ?? (isGiven ? UNKNOWN : undefined);
  }

  /** What an autoscaler scales. */
  private target(autoscaler: PlatformObject): Fields | undefined {
    const { kind, name } = fields(autoscaler.json, 'spec.scaleTargetRef');
    return this.find(String(kind), namespaceOf(autoscaler), String(name));
  }

  /** Our pods that an object selects. */
  selectedBy(object: PlatformObject): readonly Pods[] | undefined {
    const { selector, podSelector = selector } = fields(object.json, 'spec');
    return this.select(namespaceOf(object), object.json.kind === 'Service' ? { matchLabels: selector } : podSelector);
  }

  /**
   * Our pods behind a selector. Undefined for whole namespaces, for expressions, and for pods that others make: in a
   * namespace that has none of ours, or with labels of a domain that none of ours has, such as `cnpg.io`.
   */
  select(namespace: string, selector: unknown): readonly Pods[] | undefined {
    const labels = fields(selector, 'matchLabels');
    const keys = Object.keys(labels);
    const isOurs = keys.every((key) => this.domains.has(`${namespace} ${domain(key)}`));
    if (keys.length === 0 || !isOurs || list(selector, 'matchExpressions').length > 0) return undefined;
    return this.podsByLabel.find(namespace, labels);
  }

  /** Our Services with all these labels. */
  services(namespace: string, labels: Fields): readonly PlatformObject[] {
    return this.servicesByLabel.find(namespace, labels);
  }
}

/** `app.kubernetes.io` of `app.kubernetes.io/name`. */
const domain = (key: string): string => key.slice(0, Math.max(0, key.indexOf('/')));

/** The namespace of an object; empty for what is cluster-wide. */
export function namespaceOf({ json }: PlatformObject): string {
  return CLUSTER_WIDE.has(json.kind) ? '' : (json.metadata.namespace ?? '');
}

/** The workload whose construct has made an object. */
export function workloadOf({ scope }: PlatformObject): Workload | undefined {
  return scope instanceof Workload ? scope : undefined;
}

function podsOf(object: PlatformObject, autoscaler?: PlatformObject) {
  const template = fields(object.json, object.json.kind === 'CronJob' ? 'spec.jobTemplate.spec.template' : 'spec.template');
  const spec = fields(template, 'spec');
  const [main, first] = [list(spec, 'containers'), list(spec, 'initContainers')];
  const containers = [...main, ...first.filter(({ restartPolicy }) => restartPolicy === 'Always')];
  const { replicas = 1 } = fields(object.json, 'spec');
  const { minReplicas = replicas, maxReplicas = replicas } = fields(autoscaler?.json, 'spec');
  return {
    object,
    autoscaler,
    namespace: namespaceOf(object),
    labels: fields(template, 'metadata.labels'),
    spec,
    /** Containers that run side by side. */
    containers,
    /** Those, and the ones that run before them. */
    allContainers: [...first, ...main],
    /** Fewest and most pods. */
    replicas: { min: Number(minReplicas), max: Number(maxReplicas) },
  };
}
