import {
  type Component,
  type ContainerOptions,
  configFiles,
  type EnvValue,
  existingClaim,
  needSecret,
  scratch,
  type Volume,
} from '../kube';
import type { Runtime } from './runtime';
import { type AgentOptions, cacheBytes } from './schema';

/** Environment variables by name. */
export type Env = Record<string, EnvValue>;

/** What an agent gets from its stores. It grows with each one that is used. */
export interface StoreParts {
  readonly env: Env;
  readonly files: Record<string, Volume>;
}

/** The container of an agent: what its runtime says, unless its options say otherwise. */
export function agentContainer(agent: Component, options: AgentOptions, runtime: Runtime, stores: StoreParts): ContainerOptions {
  const { id } = agent.node;
  const { logs, uploads, health, metricsPort = runtime.metricsPort } = options;
  const check = { http: health.path ?? runtime.health, port: 'http' };
  const secretEnv = secretReferences(agent, options);
  return {
    name: 'agent',
    image: options.image,
    command: options.command ?? runtime.command,
    args: options.args,
    ports: { http: options.port, ...(metricsPort && { metrics: metricsPort }) },
    metrics: metricsPort ? { port: 'metrics', path: '/metrics' } : undefined,
    resources: options.resources,
    probes: {
      startup: { check, period: 5, failures: Math.ceil(health.startup / 5) },
      readiness: { check },
      liveness: runtime.liveness ?? { check, timeout: 10, failures: 6 },
    },
    mounts: Object.assign(stores.files, {
      '/tmp': scratch('tmp', options.scratch),
      [logs.path]: scratch('logs', logs.size),
      ...runtime.folders,
      ...(uploads && { [uploads.path]: existingClaim('uploads', `${id}-uploads`) }),
      ...(runtime.config && { [runtime.config.path]: configFiles(agent, `${id}-config`, runtime.config.files) }),
    }),
    env: () => ({
      ENV: agent.context.name,
      DEBUG: 'false',
      LOG_LEVEL: options.logLevel,
      PORT: String(options.port),
      REQUEST_TIMEOUT: String(options.requestTimeout),
      MAX_CONCURRENT_REQUESTS: String(options.maxConcurrentRequests),
      CACHE_TTL: String(options.cache.ttl),
      CACHE_MAX_BYTES: String(cacheBytes(options)),
      PROMETHEUS_ENABLED: String(metricsPort !== undefined),
      ...(metricsPort && { METRICS_PORT: String(metricsPort) }),
      // caches and lock files of libraries go where writing is possible
      HOME: '/tmp',
      XDG_RUNTIME_DIR: '/tmp',
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      ...runtime.env,
      ...stores.env,
      ...options.env,
      ...secretEnv,
    }),
  };
}

/** What the bootstrap Job makes. */
const GENERATED = { generate: '{random}', 'generate-fernet': '{fernet}' } as const;

/** Variables from Secrets, which the platform is asked for. */
function secretReferences({ node, context }: Component, { secretEnv }: AgentOptions): Env {
  const references = Object.entries(secretEnv).map(([name, source]) => {
    const template = typeof source === 'string' ? GENERATED[source] : undefined;
    const { secret, key } = typeof source === 'string' ? { secret: `${node.id}-keys`, key: name } : source;
    needSecret(context, { name: secret, keys: { [key]: template } });
    return [name, { secret, key }];
  });
  return Object.fromEntries(references);
}
