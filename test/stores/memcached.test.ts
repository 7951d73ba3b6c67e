import { IMAGES } from '../../lib/kube';
import { itemMemory, Memcached, type MemcachedProps, MemcachedSchema } from '../../lib/stores/memcached';
import { type AllProps, unseenProps } from '../support/all-props';
import { find } from '../support/platform';
import { policyOf } from '../support/workload';
import { consumerOf, makeStore, toldBy } from './support';

const make = (props: MemcachedProps = {}, context = {}) => makeStore(Memcached, 'memcached', props, context);

describe('memcached', () => {
  const { store, objects, main, statefulSet, pod, container, mounts } = make();

  test('is a pool whose members clients know by name', () => {
    expect(toldBy(store)).toEqual({
      MEMCACHED_SERVERS: 'memcached-0.memcached:11211,memcached-1.memcached:11211,memcached-2.memcached:11211',
    });
    expect(statefulSet.spec).toMatchObject({
      replicas: 3,
      serviceName: 'memcached',
      podManagementPolicy: 'Parallel',
    });
    expect(find(objects, 'Service', 'memcached').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'memcached', port: 11211, targetPort: 'memcached' }],
    });
    expect(find(objects, 'PodDisruptionBudget', 'memcached').spec.maxUnavailable).toBe(1);
    expect(store.file).toBe('22-memcached.yaml');
    expect(store.storeName).toBe('memcached');
    expect(store.maxConnections).toBe(1024);
  });

  test('keeps nothing on disk', () => {
    expect(statefulSet.spec.volumeClaimTemplates).toBeUndefined();
    expect(pod.volumes).toBeUndefined();
    expect(mounts()).toEqual({});
    expect(store).not.toHaveProperty('backup');
  });

  test('runs as the user of its image', () => {
    expect(main).toMatchObject({ name: 'memcached', image: IMAGES.memcached });
    expect(pod.securityContext).toMatchObject({ runAsUser: 11211, runAsGroup: 11211 });
    expect(main.args).toEqual(['-m', '409', '-c', '1060', '-t', '4', '-I', '1m', '-X']);
    expect(main.resources.requests).toMatchObject({ cpu: '100m', memory: '512Mi' });
    expect(main.resources.limits).toMatchObject({ memory: '512Mi' });
    expect(main.resources.limits).not.toHaveProperty('cpu');
  });

  test('lets clients notice that a member leaves', () => {
    expect(main.lifecycle.preStop.exec.command).toEqual(['sleep', '5']);
    expect(pod.terminationGracePeriodSeconds).toBe(15);
  });

  test('is asked by TCP whether it lives', () => {
    expect(main.readinessProbe).toMatchObject({ tcpSocket: { port: 'memcached' }, failureThreshold: 3 });
    expect(main.livenessProbe).toMatchObject({ tcpSocket: { port: 'memcached' }, failureThreshold: 6 });
  });

  test('has an exporter where something scrapes', () => {
    expect(container('exporter')).toMatchObject({
      image: IMAGES.memcachedExporter,
      args: ['--memcached.address=127.0.0.1:11211'],
      ports: [{ name: 'metrics', containerPort: 9150 }],
      securityContext: { runAsUser: 65534, runAsGroup: 65534 },
    });
    // the store serves, whether it is counted or not
    expect(Object.keys(container('exporter')).filter((key) => key.endsWith('Probe'))).toEqual([]);
    expect(store.workload.options.containers[1]?.metrics).toEqual({ port: 'metrics', path: '/metrics' });
    expect(make({}, { metrics: false }).pod.containers).toHaveLength(1);
  });

  test('lets consumers in, on one port', () => {
    const { store } = make();
    expect(consumerOf(store).egress).toEqual([
      {
        to: [{ podSelector: { matchLabels: store.workload.pods } }],
        ports: [{ protocol: 'TCP', port: 11211 }],
      },
    ]);
    expect(policyOf(store.workload)).toMatchObject({ policyTypes: ['Ingress'], ingress: [{ from: [{}] }] });
  });
});

// beside the items there must be room for connections, hash table and threads
test.each([
  ['128Mi', 1024, 64],
  ['256Mi', 1024, 192],
  ['320Mi', 1024, 256],
  ['512Mi', 1024, 409],
  ['512Mi', 50000, 65],
  ['1Gi', 1024, 819],
  ['8Gi', 1024, 6553],
])('of %s with %i connections, items get %i MiB', (memory, connections, items) => {
  expect(itemMemory({ memory, connections })).toBe(items);
  expect(make({ memory, connections }).main.args.slice(0, 2)).toEqual(['-m', String(items)]);
});

test.each([
  ['100m', '4'],
  [4, '4'],
  ['4100m', '5'],
  [16, '16'],
])('of %s cores, %s threads are in use', (cpu, threads) => {
  expect(make({ cpu }).main.args.slice(4, 6)).toEqual(['-t', threads]);
});

test('shows every option', () => {
  const given: AllProps<MemcachedProps> = {
    ...{ image: 'registry.test/memcached:2', cpu: '110m', memory: '600Mi', replicas: 12 },
    ...{ connections: 2222, maxItemSize: 7 },
  };
  const before = make().objects;
  const { objects, main, store } = make(given);
  const explicit = {
    maxItemSize: () => expect(main.args).toContain('7m'),
    connections: () => expect(main.args).toContain('2258'),
  };
  expect(unseenProps({ given, defaults: MemcachedSchema.parse({}), before, after: objects, explicit })).toEqual([]);
  expect(toldBy(store).MEMCACHED_SERVERS?.split(',')).toHaveLength(12);
  expect(store.maxConnections).toBe(2222);
});

describe('fails', () => {
  test.each<[MemcachedProps, string]>([
    [{ replicas: 0 }, 'test/memcached.replicas: got 0, expected at least 1'],
    [{ replicas: 33 }, 'test/memcached.replicas: got 33, expected at most 32'],
    [{ connections: 15 }, 'test/memcached.connections: got 15, expected at least 16'],
    [{ maxItemSize: 129 }, 'test/memcached.maxItemSize: got 129, expected at most 128'],
    [{ memory: '512MB' }, 'test/memcached.memory: got "512MB", expected a size such as 512Mi or 2Gi; did you mean "512Mi"?'],
    [
      { memory: '64Mi' },
      'test/memcached.memory: got memory for 0 MiB of items, expected twice maxItemSize, 1 MiB, and what the server itself needs',
    ],
    [
      { memory: '128Mi', maxItemSize: 33 },
      'test/memcached.memory: got memory for 64 MiB of items, expected twice maxItemSize, 33 MiB, and what the server itself needs',
    ],
  ])('%j', (props, message) => {
    expect(() => make(props)).toThrow(new Error(message));
  });

  test('not where it just fits', () => {
    expect(make({ memory: '128Mi', maxItemSize: 32 }).main.args).toContain('32m');
    const most = { memory: '1Gi', replicas: 32, connections: 64, maxItemSize: 128 };
    expect(make(most).statefulSet.spec.replicas).toBe(32);
  });
});
