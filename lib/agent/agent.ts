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
  type Probes,
  parse,
  type Store,
  scratch,
  service,
  Workload,
} from '../kube';
import { autoscaler } from './autoscaling';
import { RUNTIMES, type Runtime, routesOf } from './runtime';
import { type AgentOptions, type AgentProps, AgentSchema, type UseOptions, UseSchema } from './schema';
import { staticServer } from './static';

/** Seconds that a replica goes on serving after its end was decided, while endpoints and edge learn of it. */
const SETTLE = 10;

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
  /** Stores that it uses, and how many connections each worker process may open. */
  readonly connections: { readonly store: Store; readonly pool: number }[] = [];
  /** What the edge needs to know. */
  readonly backend: Backend;
  /** How its uploads are backed up; absent where it has none. */
  readonly backup?: BackupSource;
  private readonly storeEnv: Record<string, EnvValue> = {};

  constructor(scope: Construct, id: string, props: AgentProps) {
    super(scope, id, { order: 'agent' });
    this.options = parse(AgentSchema, props, this.node.path);
    const { options, context } = this;
    const { replicas, modelProviders, uploads } = options;
    const user = { uid: options.user, gid: options.user };
    const runtime = RUNTIMES[options.runtime](options);
    this.workers = runtime.workers ?? 1;
    if (uploads) new Claim(this, `${id}-uploads`, uploads);
    if (uploads?.accessMode === 'ReadWriteMany')
      context.requirements.add('a StorageClass with ReadWriteMany volumes: the default one, or uploads.storageClass');
    this.workload = new Workload(this, {
      kind: 'Deployment',
      name: id,
      component: 'agent',
      replicas: replicas.min === replicas.max ? replicas.min : replicas,
      user,
      priority: 'agents',
      drain: { settle: SETTLE, finish: options.requestTimeout },
      containers: [this.container(runtime)],
    });
    service(this.workload, { ports: ['http'] });
    autoscaler(this.workload, replicas);
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
    if (uploads)
      this.backup = {
        backupName: `${id}-uploads`,
        method: 'files',
        user,
        env: {},
        claim: `${id}-uploads`,
        // a volume of one node can only be read there
        besidePods: uploads.accessMode === 'ReadWriteOnce' ? this.workload.pods : undefined,
        scratch: uploads.storage,
      };
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
    const reject = (path: string[], message: string) => {
      throw new InvalidInput(where, [{ path, message }]);
    };
    for (const field of Object.keys(names))
      if (!(field in store.variables))
        reject(['env', field], `got an unknown key, expected one of ${Object.keys(store.variables).join(', ')}`);
    const variables = Object.entries(store.variables).map(([field, { env, value }]) => [names[field] ?? env, value] as const);
    if (store.maxConnections !== undefined) variables.push([`${store.storeName.toUpperCase()}_POOL_SIZE`, String(pool)]);
    for (const [name, value] of variables) {
      if (name in { ...this.storeEnv, ...this.options.env, ...this.options.secretEnv })
        reject(['env'], `got a second variable ${name}, expected each once; give one of them another name`);
      this.storeEnv[name] = value;
    }
    this.connections.push({ store, pool });
    store.connectFrom(this.workload);
  }

  private container({ config, ...runtime }: Runtime): ContainerOptions {
    const { options, context } = this;
    const { id } = this.node;
    const metricsPort = options.metricsPort ?? runtime.metricsPort;
    const secretEnv = this.secretReferences();
    return {
      name: 'agent',
      image: options.image,
      command: options.command ?? runtime.command,
      args: options.args,
      ports: { http: options.port, ...(metricsPort && { metrics: metricsPort }) },
      metrics: metricsPort ? { port: 'metrics', path: '/metrics' } : undefined,
      resources: options.resources,
      probes: { ...httpProbes(options.health.path ?? runtime.health, options.health.startup), ...runtime.probes },
      mounts: {
        '/tmp': scratch('tmp', options.scratch),
        [options.logs.path]: scratch('logs', options.logs.size),
        ...runtime.folders,
        ...(options.uploads && { [options.uploads.path]: existingClaim('uploads', `${id}-uploads`) }),
        ...(config && { [config.path]: configFiles(this, `${id}-config`, config.files) }),
      },
      env: () => ({
        ENV: context.name,
        DEBUG: 'false',
        LOG_LEVEL: options.logLevel,
        PORT: String(options.port),
        REQUEST_TIMEOUT: String(options.requestTimeout),
        MAX_CONCURRENT_REQUESTS: String(options.maxConcurrentRequests),
        CACHE_TTL: String(options.cache.ttl),
        PROMETHEUS_ENABLED: String(metricsPort !== undefined),
        ...(metricsPort && { METRICS_PORT: String(metricsPort) }),
        // caches and lock files of libraries go where writing is possible
        HOME: '/tmp',
        XDG_RUNTIME_DIR: '/tmp',
        PYTHONUNBUFFERED: '1',
        PYTHONDONTWRITEBYTECODE: '1',
        ...runtime.env,
        ...this.storeEnv,
        ...options.env,
        ...secretEnv,
      }),
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

function httpProbes(path: string, startup: number): Probes {
  const check = { http: path, port: 'http' };
  return {
    startup: { check, period: 5, failures: Math.ceil(startup / 5) },
    readiness: { check },
    liveness: { check, timeout: 10, failures: 6 },
  };
}
