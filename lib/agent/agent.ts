import type { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import type { Backend } from '../edge';
import { type BackupSource, Claim, Component, type EnvValue, INTERNET, InvalidInput, parse, type Store, service, Workload } from '../kube';
import { agentContainer, type StoreParts } from './container';
import { RUNTIMES, routesOf } from './runtime';
import { type AgentOptions, type AgentProps, AgentSchema, type UseOptions, UseSchema, workersOf } from './schema';
import { staticServer } from './static';

/** Seconds that a replica goes on serving after its end was decided, while endpoints and edge learn of it. */
const SETTLE = 10;

/** How fast replicas come and go. */
const AT_ONCE: k8s.HpaScalingRulesV2 = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Percent', value: 100, periodSeconds: 60 },
    { type: 'Pods', value: 2, periodSeconds: 60 },
  ],
};
/** One after the other, after so long a lower load: a stream that just ended is often followed by the next. */
const SLOWLY: k8s.HpaScalingRulesV2 = {
  stabilizationWindowSeconds: 300,
  policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }],
};

/**
 * An AI agent: Deployment, autoscaler, Service, volumes and what its runtime needs. Connect it with {@link uses}.
 *
 * @throws InvalidInput if an option is not as {@link AgentSchema} says
 */
export class Agent extends Component {
  readonly options: AgentOptions;
  /** The agent's own pods. */
  readonly workload: Workload;
  /** Processes of one replica. */
  readonly workers: number;
  /** Stores that it uses, and how many connections each worker process, and all of them together, may open. */
  readonly connections: { readonly store: Store; readonly pool: number; readonly most: number }[] = [];
  /** What the edge needs to know. */
  readonly backend: Backend;
  private readonly stores: StoreParts = { env: {}, files: {} };

  constructor(scope: Construct, id: string, props: AgentProps) {
    super(scope, id, { order: 'agent' });
    this.options = parse(AgentSchema, props, this.node.path);
    const { options, context } = this;
    const { replicas, modelProviders, uploads } = options;
    const runtime = RUNTIMES[options.runtime](options);
    this.workers = workersOf(options);
    if (uploads) new Claim(this, `${id}-uploads`, uploads);
    if (uploads?.accessMode === 'ReadWriteMany')
      context.requirements.add('a StorageClass with ReadWriteMany volumes: the default one, or uploads.storageClass');
    this.workload = new Workload(this, {
      kind: 'Deployment',
      name: id,
      component: 'agent',
      replicas: replicas.min === replicas.max ? replicas.min : replicas,
      user: { uid: options.user, gid: options.user },
      priority: 'agents',
      drain: { settle: SETTLE, finish: options.requestTimeout },
      containers: [agentContainer(this, options, runtime, this.stores)],
    });
    service(this.workload, { ports: ['http'] });
    if (replicas.min < replicas.max) this.autoscale(replicas);
    for (const peer of modelProviders.cidrs?.map((range) => ({ cidr: range })) ?? INTERNET)
      this.workload.allowEgress({ peer, ports: modelProviders.ports });
    this.backend = {
      name: id,
      host: options.host ?? context.domain ?? '',
      sticky: options.sticky ?? runtime.sticky ?? false,
      routes: routesOf(options),
      agent: this.workload,
      static: options.static && staticServer(this, options.image, options.static),
    };
  }

  /** How its uploads are backed up; none where it has none. */
  get backup(): BackupSource | undefined {
    const { uploads, user } = this.options;
    if (!uploads) return undefined;
    const backupName = `${this.node.id}-uploads`;
    // a volume of one node can only be read there
    const besidePods = uploads.accessMode === 'ReadWriteOnce' ? this.workload.pods : undefined;
    return {
      backupName,
      method: 'files',
      user: { uid: user, gid: user },
      env: {},
      claim: backupName,
      besidePods,
      scratch: uploads.storage,
    };
  }

  /**
   * Connects the agent to a store: environment variables, Secret references and network policies on both sides.
   *
   * @param store an embedded store or its external twin
   * @param options other names for the variables, size of the connection pool, buckets
   * @throws InvalidInput if a variable of that name exists already, or the store has no such variable to rename or no such bucket
   */
  uses(store: Store, options: UseOptions = {}): void {
    const where = `${this.node.path}: uses ${store.storeName}`;
    const { env: names, pool, buckets } = parse(UseSchema, options, where);
    const reject = (path: (string | number)[], message: string) => {
      throw new InvalidInput(where, [{ path, message }]);
    };
    for (const [index, bucket] of (buckets ?? []).entries())
      if (!store.buckets?.includes(bucket))
        reject(['buckets', index], `got "${bucket}", expected one of the buckets: ${store.buckets?.join(', ') ?? 'there is none'}`);
    const told = store.variablesFor?.(this.workload, buckets) ?? store.variables;
    for (const field of Object.keys(names))
      if (!(field in told)) reject(['env', field], `got an unknown key, expected one of ${Object.keys(told).join(', ')}`);
    const called = Object.fromEntries(Object.entries(told).map(([field, { env }]) => [env, names[field] ?? env]));
    // a text may have $(VARIABLE) of the same store in it, whatever the agent calls that
    const named = (value: EnvValue) =>
      typeof value === 'string' ? value.replace(/\$\((\w+)\)/g, (_, name) => `$(${called[name] ?? name})`) : value;
    const variables = Object.values(told).map(({ env, value }) => [called[env] ?? env, named(value)] as const);
    if (store.maxConnections !== undefined) variables.push([`${store.storeName.toUpperCase()}_POOL_SIZE`, String(pool)]);
    for (const [name, value] of variables) {
      if (name in { ...this.stores.env, ...this.options.env, ...this.options.secretEnv })
        reject(['env'], `got a second variable ${name}, expected each once; give one of them another name`);
      this.stores.env[name] = value;
    }
    Object.assign(this.stores.files, store.files);
    const most = this.mostReplicas * this.workers * pool;
    this.connections.push({ store, pool, most });
    store.connectFrom(this.workload, most);
  }

  /** The autoscaler's maximum, and one more while rolling out. */
  get mostReplicas(): number {
    return this.workload.replicas.max + 1;
  }

  /** By CPU. Not by memory, which does not come back in a Python process, so that replicas would stay at their maximum. */
  private autoscale({ min, max, cpu }: AgentOptions['replicas']): void {
    const { name, pods } = this.workload;
    new k8s.KubeHorizontalPodAutoscalerV2(this.workload, 'autoscaler', {
      metadata: { name, labels: { ...pods } },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: min,
        maxReplicas: max,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } }],
        behavior: { scaleUp: AT_ONCE, scaleDown: SLOWLY },
      },
    });
  }
}
