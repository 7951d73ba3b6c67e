import type { z } from 'zod';
import { type Route, RouteSchema } from '../edge';
import { amount, memory, type Probes, scratch, type Volume } from '../kube';
import hooks from './files/gunicorn_hooks.py';
import { type AgentOptions, GunicornSchema, METRICS_PORT } from './schema';

/** How a kind of agent is started, checked and reached. */
export interface Runtime {
  /** Command; the image's own if absent. */
  readonly command?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly probes: Probes;
  readonly metricsPort?: number;
  /** Processes that each hold connections of their own. */
  readonly workers: number;
  readonly sticky: boolean;
  /** Folders beside /tmp that must be writable. */
  readonly folders: Readonly<Record<string, Volume>>;
  /** Configuration files and where they are mounted. */
  readonly files?: { readonly path: string; readonly files: Readonly<Record<string, string>> };
}

/** The guide's locations, and the health page that its last step asks for. */
const API_LIMIT = { rate: 10, burst: 20 };
const GUIDE_ROUTES = [
  { path: '/api/', limit: API_LIMIT },
  { path: '/upload/', limit: { rate: 1, burst: 5 }, body: '100Mi', requestBuffering: false },
  { path: '/health', match: 'exact', limit: API_LIMIT },
] as const;
const ROUTES: Readonly<Record<AgentOptions['runtime'], readonly z.input<typeof RouteSchema>[]>> = {
  gunicorn: GUIDE_ROUTES,
  custom: GUIDE_ROUTES,
  streamlit: [{ path: '/', websocket: true, timeout: 3600, body: '100Mi', requestBuffering: false }],
};
const STATIC_ROUTE = { path: '/static/', to: 'static' } as const;

const METRICS_FOLDER = '/run/prometheus';

/** Routes of an agent, its own or those of its runtime. */
export function routesOf({ runtime, routes, static: files }: Pick<AgentOptions, 'runtime' | 'routes' | 'static'>): Route[] {
  const defaults = [...(ROUTES[runtime] ?? []), ...(files ? [STATIC_ROUTE] : [])];
  return routes ?? defaults.map((route) => RouteSchema.parse(route));
}

/** The runtime profile of an agent. */
export function runtimeOf(options: AgentOptions): Runtime {
  const { command, metricsPort, sticky = false, runtime } = options;
  const custom: Runtime = { command, env: {}, probes: httpProbes(options, '/health'), metricsPort, workers: 1, sticky, folders: {} };
  if (runtime === 'custom') return custom;
  return runtime === 'gunicorn' ? gunicorn(options, custom) : streamlit(options, custom);
}

function gunicorn(options: AgentOptions, custom: Runtime): Runtime {
  const settings = GunicornSchema.parse(options.gunicorn ?? {});
  const workers = settings.workers ?? Math.max(1, Math.round(2 * amount(options.resources.limits.cpu)));
  return {
    ...custom,
    command: options.command ?? ['python', '-m', 'gunicorn', '--config', '/etc/gunicorn/gunicorn.conf.py', settings.app ?? 'app:app'],
    env: { MAX_WORKERS: String(workers), PROMETHEUS_MULTIPROC_DIR: METRICS_FOLDER },
    // gunicorn replaces a worker that hangs: a restart of all because of one slow answer would cut the others
    probes: { ...custom.probes, liveness: { check: { tcp: 'http' }, failures: 6 } },
    metricsPort: options.metricsPort ?? METRICS_PORT,
    workers,
    folders: { [METRICS_FOLDER]: memory('metrics', '64Mi'), '/dev/shm': memory('shm', '64Mi') },
    files: { path: '/etc/gunicorn', files: { 'gunicorn.conf.py': gunicornConfig(options, settings, workers) } },
  };
}

function gunicornConfig({ port, requestTimeout }: AgentOptions, gunicorn: z.output<typeof GunicornSchema>, workers: number): string {
  const settings = {
    bind: `"0.0.0.0:${port}"`,
    workers,
    worker_connections: gunicorn.workerConnections,
    max_requests: gunicorn.maxRequests,
    max_requests_jitter: gunicorn.maxRequestsJitter,
    timeout: requestTimeout,
    graceful_timeout: requestTimeout,
    keepalive: gunicorn.keepAlive,
    worker_tmp_dir: '"/dev/shm"',
    // the edge is the only one that can connect (NetworkPolicy), so its X-Forwarded headers are trusted
    forwarded_allow_ips: '"*"',
    accesslog: '"-"',
    errorlog: '"-"',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  return `${lines.join('')}\n${hooks}`;
}

function streamlit(options: AgentOptions, custom: Runtime): Runtime {
  return {
    ...custom,
    command: options.command ?? ['streamlit', 'run', options.script ?? 'app.py'],
    env: {
      // Streamlit keeps a machine id in its home, and breaks in odd ways where it cannot (streamlit#12383)
      HOME: '/home/streamlit',
      STREAMLIT_SERVER_PORT: String(options.port),
      STREAMLIT_SERVER_ADDRESS: '0.0.0.0',
      STREAMLIT_SERVER_HEADLESS: 'true',
      STREAMLIT_SERVER_FILE_WATCHER_TYPE: 'none',
      STREAMLIT_SERVER_MAX_UPLOAD_SIZE: '100',
      STREAMLIT_BROWSER_GATHER_USAGE_STATS: 'false',
    },
    probes: httpProbes(options, '/_stcore/health'),
    // uploads and media belong to a session, and a session lives in one process
    sticky: options.sticky ?? true,
    folders: { '/home/streamlit': scratch('home', '64Mi') },
  };
}

function httpProbes(options: AgentOptions, path: string): Probes {
  const check = { http: options.health.path ?? path, port: 'http' };
  return {
    startup: { check, period: 5, failures: Math.ceil(options.health.startup / 5) },
    readiness: { check },
    liveness: { check, timeout: 10, failures: 6 },
  };
}
