import { Claim, Component, claimTemplate, parse, Workload } from '../../lib/kube';
import { GuardRails, NetworkSchema } from '../../lib/security';
import { find, rendered, testScope } from '../support/platform';
import { CONTAINER, KINDS } from '../support/workload';

const LABELS = { 'app.kubernetes.io/part-of': 'test', 'app.kubernetes.io/managed-by': 'cdk8s-ai-agent' };

type Fill = (component: Component) => void;

/** The guard rails of a platform with one component. */
function railsOf(fill: Fill, network: object = {}) {
  const scope = testScope();
  fill(new Component(scope, 'part', { order: 'agent' }));
  const rails = new GuardRails(scope, 'namespace', { network: parse(NetworkSchema, network, 'it') });
  return { rails, objects: rendered(rails) };
}

const nothing: Fill = () => undefined;
const small: Fill = (component) => {
  const box = (cpu: string, memory: string, limit = memory) => ({
    ...CONTAINER,
    resources: { cpu, memory, limits: { memory: limit } },
  });
  // while it rolls 5 pods: 2.5 cores, 5Gi, limits 10Gi
  new Workload(component, {
    ...KINDS.Deployment,
    priority: 'agents',
    replicas: { min: 2, max: 4 },
    containers: [box('500m', '1Gi', '2Gi')],
  });
  // 3 pods: 3 cores, 6Gi, limits 6Gi; 3 claims with 30Gi
  new Workload(component, {
    ...KINDS.StatefulSet,
    name: 'db',
    priority: 'stores',
    replicas: 3,
    containers: [{ ...box('1', '2Gi'), mounts: { '/data': claimTemplate('data', { storage: '10Gi' }) } }],
  });
  // one pod: 0.1 cores, 256Mi; an init container with a limit of 3Gi
  new Workload(component, {
    ...KINDS.Job,
    name: 'job',
    initContainers: [{ ...box('10m', '16Mi', '3Gi'), name: 'first' }],
    containers: [box('100m', '256Mi')],
  });
  new Claim(component, 'shared', { storage: '5Gi' });
};

test('the file is the first of all', () => {
  expect(railsOf(nothing).rails.file).toBe('00-namespace.yaml');
});

test('the namespace admits restricted pods only, and asks before it goes', () => {
  const { apiVersion, metadata } = find(railsOf(nothing).objects, 'Namespace');
  expect({ apiVersion, metadata }).toEqual({
    apiVersion: 'v1',
    metadata: {
      name: 'ai-agent-test',
      annotations: {
        'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm',
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      },
      labels: {
        ...LABELS,
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  });
});

describe('priority classes', () => {
  const classesOf = (fill: Fill) => railsOf(fill).objects.filter(({ kind }) => kind === 'PriorityClass');

  test('belong to no namespace, and have the name of one', () => {
    expect(classesOf(small).map(({ metadata, value, description }) => ({ metadata, value, description }))).toEqual([
      {
        metadata: { name: 'ai-agent-test-stores', labels: LABELS },
        value: 100_000,
        description: 'The stores of ai-agent-test',
      },
      {
        metadata: { name: 'ai-agent-test-agents', labels: LABELS },
        value: 10_000,
        description: 'The agents of ai-agent-test',
      },
    ]);
  });

  test.each(['stores', 'agents'] as const)('are those that are used: %s', (priority) => {
    const classes = classesOf((component) => new Workload(component, { ...KINDS.Deployment, priority }));
    expect(classes.map(({ metadata }) => metadata.name)).toEqual([`ai-agent-test-${priority}`]);
    expect(classesOf(nothing)).toEqual([]);
  });

  test('let a store take a place on a full cluster, and no agent', () => {
    const policies = classesOf(small).map(({ metadata, preemptionPolicy }) => [metadata.name, preemptionPolicy]);
    expect(policies).toEqual([
      ['ai-agent-test-stores', undefined],
      ['ai-agent-test-agents', 'Never'],
    ]);
  });
});

describe('the quota', () => {
  test('has a fifth more room than everything at once takes', () => {
    const { metadata, spec } = find(railsOf(small).objects, 'ResourceQuota');
    expect(metadata).toEqual({ name: 'platform', namespace: 'ai-agent-test', labels: LABELS });
    // the init container's request is less than the Job's container, its limit is more: 10 + 6 + 3
    expect(spec).toEqual({
      hard: {
        pods: '11', // 9
        'requests.cpu': '7', // 5.6
        'requests.memory': '14Gi', // 11.25
        'limits.memory': '23Gi', // 19
        persistentvolumeclaims: '5', // 4
        'requests.storage': '42Gi', // 35
        'services.loadbalancers': '0',
      },
    });
  });

  test('of nothing is nothing', () => {
    const { hard } = find(railsOf(nothing).objects, 'ResourceQuota').spec;
    expect(Object.values<string>(hard).map((value) => value.replace('Gi', ''))).toEqual(Array(7).fill('0'));
  });
});

describe('limits of what is put in by hand', () => {
  const defaults = { type: 'Container', default: { memory: '256Mi' }, defaultRequest: { cpu: '50m', memory: '128Mi' } };

  test('are those of the largest that the platform has', () => {
    const { metadata, spec } = find(railsOf(small).objects, 'LimitRange');
    expect(metadata).toEqual({ name: 'platform', namespace: 'ai-agent-test', labels: LABELS });
    expect(spec.limits).toEqual([
      { ...defaults, max: { memory: '3Gi' } },
      { type: 'PersistentVolumeClaim', max: { storage: '10Gi' } },
    ]);
  });

  test('leave room for their own defaults', () => {
    const tiny = { ...CONTAINER, resources: { cpu: 1, memory: '1Mi' } };
    const { objects } = railsOf((component) => new Workload(component, { ...KINDS.Deployment, containers: [tiny] }));
    expect(find(objects, 'LimitRange').spec.limits).toEqual([{ ...defaults, max: { memory: '256Mi' } }]);
  });

  test('know claims that stand by themselves', () => {
    const { objects } = railsOf((component) => new Claim(component, 'data', { storage: '70Gi' }));
    expect(find(objects, 'LimitRange').spec.limits[1]).toEqual({
      type: 'PersistentVolumeClaim',
      max: { storage: '70Gi' },
    });
  });
});

describe('traffic', () => {
  const dns = [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ];
  const toPods = (namespace: string, labels: object) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: labels },
  });

  test('is denied unless a policy lets it through', () => {
    const { metadata, spec } = find(railsOf(small).objects, 'NetworkPolicy', 'default-deny');
    expect(metadata.namespace).toBe('ai-agent-test');
    expect(spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  test('to the names of the cluster is let through, over UDP and TCP', () => {
    expect(find(railsOf(small).objects, 'NetworkPolicy', 'allow-dns').spec).toEqual({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [toPods('kube-system', { 'k8s-app': 'kube-dns' })], ports: dns }],
    });
  });

  test('to names may go elsewhere: other pods, and caches on the node', () => {
    const cidrs = ['169.254.20.10/32', '10.0.0.10/32'];
    const network = { dns: { namespace: 'openshift-dns', labels: { app: 'dns' }, cidrs } };
    expect(find(railsOf(small, network).objects, 'NetworkPolicy', 'allow-dns').spec.egress).toEqual([
      {
        to: [{ ipBlock: { cidr: '10.0.0.10/32' } }, { ipBlock: { cidr: '169.254.20.10/32' } }, toPods('openshift-dns', { app: 'dns' })],
        ports: dns,
      },
    ]);
  });
});
