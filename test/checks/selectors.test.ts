import { CONTAINER, POD, testCases } from './cases';

const NAME = 'app.kubernetes.io/name';
const NAMESPACE = 'kubernetes.io/metadata.name';
const SERVICE = 'test/agent/agent/agent-service: Service agent:';
const DB_POLICY = 'test/db/db/db-network-policy: NetworkPolicy db:';
const AGENT_POLICY = 'test/agent/agent/agent-network-policy: NetworkPolicy agent:';

const deaf = (owner: string) => `${SERVICE} leads to port http, which ${owner} does not listen on; correct the port`;
const closed = (owner: string) => `${AGENT_POLICY} opens port http, which ${owner} does not listen on; correct the port`;

/** What selects the agent's pods: kind, construct, where the labels stand, and what is found about ports then. */
const SELECTING: readonly [string, string, string, (owner: string) => string[]][] = [
  ['Service', 'agent-service', 'spec.selector', (owner) => [deaf(owner)]],
  ['NetworkPolicy', 'agent-network-policy', 'spec.podSelector.matchLabels', (owner) => [closed(owner)]],
  ['PodDisruptionBudget', 'disruption-budget', 'spec.selector.matchLabels', () => []],
  ['Deployment', 'deployment', 'spec.selector.matchLabels', () => []],
];

describe.each(SELECTING)('the selector of a %s', (kind, id, path, ports) => {
  const where = `test/agent/agent/${id}: ${kind} agent:`;
  testCases([
    [
      'selects nothing',
      (p) => p.set(kind, 'agent', path, { [NAME]: 'agents' }),
      `${where} selects no pod; make its selector the labels of a workload`,
    ],
    [
      'selects the pods of another',
      (p) => p.set(kind, 'agent', path, { [NAME]: 'db-backup' }),
      ...ports('CronJob db-backup'),
      `${where} selects the pods of CronJob db-backup, but was made for agent; correct its selector`,
    ],
    [
      'selects the pods of all',
      (p) => p.set(kind, 'agent', path, { 'app.kubernetes.io/part-of': 'test' }),
      ...ports('CronJob db-backup'),
      ...ports('StatefulSet db'),
      `${where} selects the pods of CronJob db-backup and of Deployment agent and of StatefulSet db; make its selector narrower`,
    ],
  ]);
});

describe('selectors that are not judged', () =>
  testCases([
    [
      'pods that an operator makes',
      (p) => {
        const labels = { 'cnpg.io/cluster': 'db' };
        const spec = { selector: labels, ports: [{ port: 5432 }] };
        p.add({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'rw' }, spec });
        p.set('NetworkPolicy', 'agent', 'spec.egress.0.to.1', { podSelector: { matchLabels: labels } });
      },
    ],
    [
      'a Service without a selector',
      (p) => p.add({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'rw' }, spec: { ports: [{ port: 5432 }] } }),
    ],
    [
      'pods in a namespace of others',
      (p) => {
        const namespaceSelector = { matchLabels: { [NAMESPACE]: 'kube-system' } };
        const peer = { namespaceSelector, podSelector: { matchLabels: { [NAME]: 'dns' } } };
        p.set('NetworkPolicy', 'agent', 'spec.egress.1', { to: [peer], ports: [{ port: 53, protocol: 'UDP' }] });
      },
    ],
    [
      'expressions',
      (p) => {
        const matchExpressions = [{ key: NAME, operator: 'In', values: ['agent', 'db'] }];
        p.set('NetworkPolicy', 'agent', 'spec.podSelector', { matchExpressions });
      },
    ],
  ]));

describe('ports', () =>
  testCases([
    [
      'a Service leads to a name that its pods do not have',
      (p) => p.set('Service', 'agent', 'spec.ports.0.targetPort', 'web'),
      `${SERVICE} leads to port web, which Deployment agent does not listen on; correct the port`,
    ],
    [
      'a Service leads to a number that its pods do not have',
      (p) => p.set('Service', 'agent', 'spec.ports.0.targetPort', 80),
      `${SERVICE} leads to port 80, which Deployment agent does not listen on; correct the port`,
    ],
    ['a Service leads to its own number', (p) => p.set('Service', 'agent', 'spec.ports.0.targetPort', undefined)],
    [
      'a Service leads to a port of another protocol',
      (p) => p.set('Service', 'agent', 'spec.ports.0.protocol', 'UDP'),
      deaf('Deployment agent'),
    ],
    [
      'a sidecar listens',
      (p) => {
        const sidecar = { ...p.container('Deployment', 'agent'), name: 'proxy', restartPolicy: 'Always' };
        p.set('Deployment', 'agent', `${POD}.initContainers`, [sidecar]);
        p.set('Deployment', 'agent', `${CONTAINER}.ports`, []);
      },
    ],
    [
      'a policy opens a number that its pods do not have',
      (p) => p.set('NetworkPolicy', 'db', 'spec.ingress.0.ports.0.port', 5433),
      `${DB_POLICY} opens port 5433, which StatefulSet db does not listen on; correct the port`,
    ],
    [
      'a policy opens a port of another protocol',
      (p) => p.set('NetworkPolicy', 'agent', 'spec.ingress.0.ports.0.protocol', 'UDP'),
      closed('Deployment agent'),
    ],
    [
      'a policy opens a port that its peers do not have',
      (p) => p.set('NetworkPolicy', 'agent', 'spec.egress.0.ports.0.port', 6379),
      `${AGENT_POLICY} opens port 6379, which StatefulSet db does not listen on; correct the port`,
    ],
    [
      'a policy names no port, or a range',
      (p) => p.set('NetworkPolicy', 'agent', 'spec.egress.0.ports', [{ protocol: 'TCP' }, { port: 1, endPort: 65535 }]),
    ],
  ]));

describe('peers', () =>
  testCases([
    [
      'a policy lets nobody in',
      (p) => p.set('NetworkPolicy', 'db', 'spec.ingress.0.from.0.podSelector.matchLabels', { [NAME]: 'agents' }),
      `${DB_POLICY} lets through pods with ${NAME}=agents, and there are none; correct the peer`,
    ],
    [
      'a policy lets to nobody',
      (p) => p.set('NetworkPolicy', 'agent', 'spec.egress.0.to.0.podSelector.matchLabels', { [NAME]: 'dbs' }),
      `${AGENT_POLICY} lets through pods with ${NAME}=dbs, and there are none; correct the peer`,
    ],
    [
      'a policy lets nobody in from our namespace, by its name',
      (p) => {
        const namespaceSelector = { matchLabels: { [NAMESPACE]: p.context.namespace } };
        const peer = { namespaceSelector, podSelector: { matchLabels: { [NAME]: 'agents' } } };
        p.set('NetworkPolicy', 'db', 'spec.ingress.0.from.1', peer);
      },
      `${DB_POLICY} lets through pods with ${NAME}=agents, and there are none; correct the peer`,
    ],
  ]));
