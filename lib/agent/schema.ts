import { z } from 'zod';
import { amount, envName, mebibytes } from '../kube';
import { fields } from './fields';

/** What the size of a cache is compared with. */
const sized = fields.pick({ runtime: true, resources: true, gunicorn: true, cache: true }).strip();
/** Of the memory limit, what the caches of all workers may be: the rest is for code, requests and what the runtime keeps in memory. */
const CACHE_SHARE = { usual: 1 / 8, most: 1 / 2 };

/** Processes of one replica: each has connections and a cache of its own. */
export const workersOf = ({ runtime, resources, gunicorn }: Pick<AgentOptions, 'runtime' | 'resources' | 'gunicorn'>): number =>
  runtime === 'gunicorn' ? (gunicorn?.workers ?? Math.max(1, Math.round(2 * amount(resources.limits.cpu)))) : 1;

/** Bytes that the cache of one worker may take. */
export function cacheBytes(options: AgentOptions): number {
  const { cache, resources } = options;
  return Math.floor(cache.memory ? amount(cache.memory) : (amount(resources.limits.memory) * CACHE_SHARE.usual) / workersOf(options));
}

/** Paths that an agent, or one of its runtimes, has something at already. */
const MOUNTED = ['', '/tmp', '/dev/shm', '/etc/gunicorn', '/home/streamlit', '/run/prometheus'];

/** Port of metrics with gunicorn. */
export const METRICS_PORT = 9090;

/** Options of an agent. */
export const AgentSchema = fields.superRefine(agentRules, { when: ({ value }) => value !== null });

/** What holds between the fields of an agent. Asked even if some of them are wrong, so that all problems show at once. */
function agentRules(agent: Partial<z.output<typeof fields>>, context: z.core.$RefinementCtx): void {
  const reject = (path: (string | number)[], message: string, params?: { got: string }) =>
    context.addIssue({ code: 'custom', path, message, params });
  const { runtime, replicas } = agent;
  if (agent.gunicorn && runtime !== 'gunicorn') reject(['gunicorn'], 'expected runtime: gunicorn beside it');
  if (agent.script && runtime !== 'streamlit') reject(['script'], 'expected runtime: streamlit beside it');
  if (agent.gunicorn?.app && agent.command) reject(['gunicorn', 'app'], 'expected no command beside it');
  if (agent.script && agent.command) reject(['script'], 'expected no command beside it');
  const metricsPort = agent.metricsPort ?? (runtime === 'gunicorn' ? METRICS_PORT : undefined);
  if (metricsPort !== undefined && metricsPort === agent.port)
    reject([agent.metricsPort ? 'metricsPort' : 'port'], 'expected another port for metrics than for requests');
  if (sized.safeParse(agent).success && agent.cache?.memory) {
    const most = mebibytes(agent.resources?.limits?.memory ?? 0, CACHE_SHARE.most / workersOf(agent as AgentOptions));
    if (amount(agent.cache.memory) > most * 2 ** 20)
      reject(['cache', 'memory'], `expected at most ${most}Mi: all workers together may cache in half of the memory limit`, {
        got: `"${agent.cache.memory}" in each of ${workersOf(agent as AgentOptions)} workers`,
      });
  }
  for (const name of Object.keys(agent.env ?? {}))
    if (name in (agent.secretEnv ?? {})) reject(['env', name], 'expected no secretEnv of that name beside it');
  const mounted = [...MOUNTED];
  for (const part of ['logs', 'uploads'] as const) {
    const path = agent[part]?.path?.replace(/\/+$/, '');
    if (path === undefined) continue;
    if (mounted.includes(path)) reject([part, 'path'], 'expected a path that nothing else is mounted at');
    mounted.push(path);
  }
  if (agent.static && runtime === 'streamlit') reject(['static'], 'expected none: streamlit serves its own /static/');
  for (const [index, route] of (Array.isArray(agent.routes) ? agent.routes : []).entries()) {
    if (route?.to !== 'static') continue;
    if (!agent.static) reject(['routes', index, 'to'], 'expected "agent", or static files of the agent (static: {})');
    // the web server has them there and nowhere else, and would answer 404
    if (typeof route.path === 'string' && !route.path.startsWith('/static/'))
      reject(['routes', index, 'path'], 'expected /static/ or a path below it, where static files are; take that, or to: agent');
    // the web server sends one already, and nginx at the edge would add its own to it
    for (const name of Object.keys(Object(route.headers)))
      if (/^cache-control$/i.test(name)) reject(['routes', index, 'headers', name], 'expected none for static files: take static.cache');
  }
  if (replicas && replicas.max - replicas.min < 0)
    reject(['replicas'], 'expected min to be no more than max', { got: `min ${replicas.min} and max ${replicas.max}` });
  if (agent.uploads?.accessMode === 'ReadWriteOnce' && (replicas?.max ?? 1) > 1)
    reject(['uploads', 'accessMode'], 'expected ReadWriteMany, or replicas.max: 1: a ReadWriteOnce volume has one node only');
}

/** @see AgentSchema */
export type AgentProps = z.input<typeof AgentSchema>;
/** An agent's options with all defaults. */
export type AgentOptions = z.output<typeof AgentSchema>;

/** How an agent uses a store. */
export const UseSchema = z.strictObject({
  env: z.record(z.string(), envName()).default({}).describe('Other names for variables, by what they hold: { url: DATABASE_URL }.'),
  pool: z.int().min(1).default(2).describe('Most connections of a worker, <STORE>_POOL_SIZE; checked against what the store accepts.'),
  buckets: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Buckets of an object store that the agent may use, the first of them as MINIO_BUCKET; the store's first if absent."),
});

/** @see UseSchema */
export type UseOptions = z.input<typeof UseSchema>;
