import type { z } from 'zod';
import { type Route, RouteSchema } from '../edge';
import { memory, type Probe, scratch, type Volume } from '../kube';
import { GunicornSchema } from './fields';
import hooks from './files/gunicorn_hooks.py';
import { type AgentOptions, METRICS_PORT, workersOf } from './schema';

/** How a kind of agent is started, checked and reached, unless its options say otherwise. */
export interface Runtime {
  /** Path that answers 200 when a replica can serve. */
  readonly health: string;
  /** What tells that it is alive, if not that path. */
  readonly liveness?: Probe;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly metricsPort?: number;
  readonly sticky?: boolean;
  /** Folders beside /tmp that must be writable. */
  readonly folders?: Readonly<Record<string, Volume>>;
  /** Configuration files and where they are mounted. */
  readonly config?: { readonly path: string; readonly files: Readonly<Record<string, string>> };
}

/** The runtime profiles. */
export const RUNTIMES: Readonly<Record<AgentOptions['runtime'], (options: AgentOptions) => Runtime>> = {
  gunicorn,
  streamlit,
  custom: () => ({ health: '/health' }),
};

/** The guide's locations, and the health page that its last step asks for. */
const API_LIMIT = { rate: 10, burst: 20 };
const GUIDE_ROUTES = [
  { path: '/api/', limit: API_LIMIT },
  { path: '/upload/', limit: { rate: 1, burst: 5 }, body: '100Mi', requestBuffering: false },
  { path: '/health', match: 'exact', limit: API_LIMIT },
] as const;
const ROUTES: Readonly<Record<AgentOptions['runtime'], readonly z.input<typeof RouteSchema>[]>> = {
  gunicorn: GUIDE_ROUTES,
  streamlit: [{ path: '/', websocket: true, timeout: 3600, body: '100Mi', requestBuffering: false }],
  custom: GUIDE_ROUTES,
};
const STATIC_ROUTE = { path: '/static/', to: 'static' } as const;

/** Routes of an agent, its own or those of its runtime. */
export function routesOf({ runtime, routes, static: files }: Pick<AgentOptions, 'runtime' | 'routes' | 'static'>): Route[] {
  const defaults = [...(ROUTES[runtime] ?? []), ...(files ? [STATIC_ROUTE] : [])];
  return routes ?? defaults.map((route) => RouteSchema.parse(route));
}

const METRICS_FOLDER = '/run/prometheus';

function gunicorn(options: AgentOptions): Runtime {
  const { port, requestTimeout } = options;
  const settings = options.gunicorn ?? GunicornSchema.parse({});
  const workers = workersOf(options);
  const config = {
    bind: `"0.0.0.0:${port}"`,
    workers,
    worker_connections: settings.workerConnections,
    max_requests: settings.maxRequests,
    max_requests_jitter: settings.maxRequestsJitter,
    timeout: requestTimeout,
    graceful_timeout: requestTimeout,
    keepalive: settings.keepAlive,
    worker_tmp_dir: '"/dev/shm"',
    // the edge is the only one that can connect (NetworkPolicy), so its X-Forwarded headers are trusted
    forwarded_allow_ips: '"*"',
    accesslog: '"-"',
    errorlog: '"-"',
  };
  const lines = Object.entries(config).map(([name, value]) => `${name} = ${value}\n`);
  return {
    health: '/health',
    // gunicorn replaces a worker that hangs: a restart of all because of one slow answer would cut the others
    liveness: { check: { tcp: 'http' }, failures: 6 },
    command: ['python', '-m', 'gunicorn', '--config', '/etc/gunicorn/gunicorn.conf.py', settings.app ?? 'app:app'],
    env: { MAX_WORKERS: String(workers), PROMETHEUS_MULTIPROC_DIR: METRICS_FOLDER },
    metricsPort: METRICS_PORT,
    folders: { [METRICS_FOLDER]: memory('metrics', '64Mi'), '/dev/shm': memory('shm', '64Mi') },
    config: { path: '/etc/gunicorn', files: { 'gunicorn.conf.py': `${lines.join('')}\n${hooks}` } },
  };
}

function streamlit({ port, script = 'app.py' }: AgentOptions): Runtime {
  return {
    health: '/_stcore/health',
    command: ['streamlit', 'run', script],
    env: {
      // Streamlit keeps a machine id in its home, and breaks in odd ways where it cannot (streamlit#12383)
      HOME: '/home/streamlit',
      STREAMLIT_SERVER_PORT: String(port),
      STREAMLIT_SERVER_ADDRESS: '0.0.0.0',
      STREAMLIT_SERVER_HEADLESS: 'true',
      STREAMLIT_SERVER_FILE_WATCHER_TYPE: 'none',
      STREAMLIT_SERVER_MAX_UPLOAD_SIZE: '100',
      STREAMLIT_BROWSER_GATHER_USAGE_STATS: 'false',
    },
    // uploads and media belong to a session, and a session lives in one process
    sticky: true,
    folders: { '/home/streamlit': scratch('home', '64Mi') },
  };
}
