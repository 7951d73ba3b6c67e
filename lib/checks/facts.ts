import type { SecretNeed, Workload } from '../kube';
import { all, count, type Fields, fields, list, type PlatformObject, text } from './manifest';

/** Objects that do not fit in: what is wrong with each, and what to do. */
export type Findings = Iterable<readonly [PlatformObject, problem: string]>;

/** The pods that one object makes. */
export interface Pods {
  readonly object: PlatformObject;
  readonly namespace: string;
  readonly labels: Fields;
  readonly spec: Fields;
  /** Containers that run side by side. */
  readonly containers: readonly Fields[];
  /** Those, and the ones that run before them. */
  readonly allContainers: readonly Fields[];
  /** What they listen on, as `TCP/5432` and `TCP/postgres`. */
  readonly ports: ReadonlySet<string>;
  /** Fewest and most pods. */
  readonly replicas: { readonly min: number; readonly max: number };
}

const CLUSTER_WIDE = new Set(['ClusterIssuer', 'ClusterRole', 'ClusterRoleBinding', 'Namespace', 'PriorityClass']);
const MAKES_PODS = new Set(['CronJob', 'DaemonSet', 'Deployment', 'Job', 'StatefulSet']);

/** Names that need not be rendered. */
const GIVEN: Readonly<Record<string, RegExp>> = {
  ClusterRole: /^(admin|cluster-admin|edit|view|system:.*)$/,
  ConfigMap: /^kube-root-ca\.crt$/,
  Group: /^/,
  PriorityClass: /^system-/,
  ServiceAccount: /^default$/,
  User: /^/,
};

/** Everything that checks ask for, looked up once. */
export class Facts {
  readonly pods: ReadonlyMap<PlatformObject, Pods>;
  /** Pods by `namespace key=value` of each of their labels, and the domains of those. */
  private readonly byLabel = new Map<string, Pods[]>();
  private readonly domains = new Set(['']);
  private readonly byKind = new Map<string, PlatformObject[]>();
  private readonly byName = new Map<string, PlatformObject>();
  /** What will exist in the cluster without being rendered: Secrets of certificates, and claims of StatefulSets. */
  private readonly promised = new Set<string>();
  private readonly namespaces: ReadonlySet<string>;
  private readonly workloads: ReadonlyMap<string, Workload>;

  constructor(
    readonly objects: readonly PlatformObject[],
    workloads: readonly Workload[],
    private readonly secrets: ReadonlyMap<string, SecretNeed>,
  ) {
    this.namespaces = new Set(objects.map(namespaceOf));
    this.workloads = new Map(workloads.map((workload) => [workload.node.path, workload]));
    for (const object of objects) {
      const { kind, metadata } = object.json;
      this.byName.set(`${kind} ${namespaceOf(object)} ${metadata.name}`, object);
      this.byKind
        .set(kind, this.byKind.get(kind) ?? [])
        .get(kind)
        ?.push(object);
    }
    for (const certificate of this.ofKind('Certificate'))
      this.promised.add(`Secret ${namespaceOf(certificate)} ${text(certificate.json, 'spec.secretName')}`);
    const scaled = new Map(this.ofKind('HorizontalPodAutoscaler').map((autoscaler) => [this.target(autoscaler), autoscaler.json]));
    const makers = objects.filter(({ json }) => MAKES_PODS.has(json.kind));
    this.pods = new Map(makers.map((object) => [object, podsOf(object, scaled.get(object))]));
    for (const pods of this.pods.values()) this.learn(pods);
  }

  private learn(pods: Pods): void {
    const { object, namespace, replicas } = pods;
    for (const [key, value] of Object.entries({ '': '', ...pods.labels })) {
      put(this.byLabel, `${namespace} ${key}=${value}`, pods);
      this.domains.add(domain(key));
    }
    for (const template of list(object.json, 'spec.volumeClaimTemplates'))
      for (let ordinal = 0; ordinal < replicas.max; ordinal++)
        this.promised.add(`PersistentVolumeClaim ${namespace} ${text(template, 'metadata.name')}-${object.json.metadata.name}-${ordinal}`);
  }

  ofKind(kind: string): readonly PlatformObject[] {
    return this.byKind.get(kind) ?? [];
  }

  find(kind: string, namespace: string, name: string): PlatformObject | undefined {
    return this.byName.get(`${kind} ${CLUSTER_WIDE.has(kind) ? '' : namespace} ${name}`);
  }

  /** Whether something of that name is rendered, will exist otherwise, or is in a namespace of others. */
  exists(kind: string, namespace: string, name: string): boolean {
    const isPromised = this.promised.has(`${kind} ${namespace} ${name}`) || (kind === 'Secret' && this.secrets.has(name));
    const isElsewhere = !this.namespaces.has(namespace) || GIVEN[kind]?.test(name) === true;
    return isPromised || isElsewhere || this.find(kind, namespace, name) !== undefined;
  }

  /** Keys of a Secret or ConfigMap; undefined where they cannot be known. */
  keys(kind: string, namespace: string, name: string): readonly string[] | undefined {
    const need = kind === 'Secret' ? this.secrets.get(name)?.keys : undefined;
    const json = this.find(kind, namespace, name)?.json;
    const known = need ?? (json && { ...fields(json, 'data'), ...fields(json, 'binaryData') });
    return known && Object.keys(known);
  }

  /** What a HorizontalPodAutoscaler scales. */
  target(autoscaler: PlatformObject): PlatformObject | undefined {
    const { kind, name } = fields(autoscaler.json, 'spec.scaleTargetRef');
    return this.find(String(kind), namespaceOf(autoscaler), String(name));
  }

  /** The workload whose construct has made an object. */
  workloadOf({ path }: PlatformObject): Workload | undefined {
    return this.workloads.get(path.slice(0, path.lastIndexOf('/')));
  }

  /** Our pods that an object selects. */
  selectedBy(object: PlatformObject): readonly Pods[] | undefined {
    const { selector, podSelector } = fields(object.json, 'spec');
    const isPlain = object.json.kind === 'Service' && selector;
    return this.select(namespaceOf(object), isPlain ? { matchLabels: selector } : (podSelector ?? selector));
  }

  /**
   * Our pods behind a selector. Undefined for whole namespaces, for expressions, and for pods that others make: in a
   * namespace that has none of ours, or with labels of a domain that none of ours has, such as `cnpg.io`.
   */
  select(namespace: string, selector: unknown): readonly Pods[] | undefined {
    const labels = Object.entries(fields(selector, 'matchLabels'));
    const isOurs = this.byLabel.has(`${namespace} =`) && labels.every(([key]) => this.domains.has(domain(key)));
    if (!labels[0] || !isOurs || all(selector, 'matchExpressions').length > 0) return undefined;
    const candidates = this.byLabel.get(`${namespace} ${labels[0].join('=')}`) ?? [];
    return candidates.filter((pods) => labels.every(([key, value]) => pods.labels[key] === value));
  }
}

/** Adds to the list at a key. */
function put<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const known = lists.get(key);
  if (known) known.push(item);
  else lists.set(key, [item]);
}

/** `app.kubernetes.io` of `app.kubernetes.io/name`. */
const domain = (key: string): string => key.slice(0, Math.max(0, key.indexOf('/')));

/** The namespace of an object; empty for what is cluster-wide. */
export function namespaceOf({ json }: PlatformObject): string {
  return CLUSTER_WIDE.has(json.kind) ? '' : (json.metadata.namespace ?? '');
}

function podsOf(object: PlatformObject, autoscaler: unknown): Pods {
  const template = fields(object.json, object.json.kind === 'CronJob' ? 'spec.jobTemplate.spec.template' : 'spec.template');
  const spec = fields(template, 'spec');
  const [main, first] = [list(spec, 'containers'), list(spec, 'initContainers')];
  const containers = [...main, ...first.filter((container) => container.restartPolicy === 'Always')];
  const ports = list({ containers }, 'containers.ports');
  const replicas = count(object.json, 'spec.replicas') ?? 1;
  return {
    object,
    namespace: namespaceOf(object),
    labels: fields(template, 'metadata.labels'),
    spec,
    containers,
    allContainers: [...first, ...main],
    ports: new Set(ports.flatMap(({ name, containerPort, protocol = 'TCP' }) => [`${protocol}/${containerPort}`, `${protocol}/${name}`])),
    replicas: { min: count(autoscaler, 'spec.minReplicas') ?? replicas, max: count(autoscaler, 'spec.maxReplicas') ?? replicas },
  };
}
