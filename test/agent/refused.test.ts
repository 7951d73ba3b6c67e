import type { AgentProps } from '../../lib/agent';
import { InvalidInput } from '../../lib/kube';
import { makeAgent } from '../support/agent';

const MOUNT = 'expected a path that nothing else is mounted at';
const PORT = 'expected another port for metrics than for requests';

/** Why, what is given, and the whole text. */
const REFUSED: [string, Partial<AgentProps>, string][] = [
  ['the range is empty', { replicas: { min: 3, max: 2 } }, 'replicas: got min 3 and max 2, expected min to be no more than max'],
  ['the range ends below its usual start', { replicas: { max: 2 } }, 'replicas: got min 3 and max 2, expected min to be no more than max'],
  ['a setting is for gunicorn', { runtime: 'streamlit', gunicorn: {} }, 'gunicorn: got a map, expected runtime: gunicorn beside it'],
  ['a script is for streamlit', { script: 'a.py' }, 'script: got "a.py", expected runtime: streamlit beside it'],
  ['a script would not run', { runtime: 'streamlit', script: 'a.py', command: ['b'] }, 'script: got "a.py", expected no command beside it'],
  ['an app would not run', { gunicorn: { app: 'a:b' }, command: ['b'] }, 'gunicorn.app: got "a:b", expected no command beside it'],
  [
    'several nodes cannot share a volume of one',
    { uploads: { accessMode: 'ReadWriteOnce' }, replicas: { min: 1, max: 2 } },
    'uploads.accessMode: got "ReadWriteOnce", expected ReadWriteMany, or replicas.max: 1: a ReadWriteOnce volume has one node only',
  ],
  [
    'static files are in the way of those of streamlit',
    { runtime: 'streamlit', static: {} },
    'static: got a map, expected none: streamlit serves its own /static/',
  ],
  ['logs would hide a folder', { logs: { path: '/tmp' } }, `logs.path: got "/tmp", ${MOUNT}`],
  ['logs would hide a folder of the runtime', { logs: { path: '/dev/shm/' } }, `logs.path: got "/dev/shm/", ${MOUNT}`],
  ['uploads would hide the image', { uploads: { path: '/' } }, `uploads.path: got "/", ${MOUNT}`],
  ['uploads would hide logs', { uploads: { path: '/app/logs' } }, `uploads.path: got "/app/logs", ${MOUNT}`],
  ['a port would have two names', { runtime: 'custom', metricsPort: 8501 }, `metricsPort: got 8501, ${PORT}`],
  ['the port of metrics is taken', { port: 9090 }, `port: got 9090, ${PORT}`],
  [
    'a variable would have two values',
    { env: { A: '1' }, secretEnv: { A: 'generate' } },
    'env.A: got "1", expected no secretEnv of that name beside it',
  ],
  ['a name is no name', { env: { 'A-B': '1' } }, 'env.A-B: got "A-B", expected a name such as REDIS_URL'],
  [
    'a value may be a secret',
    { secretEnv: { A: 's3cr3t' } } as never,
    'secretEnv.A: got a hidden value, expected "generate", "generate-fernet", or { secret, key }',
  ],
  [
    'a route is no prefix',
    { routes: [{ path: '/api' }] },
    'routes[0].path: got "/api", expected a prefix that ends with "/"; end it with "/", or say match: exact',
  ],
  [
    'a route is more patient than its edge can be',
    { routes: [{ path: '/', limit: { rate: 1_000_001, burst: 1_000_001 }, timeout: 86_401, sendTimeout: 86_401 }] },
    [
      'routes[0].limit.rate: got 1000001, expected at most 1000000',
      'routes[0].limit.burst: got 1000001, expected at most 1000000',
      'routes[0].timeout: got 86401, expected at most 86400',
      'routes[0].sendTimeout: got 86401, expected at most 86400',
    ].join('\ntest/agent.'),
  ],
  [
    'a route to static files has another Cache-Control than these',
    { static: {}, routes: [{ path: '/static/', to: 'static', headers: { 'cache-control': 'no-store', 'X-A': 'a' } }] },
    'routes[0].headers.cache-control: got "no-store", expected none for static files: take static.cache',
  ],
  [
    'a route leads to static files that are not there',
    { routes: [{ path: '/static/', to: 'static' }] },
    'routes[0].to: got "static", expected "agent", or static files of the agent (static: {})',
  ],
  [
    'a route leads to static files where the web server has none',
    {
      static: {},
      routes: [
        { path: '/files/', to: 'static' },
        { path: '/static/img/', to: 'static' },
        { path: '/static', match: 'exact', to: 'static' },
      ],
    },
    [
      'routes[0].path: got "/files/", expected /static/ or a path below it, where static files are; take that, or to: agent',
      'routes[2].path: got "/static", expected /static/ or a path below it, where static files are; take that, or to: agent',
    ].join('\ntest/agent.'),
  ],
  [
    'its caches take more than half of its memory',
    { cache: { memory: '513Mi' } },
    'cache.memory: got "513Mi" in each of 4 workers, expected at most 512Mi: all workers together may cache in half of the memory limit',
  ],
  [
    'its cache takes more than half of its memory, with one process',
    { runtime: 'custom', command: ['run'], resources: { limits: { memory: '2Gi' } }, cache: { memory: '1025Mi' } },
    'cache.memory: got "1025Mi" in each of 1 workers, expected at most 1024Mi: all workers together may cache in half of the memory limit',
  ],
  [
    'a cache is no size, and nothing is said of memory',
    { cache: { memory: 'big' } },
    'cache.memory: got "big", expected a size such as 512Mi or 2Gi',
  ],
  ['there is no such option', { replica: 1 } as never, 'replica: got an unknown key, expected one of '],
];

test.each(REFUSED)('an agent is refused where %s', (_, props, message) => {
  let problems: unknown;
  try {
    makeAgent(props);
  } catch (error) {
    problems = error;
  }
  expect(problems).toBeInstanceOf(InvalidInput);
  const text = (problems as InvalidInput).message;
  expect(message.endsWith('one of ') ? text.slice(0, `test/agent.${message}`.length) : text).toBe(`test/agent.${message}`);
});

test.each<[string, Partial<AgentProps>]>([
  ['a port of metrics with another runtime', { runtime: 'custom', port: 9090 }],
  ['a folder beside another', { logs: { path: '/tmp/logs' }, uploads: { path: '/app/logs/uploads' } }],
  ['a cache in half of its memory', { cache: { memory: '512Mi' } }],
  ['gunicorn settings with a command', { gunicorn: { workers: 3 }, command: ['run'] }],
  ['a volume of one node with one replica', { uploads: { accessMode: 'ReadWriteOnce' }, replicas: { min: 1, max: 1 } }],
])('an agent may have %s', (_, props) => {
  expect(makeAgent(props).objects.length).toBeGreaterThan(3);
});

test('all that is wrong is said at once', () => {
  expect(() => makeAgent({ image: 'agent', script: 'a.py', metricsPort: 8501, replicas: { min: 0 } })).toThrow(
    new Error(
      [
        'test/agent.image: got "agent", expected a pinned image: add a tag other than latest, or a digest',
        'test/agent.replicas.min: got 0, expected at least 1',
        'test/agent.script: got "a.py", expected runtime: streamlit beside it',
        `test/agent.metricsPort: got 8501, ${PORT}`,
      ].join('\n'),
    ),
  );
});
