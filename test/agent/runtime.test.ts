import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentProps } from '../../lib/agent';
import { makeAgent } from '../support/agent';
import { find } from '../support/platform';

const HOOKS = readFileSync(join(__dirname, '../../lib/agent/files/gunicorn_hooks.py'), 'utf8');
const LIMIT = { rate: 10, burst: 20, status: 429 };
const ROUTE = {
  match: 'prefix',
  body: '1Mi',
  timeout: 60,
  requestBuffering: true,
  responseBuffering: false,
  websocket: false,
  headers: {},
  to: 'agent',
};
const GUIDE = [
  { ...ROUTE, path: '/api/', limit: LIMIT },
  { ...ROUTE, path: '/upload/', limit: { rate: 1, burst: 5, status: 429 }, body: '100Mi', requestBuffering: false },
  { ...ROUTE, path: '/health', match: 'exact', limit: LIMIT },
];
const STATIC = {
  ...ROUTE,
  path: '/static/',
  to: 'static',
  headers: {},
};

const http = (path: string, periodSeconds: number, timeoutSeconds: number, failureThreshold: number) => ({
  httpGet: { path, port: 'http' },
  ...{ periodSeconds, timeoutSeconds, failureThreshold },
});
const configOf = ({ objects }: ReturnType<typeof makeAgent>): string => find(objects, 'ConfigMap').data['gunicorn.conf.py'];
const SHARED = ['/app/logs', '/tmp'];

describe('gunicorn', () => {
  const made = makeAgent();

  test('starts with a configuration file of its own', () => {
    expect(made.main.command).toEqual(['python', '-m', 'gunicorn', '--config', '/etc/gunicorn/gunicorn.conf.py', 'app:app']);
    expect(made.main.args).toBeUndefined();
    expect(made.mounts['/etc/gunicorn'].configMap.name).toBe(find(made.objects, 'ConfigMap').metadata.name);
    expect(configOf(made)).toBe(`bind = "0.0.0.0:8501"
workers = 4
worker_connections = 1000
max_requests = 1000
max_requests_jitter = 100
timeout = 60
graceful_timeout = 60
keepalive = 75
worker_tmp_dir = "/dev/shm"
forwarded_allow_ips = "*"
accesslog = "-"
errorlog = "-"

${HOOKS}`);
  });

  test('has folders in memory beside those of every agent', () => {
    expect(Object.keys(made.mounts).sort()).toEqual([...SHARED, '/dev/shm', '/etc/gunicorn', '/run/prometheus'].sort());
    for (const path of ['/dev/shm', '/run/prometheus']) expect(made.mounts[path].emptyDir).toEqual({ medium: 'Memory', sizeLimit: '64Mi' });
  });

  test('is asked for health over HTTP, and for life by a socket only', () => {
    expect(made.probes).toEqual([
      http('/health', 5, 5, 60),
      http('/health', 10, 5, 3),
      { tcpSocket: { port: 'http' }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    ]);
    expect(made.ports).toEqual([{ http: 8501, metrics: 9090 }, { http: 8501 }]);
    expect(made.agent.workload.options.containers[0]?.metrics).toEqual({ port: 'metrics', path: '/metrics' });
  });

  test.each<[number | string, number]>([
    ['100m', 1],
    ['500m', 1],
    ['750m', 2],
    [1, 2],
    ['1500m', 3],
    [2, 4],
    ['2', 4],
    [4, 8],
  ])('has two workers for each core: %p cores are %p', (cpu, workers) => {
    const { agent, env } = makeAgent({ resources: { cpu: '50m', limits: { cpu } } });
    expect([agent.workers, env.MAX_WORKERS]).toEqual([workers, String(workers)]);
    expect(configOf(makeAgent({ resources: { limits: { cpu } } }))).toContain(`\nworkers = ${workers}\n`);
  });

  test.each([1, 60, 600])('has time to answer a request of %p s before it is killed', (requestTimeout) => {
    const each = makeAgent({ requestTimeout });
    const grace = each.pod.terminationGracePeriodSeconds;
    const settle = Number(each.main.lifecycle.preStop.exec.command[1]);
    const [, graceful] = /^graceful_timeout = (\d+)$/m.exec(configOf(each)) ?? [];
    expect([settle, Number(graceful), grace]).toEqual([10, requestTimeout, requestTimeout + 15]);
    expect(Number(graceful)).toBeLessThanOrEqual(grace - settle);
  });
});

describe('streamlit', () => {
  const made = makeAgent({ runtime: 'streamlit' });

  test('starts the script, without what it needs a desktop for', () => {
    expect(made.main.command).toEqual(['streamlit', 'run', 'app.py']);
    expect(made.env).toMatchObject({
      HOME: '/home/streamlit',
      PORT: '8501',
      PROMETHEUS_ENABLED: 'false',
      STREAMLIT_SERVER_PORT: '8501',
      STREAMLIT_SERVER_ADDRESS: '0.0.0.0',
      STREAMLIT_SERVER_HEADLESS: 'true',
      STREAMLIT_SERVER_FILE_WATCHER_TYPE: 'none',
      STREAMLIT_SERVER_MAX_UPLOAD_SIZE: '100',
      STREAMLIT_BROWSER_GATHER_USAGE_STATS: 'false',
    });
    for (const name of ['METRICS_PORT', 'MAX_WORKERS', 'PROMETHEUS_MULTIPROC_DIR']) expect(made.env).not.toHaveProperty(name);
    expect(makeAgent({ runtime: 'streamlit', port: 1234 }).env.STREAMLIT_SERVER_PORT).toBe('1234');
  });

  test('has a home that can be written, is one process, and has no metrics of its own', () => {
    expect(Object.keys(made.mounts).sort()).toEqual(['/app/logs', '/home/streamlit', '/tmp']);
    expect(made.mounts['/home/streamlit'].emptyDir).toEqual({ sizeLimit: '64Mi' });
    expect(made.objects.filter(({ kind }) => kind === 'ConfigMap')).toEqual([]);
    expect(made.agent.workers).toBe(1);
    expect(made.ports).toEqual([{ http: 8501 }, { http: 8501 }]);
    const page = '/_stcore/health';
    expect(made.probes).toEqual([http(page, 5, 5, 60), http(page, 10, 5, 3), http(page, 10, 10, 6)]);
  });

  test('keeps a client with one replica, over a websocket', () => {
    expect(made.agent.backend.sticky).toBe(true);
    expect(makeAgent({ runtime: 'streamlit', sticky: false }).agent.backend.sticky).toBe(false);
    expect(made.agent.backend.routes).toEqual([
      { ...ROUTE, path: '/', websocket: true, timeout: 3600, body: '100Mi', requestBuffering: false },
    ]);
  });
});

test.each(['streamlit', 'custom'] as const)('%s has metrics where it is told', (runtime) => {
  const made = makeAgent({ runtime, metricsPort: 9100 });
  expect(made.ports).toEqual([{ http: 8501, metrics: 9100 }, { http: 8501 }]);
  expect([made.env.METRICS_PORT, made.env.PROMETHEUS_ENABLED]).toEqual(['9100', 'true']);
});

describe('custom', () => {
  test('is the image and nothing else', () => {
    const made = makeAgent({ runtime: 'custom' });
    expect([made.main.command, made.main.args]).toEqual([undefined, undefined]);
    expect(Object.keys(made.mounts).sort()).toEqual(SHARED);
    expect(made.agent.workers).toBe(1);
    expect(made.agent.backend.sticky).toBe(false);
    expect(made.ports).toEqual([{ http: 8501 }, { http: 8501 }]);
    expect(made.probes).toEqual([http('/health', 5, 5, 60), http('/health', 10, 5, 3), http('/health', 10, 10, 6)]);
    expect(made.env).not.toHaveProperty('MAX_WORKERS');
  });
});

test.each<[AgentProps['runtime'], object[], object[]]>([
  ['gunicorn', GUIDE, [...GUIDE, STATIC]],
  ['custom', GUIDE, [...GUIDE, STATIC]],
])('%s answers the paths of the guide, and static files where it has some', (runtime, without, withStatic) => {
  expect(makeAgent({ runtime }).agent.backend.routes).toEqual(without);
  expect(makeAgent({ runtime, static: {} }).agent.backend.routes).toEqual(withStatic);
  expect(makeAgent({ runtime, routes: [{ path: '/x/' }] }).agent.backend.routes).toEqual([{ ...ROUTE, path: '/x/' }]);
});

test.each(['gunicorn', 'streamlit', 'custom'] as const)('%s may be started by another command', (runtime) => {
  const { main } = makeAgent({ runtime, command: ['/entry'], args: ['a', 'b'] });
  expect([main.command, main.args]).toEqual([['/entry'], ['a', 'b']]);
});

test.each([
  [1, 1],
  [5, 1],
  [6, 2],
  [300, 60],
])('%p s to start are %p tries', (startup, failureThreshold) => {
  expect(makeAgent({ health: { startup } }).main.startupProbe).toMatchObject({ periodSeconds: 5, failureThreshold });
});
