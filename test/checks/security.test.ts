import { type Case, CONTAINER, JOB_CONTAINER, POD, testCases } from './cases';

const AGENT = 'test/agent/agent/deployment: Deployment agent:';
const NO_RIGHTS = 'which has no rights; set automountServiceAccountToken: false';

describe('Secrets', () =>
  testCases([
    ...['data', 'stringData'].map(
      (field): Case => [
        field,
        (p) => p.add({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'auth' }, [field]: { a: 'eA==' } }),
        `test/extra/auth: Secret auth: has ${field}, and no secret value may be in a file; register the Secret with needSecret`,
      ],
    ),
    ['one without values is fine', (p) => p.add({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'auth' }, type: 'Opaque' })],
  ]));

const restricted = (wanted: string, path: string, value: unknown): Case => [
  `${path}: ${JSON.stringify(value)}`,
  (p) => p.set('Deployment', 'agent', path, value),
  `${AGENT} container agent: expected ${wanted}`,
];

const CONTEXT = `${CONTAINER}.securityContext`;

describe('Pod Security', () =>
  testCases([
    restricted('runAsNonRoot: true', `${CONTEXT}.runAsNonRoot`, false),
    restricted('runAsNonRoot: true', `${POD}.securityContext.runAsNonRoot`, undefined),
    restricted('a runAsUser that is not 0', `${CONTEXT}.runAsUser`, 0),
    restricted('seccompProfile RuntimeDefault', `${CONTEXT}.seccompProfile`, { type: 'Unconfined' }),
    restricted('capabilities.drop: [ALL]', `${CONTEXT}.capabilities`, { drop: ['NET_RAW'] }),
    restricted('no capabilities.add', `${CONTEXT}.capabilities.add`, ['SYS_PTRACE']),
    restricted('allowPrivilegeEscalation: false', `${CONTEXT}.allowPrivilegeEscalation`, undefined),
    restricted('readOnlyRootFilesystem: true', `${CONTEXT}.readOnlyRootFilesystem`, false),
    restricted('no namespaces of the host', `${POD}.hostNetwork`, true),
    restricted('no namespaces of the host', `${POD}.hostPID`, true),
    restricted('no namespaces of the host', `${POD}.hostIPC`, true),
    restricted('no hostPath', `${POD}.volumes`, [{ name: 'logs', hostPath: { path: '/var/log' } }]),
    [
      'nothing at all is said',
      (p) => {
        p.set('Deployment', 'agent', `${POD}.securityContext`, undefined);
        p.set('Deployment', 'agent', CONTEXT, undefined);
      },
      `${AGENT} container agent: expected allowPrivilegeEscalation: false`,
      `${AGENT} container agent: expected capabilities.drop: [ALL]`,
      `${AGENT} container agent: expected readOnlyRootFilesystem: true`,
      `${AGENT} container agent: expected runAsNonRoot: true`,
      `${AGENT} container agent: expected seccompProfile RuntimeDefault`,
    ],
    [
      'an init container',
      (p) => {
        const main = p.container('Deployment', 'agent');
        const securityContext = { ...main.securityContext, readOnlyRootFilesystem: false };
        p.set('Deployment', 'agent', `${POD}.initContainers`, [{ ...main, name: 'first', securityContext }]);
      },
      `${AGENT} container first: expected readOnlyRootFilesystem: true`,
    ],
    [
      'what restricted allows is fine',
      (p) => {
        p.set('Deployment', 'agent', `${CONTEXT}.capabilities.add`, ['NET_BIND_SERVICE']);
        p.set('Deployment', 'agent', `${CONTEXT}.seccompProfile`, { type: 'Localhost', localhostProfile: 'a.json' });
      },
    ],
    [
      'a namespace that allows more is fine',
      (p) => {
        p.set('Namespace', p.context.namespace, 'metadata.labels', {
          'pod-security.kubernetes.io/enforce': 'privileged',
        });
        p.set('Deployment', 'agent', CONTEXT, undefined);
      },
    ],
  ]));

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
  ]));

describe('tokens', () =>
  testCases([
    [
      'of an account without rights',
      (p) => p.set('Deployment', 'agent', `${POD}.automountServiceAccountToken`, true),
      `${AGENT} has a token of ServiceAccount agent, ${NO_RIGHTS}`,
    ],
    [
      'where nothing is said',
      (p) => {
        p.set('Deployment', 'agent', `${POD}.automountServiceAccountToken`, undefined);
        p.set('ServiceAccount', 'agent', 'automountServiceAccountToken', undefined);
      },
      `${AGENT} has a token of ServiceAccount agent, ${NO_RIGHTS}`,
    ],
    ['where the account says no, it is fine', (p) => p.set('Deployment', 'agent', `${POD}.automountServiceAccountToken`, undefined)],
    [
      'of an account whose rights are gone',
      (p) => p.set('RoleBinding', 'db-backup', 'subjects', []),
      `test/backup/db-backup/cron-job: CronJob db-backup: has a token of ServiceAccount db-backup, ${NO_RIGHTS}`,
    ],
    [
      'of an account with rights in the whole cluster is fine',
      (p) => {
        p.get('RoleBinding', 'db-backup').kind = 'ClusterRoleBinding';
        p.set('ClusterRoleBinding', 'db-backup', 'roleRef', { kind: 'ClusterRole', name: 'view' });
      },
    ],
  ]));
