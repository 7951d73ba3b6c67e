import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SecretNeed, workloadsOf } from '../../lib/kube';
import { Bootstrap, isGenerated } from '../../lib/security';
import { find, podSpec, rendered, testScope } from '../support/platform';
import { policyOf } from '../support/workload';

const script = readFileSync(join(__dirname, '../../lib/security/scripts/bootstrap.sh'), 'utf8');
const SECRETS: SecretNeed[] = [
  { name: 'redis-auth', keys: { password: '{random}', url: 'redis://:{password}@redis:6379' } },
  { name: 'agent-keys', keys: { SESSION: '{random}' } },
];

function make(secrets: readonly SecretNeed[] = SECRETS, apiServer = { cidrs: ['10.0.0.1/32'], ports: [443, 6443] }) {
  const bootstrap = new Bootstrap(testScope({ apiServer }), 'secrets', { image: 'registry.test/curl:1', secrets });
  const objects = rendered(bootstrap);
  const job = find(objects, 'Job');
  return { bootstrap, objects, job, pod: podSpec(job), main: podSpec(job).containers[0] };
}

const { bootstrap, objects, job, pod, main } = make();
const files = find(objects, 'ConfigMap');

test('the file comes before everything that needs a Secret', () => {
  expect(bootstrap.file).toBe('10-secrets.yaml');
  expect(objects.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'Job', 'Role', 'RoleBinding', 'ServiceAccount']);
});

test('the Job may create Secrets in its namespace, and nothing else', () => {
  expect(find(objects, 'Role').rules).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }]);
  expect(find(objects, 'Role').metadata).toMatchObject({ name: 'secret-bootstrap', namespace: 'ai-agent-test' });
  const { metadata, roleRef, subjects } = find(objects, 'RoleBinding');
  expect(metadata).toMatchObject({ name: 'secret-bootstrap', namespace: 'ai-agent-test' });
  expect(roleRef).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'secret-bootstrap' });
  expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'secret-bootstrap', namespace: 'ai-agent-test' }]);
  expect(find(objects, 'ServiceAccount').metadata.name).toBe('secret-bootstrap');
});

test('its pod alone has a token, which its ServiceAccount does not hand to others', () => {
  expect(pod).toMatchObject({ serviceAccountName: 'secret-bootstrap', automountServiceAccountToken: true });
  expect(find(objects, 'ServiceAccount').automountServiceAccountToken).toBe(false);
});

test('the list has a line for each key, in order', () => {
  expect(files.data).toEqual({
    'bootstrap.sh': script,
    secrets: 'redis-auth password {random}\nredis-auth url redis://:{password}@redis:6379\nagent-keys SESSION {random}\n',
  });
});

test('the container runs the script with the list that is mounted beside it', () => {
  expect(main).toMatchObject({
    image: 'registry.test/curl:1',
    command: ['sh', '/etc/bootstrap/bootstrap.sh'],
    env: [
      { name: 'SPEC', value: '/etc/bootstrap/secrets' },
      { name: 'NS', value: 'ai-agent-test' },
      { name: 'PART_OF', value: 'test' },
    ],
    volumeMounts: [
      { mountPath: '/etc/bootstrap', name: 'secret-bootstrap', readOnly: true },
      { mountPath: '/tmp', name: 'tmp' },
    ],
  });
  expect(main.resources.requests).toEqual({ cpu: '10m', memory: '32Mi', 'ephemeral-storage': '64Mi' });
  expect(pod.volumes).toEqual([
    { name: 'secret-bootstrap', configMap: { name: files.metadata.name, defaultMode: 0o444 } },
    { name: 'tmp', emptyDir: { sizeLimit: '1Mi' } },
  ]);
  expect(pod).toMatchObject({
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 10,
    securityContext: { runAsUser: 100, runAsGroup: 101 },
  });
  const { template: _, ...spec } = job.spec;
  expect(spec).toEqual({ activeDeadlineSeconds: 600, backoffLimit: 6 });
});

test('a new Secret is a new Job', () => {
  const [second, third] = [make(), make([...SECRETS, { name: 'more', keys: { key: '{random}' } }])];
  expect(second.job.metadata.name).toBe(job.metadata.name);
  expect(third.job.metadata.name).not.toBe(job.metadata.name);
  expect(job.metadata.name).toMatch(/^secret-bootstrap-[0-9a-f]{8}$/);
});

test('the pod reaches the ports of the API server and nothing else', () => {
  const reach = (cidrs: string[], ports: number[]) => {
    const [workload] = workloadsOf(make(SECRETS, { cidrs, ports }).bootstrap);
    return workload && policyOf(workload);
  };
  expect(reach(['10.0.0.2/32', '10.0.0.1/32'], [6443])).toEqual({
    podSelector: {
      matchLabels: { 'app.kubernetes.io/name': 'secret-bootstrap', 'app.kubernetes.io/component': 'bootstrap' },
    },
    policyTypes: ['Egress'],
    egress: [
      {
        to: [{ ipBlock: { cidr: '10.0.0.1/32' } }, { ipBlock: { cidr: '10.0.0.2/32' } }],
        ports: [{ protocol: 'TCP', port: 6443 }],
      },
    ],
  });
  expect(reach(['0.0.0.0/0'], [443, 6443])?.egress).toEqual([
    {
      to: [{ ipBlock: { cidr: '0.0.0.0/0' } }],
      ports: [
        { protocol: 'TCP', port: 443 },
        { protocol: 'TCP', port: 6443 },
      ],
    },
  ]);
});

test.each<[SecretNeed['keys'], boolean]>([
  [{ a: '{random}' }, true],
  [{ a: '{random}', b: 'x' }, true],
  [{ a: '' }, true],
  [{ a: '{random}', b: undefined }, false],
  [{ a: undefined }, false],
])('a Secret with keys %j is made by the Job: %p', (keys, is) => {
  expect(isGenerated({ name: 'it', keys })).toBe(is);
});
