import { AgentSchema, UseSchema } from '../../lib/agent';
import { IMAGES, parse, validate } from '../../lib/kube';
import { IMAGE } from '../support/agent';

test('what is not said of an agent is the guide’s, or none', () => {
  expect(parse(AgentSchema, { image: IMAGE }, 'it')).toEqual({
    image: IMAGE,
    runtime: 'gunicorn',
    port: 8501,
    health: { startup: 300 },
    user: 10001,
    resources: { cpu: 1, memory: '2Gi', limits: { cpu: 2, memory: '4Gi' } },
    replicas: { min: 3, max: 10, cpu: 70 },
    requestTimeout: 60,
    maxConcurrentRequests: 100,
    cache: { ttl: 3600 },
    logLevel: 'INFO',
    env: {},
    secretEnv: {},
    logs: { path: '/app/logs', size: '1Gi' },
    scratch: '1Gi',
    modelProviders: { ports: [443] },
  });
  const { gunicorn, uploads, static: files } = parse(AgentSchema, { image: IMAGE, gunicorn: {}, uploads: {}, static: {} }, 'it');
  expect({ gunicorn, uploads, files }).toEqual({
    gunicorn: { maxRequests: 1000, maxRequestsJitter: 100, workerConnections: 1000, keepAlive: 75 },
    uploads: { path: '/app/uploads', storage: '20Gi', accessMode: 'ReadWriteMany' },
    files: {
      from: '/app/static',
      image: IMAGES.nginx,
      replicas: 2,
      cache: { maxAge: 31536000, immutable: true },
    },
  });
  expect(parse(UseSchema, {}, 'it')).toEqual({ env: {}, pool: 2 });
});

/** Path of a number, the least and the most that it may be. */
const BOUNDS: [string, number, number?][] = [
  ['port', 1024, 65535],
  ['metricsPort', 1024, 65535],
  ['user', 1],
  ['requestTimeout', 1],
  ['maxConcurrentRequests', 1],
  ['cache.ttl', 1],
  ['health.startup', 1],
  ['replicas.min', 1],
  ['replicas.max', 3],
  ['replicas.cpu', 10, 100],
  ['gunicorn.workers', 1, 64],
  ['gunicorn.maxRequests', 0],
  ['gunicorn.maxRequestsJitter', 0],
  ['gunicorn.workerConnections', 1],
  ['gunicorn.keepAlive', 1],
  ['static.replicas', 1],
  ['modelProviders.ports', 1, 65535],
];

test.each(BOUNDS.map(([path, least, most]) => ({ path, least, most })))('$path: $least to $most', ({ path, least, most }) => {
  const [key = '', below] = path.split('.');
  const accepts = (value: number) => {
    const leaf = path.endsWith('.ports') ? [value] : value;
    return validate(AgentSchema, { image: IMAGE, [key]: below ? { [below]: leaf } : leaf }).ok;
  };
  expect([least - 1, least, least + 0.5, least + 1].map(accepts)).toEqual([false, true, false, true]);
  if (most !== undefined) expect([most, most + 1].map(accepts)).toEqual([true, false]);
});

test.each([
  ['gunicorn.app', 'app', { gunicorn: { app: 'app' } }, 'module:object such as app:app'],
  ['gunicorn.app', 'my-app:app', { gunicorn: { app: 'my-app:app' } }, 'module:object such as app:app'],
  ['script', 'app', { runtime: 'streamlit', script: 'app' }, 'a file such as app.py'],
  ['script', 'a b.py', { runtime: 'streamlit', script: 'a b.py' }, 'a file such as app.py'],
  ['runtime', 'flask', { runtime: 'flask' }, '"gunicorn", "streamlit" or "custom"'],
  ['logLevel', 'info', { logLevel: 'info' }, '"DEBUG", "INFO", "WARNING" or "ERROR"; did you mean "INFO"?'],
])('%s is not %p', (path, value, given, expected) => {
  const outcome = validate(AgentSchema, { image: IMAGE, ...given });
  expect(outcome).toEqual({ ok: false, problems: [{ path: path.split('.'), message: `got "${value}", expected ${expected}` }] });
});

test.each([
  ['command', { command: [] }],
  ['modelProviders.ports', { modelProviders: { ports: [] } }],
  ['routes', { routes: [] }],
])('%s is not empty', (path, given) => {
  const problems = [{ path: path.split('.'), message: 'got an empty list, expected at least 1 item' }];
  expect(validate(AgentSchema, { image: IMAGE, ...given })).toEqual({ ok: false, problems });
});
