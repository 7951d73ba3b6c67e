import { App } from 'cdk8s';
import { Agent } from '../../lib/agent';
import { AgentPlatform } from '../../lib/platform';
import { renderFiles } from '../../lib/render';
import { Memcached, Minio, Postgres, PostgresCluster, Redis } from '../../lib/stores';
import { IMAGE, platformFrom } from '../support/small';

const options = {
  domain: 'agent.example.com',
  edge: { controller: 'nginx', tls: { provider: 'existing', secret: 'tls' } },
  backup: { provider: 'claim', schedule: '0 3 * * *' },
  observability: { provider: 'prometheus-operator' },
} as const;
const chat = { image: IMAGE, runtime: 'streamlit', host: 'chat.example.com' } as const;
const agent = { image: IMAGE, uploads: {}, secretEnv: { SESSION: 'generate' } } as const;
const use = { env: { url: 'DATABASE_URL' }, pool: 1 };

const environment = {
  name: 'staging',
  ...options,
  agents: {
    agent: { ...agent, uses: ['redis', { store: 'postgres', ...use }, 'memcached'] },
    chat: { ...chat, uses: ['redis'] },
  },
  stores: { postgres: { storage: '5Gi' }, redis: {}, memcached: { replicas: 2 } },
};

function program(): AgentPlatform {
  const platform = new AgentPlatform(new App(), 'staging', options);
  const postgres = new Postgres(platform, 'postgres', { storage: '5Gi' });
  const redis = new Redis(platform, 'redis');
  const memcached = new Memcached(platform, 'memcached', { replicas: 2 });
  const first = new Agent(platform, 'agent', agent);
  first.uses(redis);
  first.uses(postgres, use);
  first.uses(memcached);
  new Agent(platform, 'chat', chat).uses(redis);
  return platform;
}

/** All keys of all maps the other way round. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, child]) => [key, reversed(child)]),
  );
}

const files = renderFiles(program());

test('has a file for each component, and nothing else', () => {
  expect([...files.keys()]).toEqual([
    ...['00-namespace.yaml', '10-secrets.yaml', '20-postgres.yaml', '21-redis.yaml', '22-memcached.yaml'],
    ...['40-agent.yaml', '40-chat.yaml', '50-edge.yaml', '60-backup.yaml', '70-observability.yaml'],
  ]);
});

test('an environment file and a program give the same bytes', () => {
  expect(Object.fromEntries(renderFiles(platformFrom(environment)))).toEqual(Object.fromEntries(files));
});

test('the archive of a cluster goes to the object store of the file, as a program says', () => {
  const postgres = { instances: 2, archive: { bucket: 'archive' } };
  const minio = { buckets: ['uploads', 'archive'] };
  const platform = new AgentPlatform(new App(), 'ha', options);
  const cluster = new PostgresCluster(platform, 'postgres', postgres);
  cluster.archiveTo(new Minio(platform, 'minio', minio));
  new Agent(platform, 'agent', agent).uses(cluster);
  const stores = { minio, postgres: { provider: 'cloudnative-pg', ...postgres } };
  const file = platformFrom({ name: 'ha', ...options, agents: { agent: { ...agent, uses: ['postgres'] } }, stores });
  expect(Object.fromEntries(renderFiles(file))).toEqual(Object.fromEntries(renderFiles(platform)));
});

test.each<[string, () => AgentPlatform]>([
  ['again', program],
  ['with the keys of the environment in another order', () => platformFrom(reversed(environment) as object)],
])('renders the same bytes %s', (_, platform) => {
  expect(JSON.stringify([...renderFiles(platform())])).toBe(JSON.stringify([...files]));
});

test('agents and stores in another order give the same files but for the order of policies', () => {
  const platform = new AgentPlatform(new App(), 'staging', options);
  const second = new Agent(platform, 'chat', chat);
  const first = new Agent(platform, 'agent', agent);
  const redis = new Redis(platform, 'redis');
  const postgres = new Postgres(platform, 'postgres', { storage: '5Gi' });
  const memcached = new Memcached(platform, 'memcached', { replicas: 2 });
  second.uses(redis);
  first.uses(redis);
  first.uses(postgres, use);
  first.uses(memcached);
  for (const file of ['20-postgres.yaml', '21-redis.yaml', '22-memcached.yaml', '40-agent.yaml', '40-chat.yaml'])
    expect([file, renderFiles(platform).get(file)]).toEqual([file, files.get(file)]);
});

describe('what is around the program reaches no byte', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
    jest.useRealTimers();
  });

  test.each([
    ['CDK8S_DISABLE_SORT', '1'],
    ['TZ', 'Pacific/Kiritimati'],
    ['LANG', 'tr_TR.UTF-8'],
    ['CDK8S_OUTDIR', '/nowhere'],
    ['HOME', '/nowhere'],
  ])('%s', (name, value) => {
    process.env[name] = value;
    expect(Object.fromEntries(renderFiles(program()))).toEqual(Object.fromEntries(files));
  });

  test('the clock and chance', () => {
    jest.useFakeTimers({ now: 0 });
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    expect(Object.fromEntries(renderFiles(program()))).toEqual(Object.fromEntries(files));
  });
});
