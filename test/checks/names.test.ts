import { type Case, CONTAINER, testCases } from './cases';

const LONG = 'a'.repeat(53);
const LETTERS = 'expected at most 63 letters, digits, "-", "_" and "."';
const AGENT = 'test/agent/agent/deployment: Deployment agent:';

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

describe('labels', () =>
  testCases([
    [
      'one that is too long',
      (p) => p.set('Ingress', 'agent', 'metadata.labels.text', 'a'.repeat(64)),
      `test/edge/ingress: Ingress agent: label text is "${'a'.repeat(64)}", ${LETTERS}`,
    ],
    [
      'a sentence, on a pod',
      (p) => p.set('CronJob', 'db-backup', 'spec.jobTemplate.spec.template.metadata.labels.text', 'a b'),
      `test/backup/db-backup/cron-job: CronJob db-backup: label text is "a b", ${LETTERS}`,
    ],
    [
      'a number',
      (p) => p.set('Ingress', 'agent', 'metadata.labels.text', 5),
      `test/edge/ingress: Ingress agent: label text is 5, ${LETTERS}`,
    ],
    ['the longest is fine', (p) => p.set('Ingress', 'agent', 'metadata.labels.text', 'a'.repeat(63))],
    ['one that is empty is fine', (p) => p.set('Ingress', 'agent', 'metadata.labels.text', '')],
  ]));

describe('what stands twice', () =>
  testCases([
    [
      'ports of a Service without names',
      (p) => p.set('Service', 'db', 'spec.ports.0.name', undefined),
      'test/db/db/db-service: Service db: a port has no name; name each of several ports',
    ],
    [
      'a single port without a name is fine',
      (p) => {
        p.set('Service', 'agent', 'spec.ports.0.name', undefined);
        p.set('Ingress', 'agent', 'spec.rules.0.http.paths.0.backend.service.port', { number: 8000 });
      },
    ],
    [
      'ports of a Service with one name',
      (p) => p.set('Service', 'db', 'spec.ports.0.name', 'metrics'),
      'test/db/db/db-service: Service db: two ports are called metrics; rename one',
    ],
    [
      'a variable',
      (p) => p.set('Deployment', 'agent', `${CONTAINER}.env.1`, { name: 'DB_URL', value: 'x' }),
      `${AGENT} container agent has the variable DB_URL twice; remove one`,
    ],
    [
      'a mount',
      (p) => p.set('StatefulSet', 'db', `${CONTAINER}.volumeMounts.3`, { name: 'auth', mountPath: '/data' }),
      'test/db/db/stateful-set: StatefulSet db: container db has two mounts at /data; move one',
    ],
    [
      'the longest name of a port is fine',
      (p) => p.set('Deployment', 'agent', `${CONTAINER}.ports.1`, { name: 'administration1', containerPort: 1 }),
    ],
    ...['administration-1', '8080', 'a--b', 'Web'].map(
      (port): Case => [
        `a port called ${port}`,
        (p) => p.set('Deployment', 'agent', `${CONTAINER}.ports.1`, { name: port, containerPort: 1 }),
        `${AGENT} container agent has the port ${port}, expected at most 15 lower case letters, digits and "-"`,
      ],
    ),
  ]));
