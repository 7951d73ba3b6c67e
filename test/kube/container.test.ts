import { type ContainerOptions, existingClaim, memory, type Probe, type Resources, scratch } from '../../lib/kube';
import { CONTAINER, KINDS, makeContainer, makeWorkload } from '../support/workload';

test('a container of nothing but what it needs', () => {
  const { securityContext: _, ...rest } = makeContainer({});
  expect(rest).toEqual({
    name: 'main',
    image: 'registry.test/web:1',
    imagePullPolicy: 'IfNotPresent',
    resources: {
      requests: { cpu: '250m', memory: '1Gi', 'ephemeral-storage': '64Mi' },
      limits: { memory: '1Gi', 'ephemeral-storage': '512Mi' },
    },
  });
});

test('command, arguments and ports are as given', () => {
  const ports = { http: 8080, metrics: 9090 };
  expect(makeContainer({ command: ['run', ''], args: ['--now'], ports })).toMatchObject({
    command: ['run', ''],
    args: ['--now'],
    ports: [
      { name: 'http', containerPort: 8080 },
      { name: 'metrics', containerPort: 9090 },
    ],
  });
});

describe('environment', () => {
  const env: ContainerOptions['env'] = {
    TEXT: 'yes',
    EMPTY: '',
    SECRET: { secret: 'keys', key: 'token' },
    POD_IP: { field: 'status.podIP' },
  };
  const rendered = [
    { name: 'TEXT', value: 'yes' },
    { name: 'EMPTY', value: '' },
    { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
    { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  ];

  test('is a text, a key of a Secret or a field of the pod', () => {
    expect(makeContainer({ env }).env).toEqual(rendered);
    expect(makeContainer({ env: {} }).env).toBeUndefined();
  });

  test('of a function is asked when all is known', () => {
    expect(makeContainer({ env: () => env }).env).toEqual(rendered);
    let known = 'early';
    const { workload } = makeWorkload({
      ...KINDS.Deployment,
      containers: [{ ...CONTAINER, env: () => ({ A: known }) }],
    });
    known = 'late';
    expect(workload.object.toJson().spec.template.spec.containers[0].env).toEqual([{ name: 'A', value: 'late' }]);
  });
});

describe('resources', () => {
  const MEMORY: [string, Partial<Resources>, object, object][] = [
    ['memory has a limit always', {}, { cpu: 1, memory: '1Gi' }, { memory: '1Gi' }],
    ['CPU where it is given', { limits: { cpu: '1500m' } }, { cpu: 1, memory: '1Gi' }, { cpu: '1500m', memory: '1Gi' }],
    ['more memory', { limits: { memory: '1.5Gi' } }, { cpu: 1, memory: '1Gi' }, { memory: '1.5Gi' }],
  ];
  test.each(MEMORY)('%s', (_, more, requests, limits) => {
    const texts = (amounts: object) => Object.fromEntries(Object.entries(amounts).map(([key, value]) => [key, `${value}`]));
    expect(makeContainer({ resources: { cpu: 1, memory: '1Gi', ...more } }).resources).toEqual({
      requests: { ...texts(requests), 'ephemeral-storage': '64Mi' },
      limits: { ...texts(limits), 'ephemeral-storage': '512Mi' },
    });
  });

  test('the disk may take what all its scratch folders may take', () => {
    const mounts = {
      '/a': scratch('a', '1Gi'),
      '/b': { volume: scratch('b', '100Mi'), readOnly: true },
      '/memory': memory('m', '4Gi'),
      '/claim': existingClaim('c', 'claim'),
    };
    const { requests, limits } = makeContainer({ mounts }).resources;
    expect([requests, limits].map((each) => each['ephemeral-storage'])).toEqual(['64Mi', `${512 + 1024 + 100}Mi`]);
  });

  test('what is reserved of the disk is asked of the node', () => {
    const mounts = { '/a': scratch('a', '1Gi', { reserve: true }), '/b': scratch('b', '100Mi') };
    const { requests, limits } = makeContainer({ mounts }).resources;
    expect([requests, limits].map((each) => each['ephemeral-storage'])).toEqual([`${64 + 1024}Mi`, `${512 + 1024 + 100}Mi`]);
  });

  test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('none of them vanishes in a %s', (kind) => {
    const resources: Resources = { cpu: 2, memory: '3Gi', limits: { cpu: 4, memory: '5Gi' } };
    const container = { ...CONTAINER, resources, mounts: { '/tmp': scratch('tmp', '1Gi') } };
    const { pod } = makeWorkload({
      ...KINDS[kind],
      initContainers: [{ ...container, name: 'first' }],
      containers: [container],
    });
    for (const rendered of [...pod.initContainers, ...pod.containers])
      expect(rendered.resources).toEqual({
        requests: { cpu: '2', memory: '3Gi', 'ephemeral-storage': '64Mi' },
        limits: { cpu: '4', memory: '5Gi', 'ephemeral-storage': '1536Mi' },
      });
    expect(pod.volumes).toEqual([{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }]);
  });
});

describe('probes', () => {
  const DEFAULTS = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 };
  const CASES: [string, Probe, object][] = [
    ['HTTP', { check: { http: '/health', port: 'http' } }, { httpGet: { path: '/health', port: 'http' }, ...DEFAULTS }],
    ['TCP', { check: { tcp: 'http' } }, { tcpSocket: { port: 'http' }, ...DEFAULTS }],
    ['a command', { check: { exec: ['sh', '-c', 'true'] } }, { exec: { command: ['sh', '-c', 'true'] }, ...DEFAULTS }],
    [
      'other times',
      { check: { tcp: 'http' }, period: 1, timeout: 2, failures: 30 },
      { tcpSocket: { port: 'http' }, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 30 },
    ],
  ];
  test.each(CASES)('ask by %s', (_, probe, rendered) => {
    for (const [name, field] of [
      ['startup', 'startupProbe'],
      ['readiness', 'readinessProbe'],
      ['liveness', 'livenessProbe'],
    ] as const) {
      const container = makeContainer({ ports: { http: 80 }, probes: { [name]: probe } });
      const probes = Object.fromEntries(Object.entries(container).filter(([key]) => key.endsWith('Probe')));
      expect(probes).toEqual({ [field]: rendered });
    }
  });
});
