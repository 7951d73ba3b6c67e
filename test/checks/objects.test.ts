import { type Case, CONTAINER, testCases } from './cases';

const LONG = 'a'.repeat(53);

const twice = (kind: string, name: string, first: string): string =>
  `test/extra/${name}: ${kind} ${name}: is made by ${first} too; give one of them another name`;

describe('duplicates', () =>
  testCases([
    [
      'two objects of one name',
      (p) => p.add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'agent' } }),
      twice('ServiceAccount', 'agent', 'test/agent/agent/service-account'),
    ],
    [
      'two versions of one kind',
      (p) => p.add({ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'agent' } }),
      twice('PodDisruptionBudget', 'agent', 'test/agent/agent/disruption-budget'),
    ],
    [
      'a cluster-wide object, whichever namespace it carries',
      (p) =>
        p.add({
          apiVersion: 'scheduling.k8s.io/v1',
          kind: 'PriorityClass',
          metadata: { name: 'ai-agent-test-stores' },
        }),
      twice('PriorityClass', 'ai-agent-test-stores', 'test/namespace/cluster/stores'),
    ],
    [
      'one name in two groups or two namespaces is fine',
      (p) => {
        p.add({ apiVersion: 'serving.knative.dev/v1', kind: 'Ingress', metadata: { name: 'agent' } });
        p.add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'agent', namespace: 'other' } });
      },
    ],
  ]));

const name = (kind: string, name: string, ...found: string[]): Case => [
  `${kind} ${name}`,
  (p) => p.add({ apiVersion: kind === 'Role' ? 'rbac.authorization.k8s.io/v1' : 'v1', kind, metadata: { name } }),
  ...found.map((problem) => `test/extra/${name}: ${kind} ${name}: ${problem}`),
];

describe('names', () =>
  testCases([
    name('ConfigMap', 'Bad_Name', 'its name is not made of lower case letters, digits and "-"; rename it'),
    name('Service', 'a.b', 'its name is not made of lower case letters, digits and "-"; rename it'),
    name('ConfigMap', 'a.b'),
    name('Role', 'system:a'),
    name('Service', 'a'.repeat(64), 'its name has 64 characters, expected at most 63; shorten it'),
    name('ConfigMap', 'a'.repeat(254), 'its name has 254 characters, expected at most 253; shorten it'),
    name('ConfigMap', 'a'.repeat(253)),
    ...['CronJob', 'StatefulSet'].map((kind) =>
      name(
        kind,
        LONG,
        'has a token of ServiceAccount default, which has no rights; set automountServiceAccountToken: false',
        'its name has 53 characters, expected at most 52; shorten it',
      ),
    ),
  ]));

const AGENT = 'test/agent/agent/deployment: Deployment agent:';
const lost = (where: string, kind: string, name: string, path: string, value: unknown = {}, deeper = ''): Case => [
  `${kind} ${path}`,
  (p) => p.set(kind, name, path, value),
  `${where}: ${kind} ${name}: ${path}${deeper} is empty: its content was dropped; give it with its type (quantity, IntOrString)`,
];

describe('lost values', () =>
  testCases([
    lost('test/agent/agent/disruption-budget', 'PodDisruptionBudget', 'agent', 'spec'),
    lost('test/agent/agent/deployment', 'Deployment', 'agent', 'spec.strategy.rollingUpdate'),
    lost('test/agent/agent/deployment', 'Deployment', 'agent', `${CONTAINER}.ports.1`),
    lost('test/agent/agent/deployment', 'Deployment', 'agent', `${CONTAINER}.env`, [{ name: 'A', valueFrom: {} }], '.0.valueFrom'),
    lost('test/backup/claim', 'PersistentVolumeClaim', 'backups', 'spec.resources.requests'),
    lost('test/observability/db-monitor', 'ServiceMonitor', 'db', 'spec.endpoints.0.limits'),
    ['null', (p) => p.set('Deployment', 'agent', `${CONTAINER}.args`, [null]), `${AGENT} ${CONTAINER}.args.0 is null; leave it out`],
    [
      'null in a kind of others',
      (p) => p.set('Certificate', 'edge', 'spec.duration', null),
      'test/edge/certificate: Certificate edge: spec.duration is null; leave it out',
    ],
    [
      'what says something when it is empty is fine',
      (p) => {
        p.set('StatefulSet', 'db', 'spec.template.spec.volumes.2', { name: 'tmp', emptyDir: {} });
        p.set('NetworkPolicy', 'default-deny', 'spec.egress', [{}]);
        p.set('NetworkPolicy', 'default-deny', 'spec.ingress', [{ from: [{ namespaceSelector: {} }] }]);
        p.set('Certificate', 'edge', 'spec.keystores', {});
      },
    ],
  ]));
