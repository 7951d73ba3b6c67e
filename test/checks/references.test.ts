import { CONTAINER, POD, testCases } from './cases';

const AGENT = 'test/agent/agent/deployment: Deployment agent:';
const DB = 'test/db/db/stateful-set: StatefulSet db:';
const BACKUP = 'test/backup/db-backup/cron-job: CronJob db-backup:';
const INGRESS = 'test/edge/ingress: Ingress agent:';
const CONFIG = 'config-bf32df94';
const BACKEND = 'spec.rules.0.http.paths.0.backend.service';

testCases([['nothing is done', (p) => expect(p.objects.length).toBeGreaterThan(20)]]);

describe('Secrets and ConfigMaps', () =>
  testCases([
    [
      'a Secret that nobody registered',
      (p) => p.context.secrets.delete('db-auth'),
      `${AGENT} needs Secret db-auth, which nothing makes; register it with needSecret`,
      `${DB} needs Secret db-auth, which nothing makes; register it with needSecret`,
    ],
    [
      'keys that it does not have',
      (p) => p.context.secrets.set('db-auth', { name: 'db-auth', keys: { user: undefined } }),
      `${AGENT} needs key url of Secret db-auth, which has no such key; register it with needSecret`,
      `${DB} needs key password of Secret db-auth, which has no such key; register it with needSecret`,
    ],
    [
      'a Secret in envFrom',
      (p) => p.set('Deployment', 'agent', `${CONTAINER}.envFrom`, [{ secretRef: { name: 'more' } }]),
      `${AGENT} needs Secret more, which nothing makes; register it with needSecret`,
    ],
    [
      'a Secret and a ConfigMap in a projected volume',
      (p) => {
        const secret = { name: 'db-auth', items: [{ key: 'salt', path: 'salt' }] };
        const projected = { sources: [{ secret }, { configMap: { name: 'more' } }] };
        p.set('Deployment', 'agent', `${POD}.volumes`, [{ name: 'all', projected }]);
      },
      `${AGENT} needs ConfigMap more, which nothing makes; add it to the platform`,
      `${AGENT} needs key salt of Secret db-auth, which has no such key; register it with needSecret`,
    ],
    [
      'a Secret of an init container',
      (p) => {
        const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'more', key: 'a' } } }];
        p.set('Deployment', 'agent', `${POD}.initContainers`, [{ ...p.container('Deployment', 'agent'), env }]);
      },
      `${AGENT} needs Secret more, which nothing makes; register it with needSecret`,
    ],
    [
      'a ConfigMap that is gone',
      (p) => p.remove('ConfigMap'),
      `${DB} needs ConfigMap ${CONFIG}, which nothing makes; add it to the platform`,
    ],
    [
      'a key of a ConfigMap that is gone',
      (p) => {
        const configMapKeyRef = { name: CONFIG, key: 'max' };
        p.set('StatefulSet', 'db', `${CONTAINER}.env`, [{ name: 'MAX', valueFrom: { configMapKeyRef } }]);
      },
      `${DB} needs key max of ConfigMap ${CONFIG}, which has no such key; add it to the platform`,
    ],
    [
      'what is optional, of a registry, of a certificate or in every namespace is fine',
      (p) => {
        p.set('Deployment', 'agent', `${CONTAINER}.envFrom`, [{ secretRef: { name: 'more', optional: true } }]);
        p.set('Deployment', 'agent', `${POD}.imagePullSecrets`, [{ name: 'registry' }]);
        p.set('Deployment', 'agent', `${POD}.volumes`, [
          { name: 'tls', secret: { secretName: 'edge-tls', items: [{ key: 'tls.crt', path: 'tls.crt' }] } },
          { name: 'ca', configMap: { name: 'kube-root-ca.crt' } },
        ]);
      },
    ],
  ]));

describe('what else pods need', () =>
  testCases([
    [
      'a claim',
      (p) => p.remove('PersistentVolumeClaim'),
      `${BACKUP} needs PersistentVolumeClaim backups, which nothing makes; add it to the platform`,
    ],
    [
      'the claim of a pod that is no more',
      (p) => p.set('StatefulSet', 'db', 'spec.replicas', 1),
      `${BACKUP} needs PersistentVolumeClaim data-db-1, which nothing makes; add it to the platform`,
    ],
    [
      'a ServiceAccount',
      (p) => p.set('Deployment', 'agent', `${POD}.serviceAccountName`, 'boss'),
      `${AGENT} needs ServiceAccount boss, which nothing makes; add it to the platform`,
    ],
    [
      'a PriorityClass',
      (p) => p.set('Deployment', 'agent', `${POD}.priorityClassName`, 'high'),
      `${AGENT} needs PriorityClass high, which nothing makes; add it to the platform`,
    ],
    [
      'what every cluster has is fine',
      (p) => {
        p.set('Deployment', 'agent', `${POD}.priorityClassName`, 'system-node-critical');
        p.set('Deployment', 'agent', `${POD}.serviceAccountName`, 'default');
      },
    ],
    [
      'the Service that names its pods',
      (p) => p.set('StatefulSet', 'db', 'spec.serviceName', 'db-headless'),
      `${DB} needs Service db-headless, which nothing makes; add it to the platform`,
    ],
  ]));

describe('Ingresses', () =>
  testCases([
    [
      'a Service',
      (p) => p.set('Ingress', 'agent', `${BACKEND}.name`, 'static'),
      `${INGRESS} needs Service static, which nothing makes; add it to the platform`,
    ],
    [
      'a default Service',
      (p) => p.set('Ingress', 'agent', 'spec.defaultBackend', { service: { name: 'static', port: { number: 80 } } }),
      `${INGRESS} needs Service static, which nothing makes; add it to the platform`,
    ],
    [
      'the name of a port',
      (p) => p.set('Ingress', 'agent', `${BACKEND}.port`, { name: 'https' }),
      `${INGRESS} leads to port https of Service agent, which has no such port; correct the port`,
    ],
    [
      'the number of a port',
      (p) => p.set('Ingress', 'agent', `${BACKEND}.port`, { number: 80 }),
      `${INGRESS} leads to port 80 of Service agent, which has no such port; correct the port`,
    ],
    ['the number of a port that is there is fine', (p) => p.set('Ingress', 'agent', `${BACKEND}.port`, { number: 8000 })],
    ['a TLS Secret', (p) => p.remove('Certificate'), `${INGRESS} needs Secret edge-tls, which nothing makes; register it with needSecret`],
    [
      'a TLS Secret that the user makes is fine',
      (p) => {
        p.remove('Certificate');
        p.context.secrets.set('edge-tls', { name: 'edge-tls', keys: { 'tls.crt': undefined, 'tls.key': undefined } });
      },
    ],
  ]));
