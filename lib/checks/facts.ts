import type { SecretNeed, Workload } from '../kube';
import { count, type Fields, fields, type Labels, list, type Manifest, type PlatformObject, text } from './manifest';
import { Selection } from './selection';

/** The pods that one object makes. */
export interface Pods {
  readonly object: PlatformObject;
  readonly namespace: string;
  readonly labels: Labels;
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

/** Where the pod template stands in the kinds that make pods. */
const TEMPLATES: Readonly<Record<string, string>> = {
  CronJob: 'spec.jobTemplate.spec.template',
  DaemonSet: 'spec.template',
  Deployment: 'spec.template',
  Job: 'spec.template',
  StatefulSet: 'spec.template',
};

/** Names that every cluster has. */
const GIVEN: Readonly<Record<string, RegExp>> = {
  ClusterRole: /^(admin|cluster-admin|edit|view|system:.*)$/,
  ConfigMap: /^kube-root-ca\.crt$/,
  PriorityClass: /^system-/,
  ServiceAccount: /^default$/,
};

/** Everything that checks ask for, looked up once. */
export class Facts {
  readonly pods: readonly Pods[];
  readonly podsByLabel = new Selection<Pods>();
  readonly servicesByLabel = new Selection<PlatformObject>();
  private readonly byKind = new Map<string, PlatformObject[]>();
  private readonly byName = new Map<string, PlatformObject>();
  private readonly byMaker = new Map<PlatformObject, Pods>();
  /** What will exist in the cluster without being rendered: Secrets, and claims of StatefulSets. */
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
      const ofKind = this.byKind.get(kind);
      if (ofKind) ofKind.push(object);
      else this.byKind.set(kind, [object]);
    }
    for (const service of this.ofKind('Service'))
      this.servicesByLabel.add(namespaceOf(service), service.json.metadata.labels ?? {}, service);
    for (const certificate of this.ofKind('Certificate'))
      this.promised.add(`Secret ${namespaceOf(certificate)} ${text(certificate.json, 'spec.secretName')}`);
    const scaled = new Map(this.ofKind('HorizontalPodAutoscaler').map(({ json }) => [this.target(json), json]));
    this.pods = objects.flatMap((object) => podsOf(object, scaled.get(object)) ?? []);
    for (const pods of this.pods) {
      this.podsByLabel.add(pods.namespace, pods.labels, pods);
      this.byMaker.set(pods.object, pods);
      for (const template of list(pods.object.json, 'spec.volumeClaimTemplates'))
        for (let ordinal = 0; ordinal < pods.replicas.max; ordinal++) {
          const name = `${text(template, 'metadata.name')}-${pods.object.json.metadata.name}-${ordinal}`;
          this.promised.add(`PersistentVolumeClaim ${pods.namespace} ${name}`);
        }
    }
  }

  ofKind(kind: string): readonly PlatformObject[] {
    return this.byKind.get(kind) ?? [];
  }

  find(kind: string, namespace: string, name: string): PlatformObject | undefined {
    return this.byName.get(`${kind} ${CLUSTER_WIDE.has(kind) ? '' : namespace} ${name}`);
  }

  /** Whether something of that name is rendered, will exist otherwise, or is in a namespace of others. */
  exists(kind: string, namespace: string, name: string): boolean {
    if (!this.namespaces.has(namespace)) return true;
    const isPromised = this.promised.has(`${kind} ${namespace} ${name}`) || (kind === 'Secret' && this.secrets.has(name));
    return isPromised || GIVEN[kind]?.test(name) === true || this.find(kind, namespace, name) !== undefined;
  }

  /** Keys of a Secret or ConfigMap; undefined where they cannot be known. */
  keys(kind: string, namespace: string, name: string): ReadonlySet<string> | undefined {
    const need = kind === 'Secret' ? this.secrets.get(name)?.keys : undefined;
    const json = this.find(kind, namespace, name)?.json;
    const known = need ?? (json && { ...fields(json, 'data'), ...fields(json, 'binaryData') });
    return known && new Set(Object.keys(known));
  }

  /** The pods that an object makes. */
  madeBy(object: PlatformObject | undefined): Pods | undefined {
    return object && this.byMaker.get(object);
  }

  /** What a HorizontalPodAutoscaler scales. */
  target(autoscaler: Manifest): PlatformObject | undefined {
    const { kind, name } = fields(autoscaler, 'spec.scaleTargetRef');
    return this.find(String(kind), autoscaler.metadata.namespace ?? '', String(name));
  }

  /** The workload whose construct has made an object. */
  workloadOf({ path }: PlatformObject): Workload | undefined {
    return this.workloads.get(path.slice(0, path.lastIndexOf('/')));
  }
}

/** The namespace of an object; empty for what is cluster-wide. */
export function namespaceOf({ json }: PlatformObject): string {
  return CLUSTER_WIDE.has(json.kind) ? '' : (json.metadata.namespace ?? '');
}

function podsOf(object: PlatformObject, autoscaler: Manifest | undefined): Pods | undefined {
  const path = TEMPLATES[object.json.kind];
  if (path === undefined) return undefined;
  const spec = fields(object.json, `${path}.spec`);
  const first = list(spec, 'initContainers');
  const containers = [...list(spec, 'containers'), ...first.filter((container) => container.restartPolicy === 'Always')];
  const ports = containers.flatMap((container) => list(container, 'ports'));
  const replicas = count(object.json, 'spec.replicas') ?? 1;
  return {
    object,
    namespace: namespaceOf(object),
    labels: fields(object.json, `${path}.metadata.labels`) as Labels,
    spec,
    containers,
    allContainers: [...first, ...list(spec, 'containers')],
    ports: new Set(ports.flatMap(({ name, containerPort, protocol = 'TCP' }) => [`${protocol}/${containerPort}`, `${protocol}/${name}`])),
    replicas: {
      min: count(autoscaler, 'spec.minReplicas') ?? replicas,
      max: count(autoscaler, 'spec.maxReplicas') ?? replicas,
    },
  };
}
