import { type Case, CONTAINER, JOB_CONTAINER, testCases } from './cases';

const AGENT = 'test/agent/agent/deployment: Deployment agent:';

describe('resources', () =>
  testCases([
    [
      'a request above its limit',
      (p) => p.set('Deployment', 'agent', `${CONTAINER}.resources.requests.memory`, '1Gi'),
      `${AGENT} container agent requests 1Gi of memory, and its limit is 64Mi; raise the limit`,
    ],
    [
      'any resource',
      (p) => {
        p.set('Deployment', 'agent', `${CONTAINER}.resources.requests`, { cpu: 1, 'nvidia.com/gpu': 2 });
        p.set('Deployment', 'agent', `${CONTAINER}.resources.limits`, { memory: '1Gi', 'nvidia.com/gpu': 1 });
      },
      `${AGENT} container agent requests 2 of nvidia.com/gpu, and its limit is 1; raise the limit`,
    ],
    [
      'memory without a limit',
      (p) => p.set('Deployment', 'agent', `${CONTAINER}.resources.limits.memory`, undefined),
      `${AGENT} container agent has no memory limit, so that it can take the node's memory; add one`,
    ],
    [
      'no resources',
      (p) => p.set('CronJob', 'db-backup', `${JOB_CONTAINER}.resources`, undefined),
      "test/backup/db-backup/cron-job: CronJob db-backup: container backup has no memory limit, so that it can take the node's memory; add one",
    ],
    [
      'what is no quantity',
      (p) => p.set('Deployment', 'agent', `${CONTAINER}.resources.requests.memory`, '-64Mi'),
      `${AGENT} container agent has the quantity "-64Mi", expected one such as 500m or 2Gi`,
    ],
  ]));

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
