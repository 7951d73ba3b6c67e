import { type AgentProps, AgentSchema } from '../../lib/agent';
import { IMAGE, lookInto, makeAgent } from '../support/agent';
import { type AllProps, unseenProps } from '../support/all-props';
import { find, podSpec, type Rendered } from '../support/platform';
import { policyOf } from '../support/workload';

const routes = [
  {
    path: '/chat/',
    match: 'prefix',
    limit: { rate: 7, burst: 9, header: 'X-Api-Key', status: 503 },
    body: '3Mi',
    timeout: 61,
    connectTimeout: 62,
    sendTimeout: 63,
    requestBuffering: false,
    responseBuffering: true,
    websocket: true,
    headers: { 'X-Chat': 'yes' },
    to: 'agent',
  },
] as const;

/** Everything that an agent with gunicorn can be told; `script` and `command` are for the others. */
const GUNICORN: Omit<AllProps<AgentProps>, 'script' | 'command' | 'runtime'> = {
  image: 'registry.test/other:2',
  args: ['--verbose', 'everything'],
  gunicorn: {
    app: 'service.main:create()',
    workers: 5,
    maxRequests: 1234,
    maxRequestsJitter: 56,
    workerConnections: 789,
    keepAlive: 77,
  },
  port: 18501,
  metricsPort: 19090,
  health: { path: '/healthy', startup: 95 },
  user: 20002,
  resources: { cpu: '1250m', memory: '1792Mi', limits: { cpu: '2500m', memory: '3584Mi' } },
  replicas: { min: 6, max: 11, cpu: 66 },
  requestTimeout: 83,
  maxConcurrentRequests: 321,
  cache: { ttl: 1801, memory: '350Mi' },
  logLevel: 'WARNING',
  env: { MODEL: 'model-x' },
  secretEnv: { OPENAI_API_KEY: { secret: 'openai', key: 'api-key' }, SESSION_SECRET: 'generate' },
  uploads: { path: '/srv/uploads', storage: '21Gi', storageClass: 'nfs', accessMode: 'ReadWriteMany' },
  logs: { path: '/srv/logs', size: '3Gi' },
  scratch: '7Gi',
  static: { from: '/srv/www', image: 'registry.test/nginx:3', replicas: 13, cache: { maxAge: 3607, immutable: false } },
  modelProviders: { cidrs: ['203.0.113.0/24'], ports: [8443] },
  sticky: true,
  host: 'chat.example.org',
  routes,
};

/** The rest of it, with the runtimes that it is for. */
const STREAMLIT: Pick<AllProps<AgentProps>, 'image' | 'runtime' | 'script'> = {
  image: 'registry.test/other:2',
  runtime: 'streamlit',
  script: 'pages/chat.py',
};
const CUSTOM: Pick<AllProps<AgentProps>, 'image' | 'runtime' | 'command'> = {
  image: 'registry.test/other:2',
  runtime: 'custom',
  command: ['/bin/serve', '--port=8501'],
};
/** An option that no test gives does not compile. */
type Untested = Exclude<keyof AgentProps, keyof (typeof GUNICORN & typeof STREAMLIT & typeof CUSTOM)>;
const UNTESTED: [Untested] extends [never] ? [] : [Untested] = [];

const before = makeAgent();
const defaults = AgentSchema.parse({ image: IMAGE });

test('everything that is said of an agent with gunicorn is in its YAML', () => {
  const { agent, env, main, deployment } = makeAgent(GUNICORN as AgentProps);
  const { egress } = policyOf(agent.workload);
  const { objects } = lookInto(agent);
  const autoscaler = find(objects, 'HorizontalPodAutoscaler').spec;
  const serviceOf = (name: string): Rendered['spec'] => find(objects, 'Service', name).spec.ports;
  const explicit = {
    'cache.memory': () => expect(env.CACHE_MAX_BYTES).toBe('367001600'),
    'gunicorn.workers': () => expect([agent.workers, env.MAX_WORKERS]).toEqual([5, '5']),
    'health.startup': () => expect(main.startupProbe).toMatchObject({ periodSeconds: 5, failureThreshold: 19 }),
    'health.path': () =>
      expect([main.startupProbe, main.readinessProbe].map((probe) => probe.httpGet.path)).toEqual(['/healthy', '/healthy']),
    port: () => expect(serviceOf('agent')).toContainEqual({ name: 'http', port: 18501, targetPort: 'http' }),
    metricsPort: () => expect(main.ports).toContainEqual({ name: 'metrics', containerPort: 19090 }),
    replicas: () =>
      expect([autoscaler.minReplicas, autoscaler.maxReplicas, autoscaler.metrics[0].resource.target]).toEqual([
        6,
        11,
        { type: 'Utilization', averageUtilization: 66 },
      ]),
    'uploads.accessMode': () => expect(find(objects, 'PersistentVolumeClaim').spec.accessModes).toEqual(['ReadWriteMany']),
    secretEnv: () =>
      expect([env.OPENAI_API_KEY, env.SESSION_SECRET]).toEqual([
        { secretKeyRef: { name: 'openai', key: 'api-key' } },
        { secretKeyRef: { name: 'agent-keys', key: 'SESSION_SECRET' } },
      ]),
    env: () => expect(env.MODEL).toBe('model-x'),
    resources: () =>
      expect(main.resources).toMatchObject({
        requests: { cpu: '1250m', memory: '1792Mi' },
        limits: { cpu: '2500m', memory: '3584Mi' },
      }),
    requestTimeout: () => expect([env.REQUEST_TIMEOUT, deployment.spec.template.spec.terminationGracePeriodSeconds]).toEqual(['83', 98]),
    'static.cache': () =>
      expect(objects.flatMap(({ data }) => data?.['static.conf'] ?? []).join()).toContain(
        'add_header Cache-Control "public, max-age=3607";',
      ),
    'static.from': () => expect(podSpec(find(objects, 'Deployment', 'agent-static')).initContainers[0].command).toContain('/srv/www/.'),
    modelProviders: () =>
      expect(egress).toEqual([{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ protocol: 'TCP', port: 8443 }] }]),
    sticky: () => expect(agent.backend.sticky).toBe(true),
    host: () => expect(agent.backend.host).toBe('chat.example.org'),
    routes: () => expect(agent.backend.routes).toEqual(routes),
  };
  expect(unseenProps({ given: GUNICORN, defaults, before: before.objects, after: objects, explicit })).toEqual([]);
});

test.each([
  [STREAMLIT, ['streamlit', 'run', 'pages/chat.py']],
  [CUSTOM, ['/bin/serve', '--port=8501']],
] as const)('everything that is said is in its YAML: %j', ({ runtime, ...given }, command) => {
  const { objects, main } = makeAgent({ runtime, ...given } as AgentProps);
  expect(main.command).toEqual(command);
  expect(unseenProps({ given, defaults, before: before.objects, after: objects, explicit: {} })).toEqual([]);
  expect(UNTESTED).toEqual([]);
});

test('an agent with an image alone is the guide’s', () => {
  expect(before.objects.map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[0-9a-f]{8}$/, '-HASH')}`)).toEqual([
    'ConfigMap agent-config-HASH',
    'ServiceAccount agent',
    'Deployment agent',
    'PodDisruptionBudget agent',
    'Service agent',
    'HorizontalPodAutoscaler agent',
  ]);
  expect(before.agent.file).toBe('40-agent.yaml');
  expect(before.main.name).toBe('agent');
  expect(before.deployment.spec.selector.matchLabels).toEqual({
    'app.kubernetes.io/name': 'agent',
    'app.kubernetes.io/component': 'agent',
  });
  expect(before.env).toEqual({
    ENV: 'test',
    DEBUG: 'false',
    LOG_LEVEL: 'INFO',
    PORT: '8501',
    REQUEST_TIMEOUT: '60',
    MAX_CONCURRENT_REQUESTS: '100',
    CACHE_TTL: '3600',
    CACHE_MAX_BYTES: '134217728',
    PROMETHEUS_ENABLED: 'true',
    METRICS_PORT: '9090',
    HOME: '/tmp',
    XDG_RUNTIME_DIR: '/tmp',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    MAX_WORKERS: '4',
    PROMETHEUS_MULTIPROC_DIR: '/run/prometheus',
  });
  expect(before.main.resources).toEqual({
    requests: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '64Mi' },
    limits: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '2560Mi' },
  });
  expect(before.pod).toMatchObject({
    priorityClassName: 'ai-agent-test-agents',
    securityContext: { runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 },
    terminationGracePeriodSeconds: 75,
  });
  expect(before.agent.backend).toMatchObject({ name: 'agent', host: 'agent.example.com', sticky: false });
  expect(before.agent.backup).toBeUndefined();
});
