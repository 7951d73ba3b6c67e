import { IMAGES } from '../../lib/kube';
import { RedisCluster, type RedisClusterProps, RedisClusterSchema } from '../../lib/stores/redis-cluster';
import { type AllProps, unseenProps } from '../support/all-props';
import { find } from '../support/platform';
import { policyOf } from '../support/workload';
import { consumerOf, makeStore, storeScriptText, toldBy } from './support';

const make = (props: RedisClusterProps = {}, context = {}) => makeStore(RedisCluster, 'redis', props, context);
const NODES = [0, 1, 2, 3, 4, 5].map((index) => `redis-${index}.redis-nodes`).join(' ');

describe('a cluster', () => {
  const { store, objects, main, statefulSet, pod, container, env, mounts, file, secret } = make();

  test('tells the same as a single server', () => {
    expect(toldBy(store)).toEqual({
      REDIS_URL: 'redis-auth.url',
      REDIS_HOST: 'redis',
      REDIS_PORT: '6379',
      REDIS_PASSWORD: 'redis-auth.password',
    });
    expect(secret('redis-auth')).toEqual({ password: '{random}', url: 'redis://:{password}@redis:6379/0' });
    expect(store.file).toBe('21-redis.yaml');
    expect(store.storeName).toBe('redis');
    expect(store.maxConnections).toBe(10000);
  });

  test('has three masters and a replica for each, which start side by side', () => {
    expect(statefulSet.spec).toMatchObject({
      replicas: 6,
      serviceName: 'redis-nodes',
      podManagementPolicy: 'Parallel',
    });
    expect(find(objects, 'PodDisruptionBudget', 'redis').spec.maxUnavailable).toBe(1);
    expect(make({ masters: 4 }).statefulSet.spec.replicas).toBe(8);
  });

  test('is found by clients where it is ready, and by its members always', () => {
    const { spec } = find(objects, 'Service', 'redis');
    expect(spec.ports).toEqual([{ name: 'redis', port: 6379, targetPort: 'redis' }]);
    expect(spec).not.toHaveProperty('publishNotReadyAddresses');
    expect(find(objects, 'Service', 'redis-nodes').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ports: [
        { name: 'redis', port: 6379 },
        { name: 'bus', port: 16379 },
      ],
    });
  });

  test('is told on the command line where it is, for the file would be the same in all pods', () => {
    expect(main.command).toEqual([
      ...['sh', '/scripts/redis-start.sh', '/etc/redis/redis.conf'],
      ...['--cluster-announce-ip', '$(POD_IP)'],
      ...['--cluster-announce-hostname', '$(POD_NAME).redis-nodes.ai-agent-test.svc'],
    ]);
    expect(env()).toEqual({
      PASSWORD_FILE: '/run/secrets/redis/password',
      AUTH_FILE: '/run/redis/auth.conf',
      NODES_FILE: '/data/nodes.conf',
      JOINED_FILE: '/run/redis/joined',
      POD_IP: 'status.podIP',
      POD_NAME: 'metadata.name',
    });
  });

  test('keeps what it knows of its members on its volume, and tells clients names', () => {
    const lines = file('redis.conf').split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'cluster-enabled yes',
        'cluster-config-file /data/nodes.conf',
        'cluster-node-timeout 15000',
        'cluster-require-full-coverage no',
        'cluster-preferred-endpoint-type hostname',
        'maxmemory 587mb',
        'repl-backlog-size 32mb',
        'client-output-buffer-limit replica 102mb 51mb 60',
        'appendonly yes',
        'include /run/redis/auth.conf',
      ]),
    );
    expect(mounts()).toMatchObject({ '/data': { claim: 'data' }, '/run/redis': { emptyDir: { medium: 'Memory' } } });
  });

  test('takes no restarted replica for a fit heir: its master may have newer data', () => {
    expect(file('redis.conf')).not.toContain('cluster-replica-validity-factor');
  });

  test('is ready once it was a member of a whole cluster', () => {
    expect(main.readinessProbe.exec.command).toEqual(['sh', '/scripts/redis-probe.sh', 'member']);
    expect(main.livenessProbe.exec.command).toEqual(['sh', '/scripts/redis-probe.sh', 'alive']);
  });

  test('has a keeper in every pod, which hands a master over before the server ends', () => {
    expect(container('cluster')).toMatchObject({
      image: IMAGES.redis,
      command: ['sh', '/scripts/redis-cluster.sh'],
      resources: { requests: { cpu: '10m', memory: '64Mi' } },
    });
    expect(env('cluster')).toEqual({
      ...{ NODES, POD_NAME: 'metadata.name', POD_IP: 'status.podIP' },
      PASSWORD_FILE: '/run/secrets/redis/password',
    });
    expect(mounts('cluster')).toEqual({
      '/scripts': mounts()['/scripts'],
      '/run/secrets/redis': mounts()['/run/secrets/redis'],
    });
    expect(file('redis-cluster.sh')).toBe(storeScriptText('redis-cluster'));
    // the keeper has this long before the server gets its signal
    expect(main.lifecycle.preStop.exec.command).toEqual(['sleep', '10']);
    expect(container('cluster')).not.toHaveProperty('lifecycle');
    expect(pod.terminationGracePeriodSeconds).toBe(65);
  });

  test('has an exporter in every pod, where something scrapes', () => {
    expect(env('exporter')).toEqual({ REDIS_ADDR: 'redis://127.0.0.1:6379', REDIS_PASSWORD: 'redis-auth.password' });
    expect(make({}, { metrics: false }).pod.containers).toHaveLength(2);
  });

  test('has members that talk to each other, and consumers that do not talk on the bus', () => {
    const { store } = make();
    const self = { podSelector: { matchLabels: store.workload.pods } };
    expect(consumerOf(store).egress).toEqual([{ to: [self], ports: [{ protocol: 'TCP', port: 6379 }] }]);
    const both = [16379, 6379].map((port) => ({ protocol: 'TCP', port }));
    const { ingress, egress } = policyOf(store.workload);
    expect(egress).toEqual([{ to: [self], ports: both }]);
    expect(ingress).toContainEqual({ from: [self], ports: both });
    expect(ingress).toHaveLength(2);
  });

  test('is backed up from its masters, whoever they are, and restored over the network', () => {
    expect(store.backup).toEqual({
      backupName: 'redis',
      method: 'redis-cluster',
      image: IMAGES.redis,
      user: { uid: 999, gid: 1000 },
      env: { REDIS_HOSTS: NODES },
      secret: {
        kind: 'files',
        name: 'auth',
        source: { secret: { secretName: 'redis-auth', defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] } },
      },
      scratch: '3072Mi',
      restoreMemory: '1Gi',
      connectFrom: expect.any(Function),
    });
  });
});

test('shows every option', () => {
  const given: AllProps<RedisClusterProps> = {
    ...{ image: 'registry.test/redis:2', cpu: '260m', memory: '2Gi', masters: 4 },
    ...{ storage: '11Gi', storageClass: 'fast', policy: 'volatile-lfu', maxClients: 123 },
  };
  const before = make().objects;
  const { objects, statefulSet, store, claims } = make(given);
  const defaults = RedisClusterSchema.parse({ provider: 'cluster' });
  const explicit = { masters: () => expect(statefulSet.spec.replicas).toBe(8) };
  expect(unseenProps({ given, defaults, before, after: objects, explicit })).toEqual([]);
  expect(store.maxConnections).toBe(123);
  expect(store.backup).toMatchObject({ restoreMemory: '2Gi', scratch: '8192Mi' });
  expect(claims[0].spec).toMatchObject({ storageClassName: 'fast', resources: { requests: { storage: '11Gi' } } });
});

test.each<[RedisClusterProps, string]>([
  [{ masters: 2 }, 'test/redis.masters: got 2, expected at least 3'],
  [{ masters: 17 }, 'test/redis.masters: got 17, expected at most 16'],
  [{ memory: '46Mi' }, 'test/redis.memory: got memory for 15 MiB of data, expected 16 MiB for data, and what the server itself needs'],
])('fails on %j', (props, message) => {
  expect(() => make(props)).toThrow(new Error(message));
});
