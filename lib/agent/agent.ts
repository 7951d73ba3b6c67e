import type { Construct } from 'constructs';
import type { Backend } from '../edge';
import {
  type BackupSource,
  Claim,
  Component,
  type ContainerOptions,
  configFiles,
  type EnvValue,
  existingClaim,
  INTERNET,
  InvalidInput,
  needSecret,
  parse,
  type Store,
  scratch,
  service,
  Workload,
} from '../kube';
import { autoscaler } from './autoscaling';
import { type Runtime, routesOf, runtimeOf } from './runtime';
import { type AgentOptions, type AgentProps, AgentSchema, type UseOptions, UseSchema } from './schema';
import { staticServer } from './static';

/** Seconds that a replica goes on serving after its end was decided, while endpoints and edge learn of it. */
const SETTLE = 10;

/** A store that an agent uses. */
export interface Use {
  readonly store: Store;
  /** Connections of one worker process. */
  readonly pool: number;
}

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
  /** Stores that it uses. */
  readonly connections: Use[] = [];
  /** How its uploads are backed up; absent where it has none. */
  readonly backup?: BackupSource;
  private readonly runtime: Runtime;
  private readonly staticWorkload?: Workload;
  private readonly storeEnv: Record<string, EnvValue> = {};
  private readonly secretEnv: Readonly<Record<string, EnvValue>>;

  constructor(scope: Construct, id: string, props: AgentProps) {
    super(scope, id, { order: 'agent' });
    this.options = parse(AgentSchema, props, this.node.path);
    this.runtime = runtimeOf(this.options);
    this.workers = this.runtime.workers;
    this.secretEnv = this.secretReferences();
    const { options } = this;
    const { replicas, modelProviders } = options;
    const user = { uid: options.user, gid: options.user };
    if (options.uploads) new Claim(this, `${id}-uploads`, options.uploads);
    if (options.uploads?.accessMode === 'ReadWriteMany')
      this.context.requirements.add('a StorageClass with ReadWriteMany volumes: the default one, or uploads.storageClass');
    this.workload = new Workload(this, {
      kind: 'Deployment',
      name: id,
      component: 'agent',
      replicas: replicas.min === replicas.max ? replicas.min : replicas,
      user,
      priority: 'agents',
      drain: { settle: SETTLE, finish: options.requestTimeout },
      containers: [this.container()],
    });
    service(this.workload, { ports: ['http'] });
    autoscaler(this.workload, replicas);
    for (const peer of modelProviders.cidrs?.map((range) => ({ cidr: range })) ?? INTERNET)
      this.workload.allowEgress({ peer, ports: modelProviders.ports });
    this.staticWorkload = options.static && staticServer(this, options);
    this.backup = options.uploads && this.uploadsBackup(options.uploads, user);
  }

  /** How the volume of uploads is backed up. */
  private uploadsBackup(uploads: NonNullable<AgentOptions['uploads']>, user: BackupSource['user']): BackupSource {
    const name = `${this.node.id}-uploads`;
    const { accessMode, storage } = uploads;
    // a volume of one node can only be read there
    const besidePods = accessMode === 'ReadWriteOnce' ? this.workload.pods : undefined;
    return { backupName: name, method: 'files', user, env: {}, claim: name, besidePods, scratch: storage };
  }

  /**
   * Connects the agent to a store: environment variables, Secret references and network policies on both sides.
   *
   * @param store an embedded store or its external twin
   * @param options other names for the variables, size of the connection pool
   * @throws InvalidInput if a variable of that name exists already, or the store has no such variable to rename
   */
  uses(store: Store, options: UseOptions = {}): void {
    const where = `${this.node.path}: uses ${store.storeName}`;
    const { env: names, pool } = parse(UseSchema, options, where);
    const unknown = Object.keys(names).find((field) => !(field in store.variables));
    if (unknown !== undefined)
      reject(where, ['env', unknown], `got an unknown key, expected one of ${Object.keys(store.variables).join(', ')}`);
    for (const [field, variable] of Object.entries(store.variables)) this.addVariable(names[field] ?? variable.env, variable.value, where);
    if (store.maxConnections !== undefined) this.addVariable(`${store.storeName.toUpperCase()}_POOL_SIZE`, String(pool), where);
    this.connections.push({ store, pool });
    store.connectFrom(this.workload);
  }

  /** What the edge needs to know. */
  get backend(): Backend {
    const { options, runtime, context } = this;
    return {
      name: this.node.id,
      host: options.host ?? context.domain ?? '',
      sticky: runtime.sticky,
      routes: routesOf(options),
      agent: this.workload,
      static: this.staticWorkload,
    };
  }

  private addVariable(name: string, value: EnvValue, where: string): void {
    if (name in { ...this.storeEnv, ...this.options.env, ...this.options.secretEnv })
      reject(where, ['env'], `got a second variable ${name}, expected each once; give one of them another name`);
    this.storeEnv[name] = value;
  }

  private container(): ContainerOptions {
    const { options, runtime } = this;
    const id = this.node.id;
    return {
      name: 'agent',
      image: options.image,
      command: runtime.command,
      args: options.args,
      env: () => this.environment(),
      ports: { http: options.port, ...(runtime.metricsPort && { metrics: runtime.metricsPort }) },
      metrics: runtime.metricsPort ? { port: 'metrics', path: '/metrics' } : undefined,
      resources: options.resources,
      probes: runtime.probes,
      mounts: {
        '/tmp': scratch('tmp', options.scratch),
        [options.logs.path]: scratch('logs', options.logs.size),
        ...runtime.folders,
        ...(options.uploads && { [options.uploads.path]: existingClaim('uploads', `${id}-uploads`) }),
        ...(runtime.files && { [runtime.files.path]: configFiles(this, `${id}-config`, runtime.files.files) }),
      },
    };
  }

  private environment(): Record<string, EnvValue> {
    const { options, runtime, context } = this;
    return {
      ENV: context.name,
      DEBUG: 'false',
      LOG_LEVEL: options.logLevel,
      PORT: String(options.port),
      REQUEST_TIMEOUT: String(options.requestTimeout),
      MAX_CONCURRENT_REQUESTS: String(options.maxConcurrentRequests),
      CACHE_TTL: String(options.cache.ttl),
      PROMETHEUS_ENABLED: String(runtime.metricsPort !== undefined),
      ...(runtime.metricsPort && { METRICS_PORT: String(runtime.metricsPort) }),
      // caches and lock files of libraries go where writing is possible
      HOME: '/tmp',
      XDG_RUNTIME_DIR: '/tmp',
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      ...runtime.env,
      ...this.storeEnv,
      ...options.env,
      ...this.secretEnv,
    };
  }

  private secretReferences(): Record<string, EnvValue> {
    const own = `${this.node.id}-keys`;
    return Object.fromEntries(
      Object.entries(this.options.secretEnv).map(([name, source]) => {
        const reference = source === 'generate' ? { secret: own, key: name } : source;
        const template = source === 'generate' ? '{random}' : undefined;
        needSecret(this.context, { name: reference.secret, keys: { [reference.key]: template } });
        return [name, reference];
      }),
    );
  }
}

function reject(where: string, path: string[], message: string): never {
  throw new InvalidInput(where, [{ path, message }]);
}
