import { Agent, type AgentProps, type UseOptions } from '../../lib/agent';
import { InvalidInput, PRIVATE_IPV4, PRIVATE_IPV6, type Store, secretFiles, workloadsOf } from '../../lib/kube';
import { IMAGE, lookInto, makeAgent, makeStore } from '../support/agent';
import { find, rendered } from '../support/platform';
import { policyOf } from '../support/workload';

const url = { secretKeyRef: { name: 'redis-auth', key: 'url' } };

/** Variables that an agent has because of a store. */
function envOf(options?: UseOptions, maxConnections?: number, props?: Partial<AgentProps>): Record<string, unknown> {
  const { scope, agent, env } = makeAgent(props);
  agent.uses(makeStore(scope, 'redis', maxConnections), options);
  return Object.fromEntries(Object.entries(lookInto(agent).env).filter(([name]) => !(name in env)));
}

test.each<[string, UseOptions | undefined, number | undefined, Record<string, unknown>]>([
  ['by the names of the guide', undefined, undefined, { REDIS_URL: url, REDIS_HOST: 'redis' }],
  ['by other names', { env: { url: 'CACHE_URL' } }, undefined, { CACHE_URL: url, REDIS_HOST: 'redis' }],
  ['by names that are swapped', { env: { url: 'REDIS_HOST', host: 'REDIS_URL' } }, undefined, { REDIS_HOST: url, REDIS_URL: 'redis' }],
  ['with the size of the pool', undefined, 100, { REDIS_URL: url, REDIS_HOST: 'redis', REDIS_POOL_SIZE: '2' }],
  ['with a pool that is given', { pool: 7 }, 100, { REDIS_URL: url, REDIS_HOST: 'redis', REDIS_POOL_SIZE: '7' }],
])('an agent knows a store %s', (_, options, maxConnections, env) => {
  expect(envOf(options, maxConnections)).toEqual(env);
});

test('an address that is put together from another variable follows it to its other name', () => {
  const { scope, agent } = makeAgent();
  const password = { env: 'DB_PASSWORD', value: { secret: 'db', key: 'password' } };
  const address = { env: 'DB_URL', value: 'db://user:$(DB_PASSWORD)@host/$(OTHER)' };
  agent.uses({ ...makeStore(scope, 'redis'), variables: { password, url: address } }, { env: { password: 'PASSWORD' } });
  const { env } = lookInto(agent);
  expect(env).toMatchObject({ DB_URL: 'db://user:$(PASSWORD)@host/$(OTHER)' });
  // the kubelet knows what stands before
  expect(Object.keys(env).indexOf('PASSWORD')).toBeLessThan(Object.keys(env).indexOf('DB_URL'));
});

test('what a store says comes after what a runtime says and before what the agent is given', () => {
  const { scope, agent } = makeAgent({ env: { ZED: '1' }, secretEnv: { KEY: 'generate' } });
  agent.uses(makeStore(scope, 'redis'));
  agent.uses(makeStore(scope, 'minio'));
  const names = Object.keys(lookInto(agent).env);
  expect(names.slice(names.indexOf('PROMETHEUS_MULTIPROC_DIR') + 1)).toEqual([
    ...['REDIS_URL', 'REDIS_HOST', 'MINIO_URL', 'MINIO_HOST', 'ZED', 'KEY'],
  ]);
});

test('a connection counts for the capacity of the store, and opens the way on both sides', () => {
  const { scope, agent } = makeAgent({ modelProviders: { cidrs: [] } });
  const asked: (number | undefined)[] = [];
  const plain = makeStore(scope, 'redis', 100);
  const connectFrom: Store['connectFrom'] = (consumer, connections) => {
    asked.push(connections);
    plain.connectFrom(consumer);
  };
  const store = { ...plain, connectFrom };
  agent.uses(store, { pool: 3 });
  // eleven replicas, four workers
  expect(agent.connections).toEqual([{ store, pool: 3, most: 132 }]);
  expect(asked).toEqual([132]);
  const [agentPods, storePods] = [agent.workload.pods, { 'app.kubernetes.io/name': 'redis', 'app.kubernetes.io/component': 'store' }];
  const ports = [{ protocol: 'TCP', port: 6379 }];
  expect(policyOf(agent.workload)).toEqual({
    podSelector: { matchLabels: agentPods },
    policyTypes: ['Egress'],
    egress: [{ to: [{ podSelector: { matchLabels: storePods } }], ports }],
  });
  for (const workload of workloadsOf(scope)) if (workload.name === 'redis') workload.renderNetworkPolicy();
  expect(find(rendered(scope), 'NetworkPolicy', 'redis').spec).toEqual({
    podSelector: { matchLabels: storePods },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: agentPods } }], ports }],
  });
});

test('what a store has for its consumers to mount, they mount', () => {
  const { scope, agent } = makeAgent();
  const before = lookInto(agent).mounts;
  agent.uses({ ...makeStore(scope, 'redis'), files: { '/run/secrets/redis-ca': secretFiles('redis-ca', 'authority', ['ca.crt']) } });
  const secret = { secretName: 'authority', defaultMode: 0o440, items: [{ key: 'ca.crt', path: 'ca.crt' }] };
  expect(lookInto(agent).mounts).toEqual({ ...before, '/run/secrets/redis-ca': { name: 'redis-ca', secret } });
});

test('an agent gets the buckets that it asks for, with a key that is for these', () => {
  const { scope, agent } = makeAgent();
  const asked: unknown[] = [];
  const store: Store = {
    ...makeStore(scope, 'minio'),
    buckets: ['uploads', 'models'],
    variablesFor: ({ name }, buckets) => {
      asked.push([name, buckets]);
      return { bucket: { env: 'BUCKET', value: 'models' }, key: { env: 'KEY', value: { secret: 'minio-agent-key', key: 'user' } } };
    },
  };
  agent.uses(store, { buckets: ['models'], env: { key: 'OWN_KEY' } });
  expect(asked).toEqual([['agent', ['models']]]);
  const { BUCKET, OWN_KEY, MINIO_URL } = lookInto(agent).env;
  expect([BUCKET, OWN_KEY, MINIO_URL]).toEqual(['models', { secretKeyRef: { name: 'minio-agent-key', key: 'user' } }, undefined]);
  const refused = (buckets: string[]) => () => makeAgent().agent.uses(store, { buckets });
  expect(refused(['models', 'model'])).toThrow(
    new Error('test/agent: uses minio.buckets[1]: got "model", expected one of the buckets: uploads, models'),
  );
  expect(refused([])).toThrow(new Error('test/agent: uses minio.buckets: got an empty list, expected at least 1 item'));
  expect(() => agent.uses(makeStore(makeAgent().scope), { buckets: ['uploads'] })).toThrow(
    new Error('test/agent: uses redis.buckets[0]: got "uploads", expected one of the buckets: there is none'),
  );
});

describe('what cannot be', () => {
  const SECOND = 'got a second variable REDIS_URL, expected each once; give one of them another name';
  test.each<[string, UseOptions, Partial<AgentProps>, string]>([
    ['an unknown word', { env: { uri: 'A' } }, {}, 'test/agent: uses redis.env.uri: got an unknown key, expected one of url, host'],
    ['a bad name', { env: { url: 'A-B' } }, {}, 'test/agent: uses redis.env.url: got "A-B", expected a name such as REDIS_URL'],
    ['no connection', { pool: 0 }, {}, 'test/agent: uses redis.pool: got 0, expected at least 1'],
    ['two words under one name', { env: { host: 'REDIS_URL' } }, {}, `test/agent: uses redis.env: ${SECOND}`],
    ['a name in env', {}, { env: { REDIS_URL: 'x' } }, `test/agent: uses redis.env: ${SECOND}`],
    ['a name in secretEnv', {}, { secretEnv: { REDIS_URL: 'generate' } }, `test/agent: uses redis.env: ${SECOND}`],
  ])('%s', (_, options, props, message) => {
    const { scope, agent } = makeAgent(props);
    expect(() => agent.uses(makeStore(scope), options)).toThrow(new Error(message));
    expect(() => agent.uses(makeStore(makeAgent().scope), options)).toThrow(InvalidInput);
  });

  test('the same store twice', () => {
    const { scope, agent } = makeAgent();
    const store = makeStore(scope);
    agent.uses(store);
    expect(() => agent.uses(store)).toThrow(`test/agent: uses redis.env: ${SECOND}`);
    agent.uses(store, { env: { url: 'OTHER_URL', host: 'OTHER_HOST' } });
    expect(lookInto(agent).env).toMatchObject({ REDIS_URL: url, OTHER_URL: url });
  });
});

describe('variables from Secrets', () => {
  const { scope, env } = makeAgent({
    secretEnv: { SESSION: 'generate', CSRF: 'generate-fernet', OPENAI: { secret: 'openai', key: 'api-key' } },
  });

  test('are references, never values', () => {
    expect(env).toMatchObject({
      SESSION: { secretKeyRef: { name: 'agent-keys', key: 'SESSION' } },
      CSRF: { secretKeyRef: { name: 'agent-keys', key: 'CSRF' } },
      OPENAI: { secretKeyRef: { name: 'openai', key: 'api-key' } },
    });
  });

  test('are asked of the platform: made by it, or by the user', () => {
    expect([...scope.context.secrets.values()]).toEqual([
      { name: 'agent-keys', keys: { SESSION: '{random}', CSRF: '{fernet}' } },
      { name: 'openai', keys: { 'api-key': undefined } },
    ]);
  });

  test('are each agent’s own', () => {
    new Agent(scope, 'second', { image: IMAGE, secretEnv: { SESSION: 'generate' } });
    expect([...scope.context.secrets.keys()]).toEqual(['agent-keys', 'openai', 'second-keys']);
  });
});

test.each<[string, AgentProps['modelProviders'], object[]]>([
  [
    'the internet, which has no private range in it',
    undefined,
    [
      {
        to: [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE_IPV4 } }, { ipBlock: { cidr: '::/0', except: PRIVATE_IPV6 } }],
        ports: [{ protocol: 'TCP', port: 443 }],
      },
    ],
  ],
  [
    'ranges and ports that are given',
    { cidrs: ['10.9.0.0/16', '10.8.0.0/16'], ports: [8080, 443] },
    [
      {
        to: [{ ipBlock: { cidr: '10.8.0.0/16' } }, { ipBlock: { cidr: '10.9.0.0/16' } }],
        ports: [
          { protocol: 'TCP', port: 443 },
          { protocol: 'TCP', port: 8080 },
        ],
      },
    ],
  ],
])('model providers are %s', (_, modelProviders, egress) => {
  const policy = policyOf(makeAgent({ modelProviders }).agent.workload);
  expect(policy).toMatchObject({ policyTypes: ['Egress'], egress });
  expect(policy.egress).toHaveLength(egress.length);
});

test('an agent without model providers and stores talks to nobody', () => {
  const { agent } = makeAgent({ modelProviders: { cidrs: [] } });
  agent.workload.renderNetworkPolicy();
  expect(rendered(agent).filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
});
