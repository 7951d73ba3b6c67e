import { IMAGES } from '../../lib/kube';
import { Redis, type RedisProps, RedisSchema } from '../../lib/stores/redis';
import { redisSizes } from '../../lib/stores/redis-settings';
import { type AllProps, unseenProps } from '../support/all-props';
import { find } from '../support/platform';
import { consumerOf, makeStore, storeScriptText, toldBy } from './support';

const make = (props: RedisProps = {}, context = {}) => makeStore(Redis, 'redis', props, context);

describe('redis', () => {
  const { store, objects, main, statefulSet, pod, container, env, mounts, file, claims, secret } = make();

  test('tells where it is, with a password that nobody chose', () => {
    expect(toldBy(store)).toEqual({
      REDIS_URL: 'redis-auth.url',
      REDIS_HOST: 'redis',
      REDIS_PORT: '6379',
      REDIS_PASSWORD: 'redis-auth.password',
    });
    expect(secret('redis-auth')).toEqual({ password: '{random}', url: 'redis://:{password}@redis:6379/0' });
    expect(find(objects, 'Service', 'redis').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'redis', port: 6379, targetPort: 'redis' }],
    });
    expect(store.file).toBe('21-redis.yaml');
    expect(store.storeName).toBe('redis');
    expect(store.maxConnections).toBe(10000);
  });

  test('is named after its id, with everything that belongs to it', () => {
    const cache = makeStore(Redis, 'cache', {});
    expect(toldBy(cache.store)).toMatchObject({ REDIS_URL: 'cache-auth.url', REDIS_HOST: 'cache' });
    expect(cache.secret('cache-auth')?.url).toBe('redis://:{password}@cache:6379/0');
    expect(cache.store.backup).toMatchObject({ backupName: 'cache', env: { REDIS_HOSTS: 'cache' } });
    expect(cache.store.file).toBe('21-cache.yaml');
  });

  test('writes every change to a log, and drops what was used least when its memory is full', () => {
    expect(file('redis.conf').split('\n')).toEqual([
      'include /run/redis/auth.conf',
      'dir /data',
      'appendonly yes',
      'appendfsync everysec',
      'save ""',
      'maxmemory 653mb',
      'maxmemory-policy allkeys-lru',
      'maxmemory-clients 20%',
      'maxclients 10000',
      'tcp-keepalive 60',
      '',
    ]);
  });

  test('starts by a script that puts the password into a file in memory', () => {
    expect(main).toMatchObject({
      image: IMAGES.redis,
      command: ['sh', '/scripts/redis-start.sh', '/etc/redis/redis.conf'],
    });
    expect(main.args).toBeUndefined();
    expect(env()).toEqual({ PASSWORD_FILE: '/run/secrets/redis/password', AUTH_FILE: '/run/redis/auth.conf' });
    expect(mounts()).toEqual({
      '/data': { claim: 'data' },
      '/etc/redis': { configMap: { name: expect.stringMatching(/^redis-config-[0-9a-f]{8}$/), defaultMode: 0o444 } },
      '/run/redis': { emptyDir: { sizeLimit: '1Mi', medium: 'Memory' } },
      '/run/secrets/redis': {
        secret: { secretName: 'redis-auth', defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] },
      },
      '/scripts': { configMap: { name: expect.stringMatching(/^redis-scripts-[0-9a-f]{8}$/), defaultMode: 0o555 } },
    });
    expect(file('redis-start.sh')).toBe(storeScriptText('redis-start'));
    expect(file('redis-probe.sh')).toBe(storeScriptText('redis-probe'));
  });

  test('is one pod of the user of its image', () => {
    expect(statefulSet.spec).toMatchObject({ replicas: 1, serviceName: 'redis' });
    expect(pod.securityContext).toMatchObject({ runAsUser: 999, runAsGroup: 1000, fsGroup: 1000 });
    expect(claims[0].spec.resources.requests.storage).toBe('10Gi');
    expect(main.resources).toMatchObject({ requests: { cpu: '250m', memory: '1Gi' }, limits: { memory: '1Gi' } });
    expect(pod.terminationGracePeriodSeconds).toBe(60);
  });

  test('is asked by a script whether it lives: redis-cli calls every answer a success', () => {
    const ask = (what: string) => ({ command: ['sh', '/scripts/redis-probe.sh', what] });
    expect(main.startupProbe).toMatchObject({ exec: ask('alive'), failureThreshold: 60 });
    expect(main.readinessProbe).toMatchObject({ exec: ask('ready'), failureThreshold: 3, timeoutSeconds: 5 });
    expect(main.livenessProbe).toMatchObject({ exec: ask('alive'), failureThreshold: 6 });
  });

  test('has an exporter where something scrapes', () => {
    expect(container('exporter')).toMatchObject({
      image: IMAGES.redisExporter,
      ports: [{ name: 'metrics', containerPort: 9121 }],
      securityContext: { runAsUser: 59000, runAsGroup: 59000 },
    });
    expect(env('exporter')).toEqual({ REDIS_ADDR: 'redis://127.0.0.1:6379', REDIS_PASSWORD: 'redis-auth.password' });
    expect(make({}, { metrics: false }).pod.containers).toHaveLength(1);
  });

  test('is backed up over the network, and restored into its volume', () => {
    expect(store.backup).toEqual({
      backupName: 'redis',
      method: 'redis',
      image: IMAGES.redis,
      user: { uid: 999, gid: 1000 },
      env: { REDIS_HOSTS: 'redis' },
      secret: {
        kind: 'files',
        name: 'auth',
        source: { secret: { secretName: 'redis-auth', defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] } },
      },
      claim: 'data-redis-0',
      scratch: '1Gi',
      connectFrom: expect.any(Function),
    });
  });

  test('lets consumers in, and the backup by the same way', () => {
    expect(consumerOf(make().store).egress[0].ports).toEqual([{ protocol: 'TCP', port: 6379 }]);
    const { store } = make();
    expect(consumerOf(store, store.backup.connectFrom).egress[0].ports).toEqual([{ protocol: 'TCP', port: 6379 }]);
  });
});

// the guide gives Redis 1gb of 1G, which ends in an OOM kill while the log is rewritten
test.each([
  ['64Mi', { data: 29, replicas: 0, backlog: 2, disk: 87 }, { data: 26, replicas: 6, backlog: 2, disk: 78 }],
  ['256Mi', { data: 154, replicas: 0, backlog: 8, disk: 462 }, { data: 138, replicas: 25, backlog: 8, disk: 414 }],
  ['1Gi', { data: 653, replicas: 0, backlog: 32, disk: 1959 }, { data: 587, replicas: 102, backlog: 32, disk: 1761 }],
  ['1500M', { data: 918, replicas: 0, backlog: 44, disk: 2754 }, { data: 825, replicas: 143, backlog: 44, disk: 2475 }],
  ['8Gi', { data: 5313, replicas: 0, backlog: 256, disk: 15939 }, { data: 4780, replicas: 819, backlog: 256, disk: 14340 }],
])('of %s, a server without and with replicas uses', (memory, alone, member) => {
  expect(redisSizes(memory, false)).toEqual(alone);
  expect(redisSizes(memory, true)).toEqual(member);
  expect(make({ memory, storage: '1Ti' }).file('redis.conf')).toContain(`\nmaxmemory ${alone.data}mb\n`);
});

test.each<[RedisProps, string]>([
  [{ memory: '42Mi' }, 'memory: got memory for 15 MiB of data, expected 16 MiB for data, and what the server itself needs'],
  [{ memory: '1Mi' }, 'memory: got memory for 0 MiB of data, expected 16 MiB for data, and what the server itself needs'],
  [
    { storage: '1958Mi' },
    'storage: got "1958Mi", expected at least 1959Mi: while the append-only file is rewritten, 653 MiB of data need three times that',
  ],
])('what cannot work is refused: %j', (props, problem) => {
  expect(() => make(props)).toThrow(new Error(`test/redis.${problem}`));
});

test('the least that works is accepted', () => {
  expect(make({ memory: '43Mi', storage: '48Mi' }).file('redis.conf')).toContain('\nmaxmemory 16mb\n');
});

test('shows every option', () => {
  const given: AllProps<RedisProps> = {
    ...{ provider: 'standalone', image: 'registry.test/redis:2', cpu: '260m', memory: '2Gi' },
    ...{ storage: '11Gi', storageClass: 'fast', policy: 'volatile-lfu', maxClients: 123 },
  };
  const before = make().objects;
  const { objects, store, claims } = make(given);
  const { provider, ...visible } = given;
  expect(provider).toBe('standalone');
  expect(unseenProps({ given: visible, defaults: RedisSchema.parse({}), before, after: objects, explicit: {} })).toEqual([]);
  expect(store.maxConnections).toBe(123);
  expect(store.backup).toMatchObject({ image: 'registry.test/redis:2', scratch: '2Gi' });
  expect(claims[0].spec).toMatchObject({ storageClassName: 'fast', resources: { requests: { storage: '11Gi' } } });
});

test('a changed configuration rolls the pod', () => {
  const configOf = (props: RedisProps) => make(props).mounts()['/etc/redis'];
  expect(configOf({ policy: 'noeviction' })).not.toEqual(configOf({}));
  expect(configOf({ cpu: 2 })).toEqual(configOf({}));
});

describe('fails', () => {
  test.each<[object, string]>([
    [
      { policy: 'all-keys-lru' },
      'test/redis.policy: got "all-keys-lru", expected "allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-lfu", "volatile-ttl" or "noeviction"; did you mean "allkeys-lru"?',
    ],
    [{ maxClients: 0 }, 'test/redis.maxClients: got 0, expected at least 1'],
    [{ image: 'redis' }, 'test/redis.image: got "redis", expected a pinned image: add a tag other than latest, or a digest'],
    [{ masters: 3 }, /^test\/redis\.masters: got an unknown key, expected one of provider, image/],
  ] as [object, string][])('%j', (props, message) => {
    expect(() => make(props)).toThrow(typeof message === 'string' ? new Error(message) : message);
  });
});
