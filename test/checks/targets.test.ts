import { testCases } from './cases';

const BINDING = 'test/backup/role-binding: RoleBinding db-backup:';
const MONITOR = 'test/observability/db-monitor: ServiceMonitor db:';

describe('autoscalers, monitors and rights', () =>
  testCases([
    [
      'what is scaled',
      (p) => p.set('HorizontalPodAutoscaler', 'agent', 'spec.scaleTargetRef.name', 'agents'),
      'test/agent/agent/autoscaler: HorizontalPodAutoscaler agent: needs Deployment agents, which nothing makes; add it to the platform',
    ],
    [
      'a Service to scrape',
      (p) => p.set('ServiceMonitor', 'db', 'spec.selector.matchLabels', { 'app.kubernetes.io/name': 'dbs' }),
      `${MONITOR} selects no Service; make its selector the labels of one`,
    ],
    [
      'a port to scrape',
      (p) => p.set('ServiceMonitor', 'db', 'spec.endpoints.0.port', 'prometheus'),
      `${MONITOR} scrapes port prometheus, which no Service that it selects has; correct the port`,
    ],
    ['a monitor of all Services is fine', (p) => p.set('ServiceMonitor', 'db', 'spec.selector', {})],
    [
      'a monitor in another namespace',
      (p) => p.set('ServiceMonitor', 'db', 'metadata.namespace', 'monitoring'),
      `${MONITOR} selects no Service; make its selector the labels of one`,
    ],
    [
      'a monitor in another namespace that names ours is fine',
      (p) => {
        p.set('ServiceMonitor', 'db', 'metadata.namespace', 'monitoring');
        p.set('ServiceMonitor', 'db', 'spec.namespaceSelector', { matchNames: [p.context.namespace] });
      },
    ],
    [
      'a monitor of every namespace, or of one of others, is fine',
      (p) => {
        p.set('ServiceMonitor', 'db', 'spec.selector.matchLabels', { 'k8s-app': 'kube-dns' });
        p.set('ServiceMonitor', 'db', 'spec.namespaceSelector', { matchNames: ['kube-system'] });
        const spec = { selector: { matchLabels: { app: 'theirs' } }, namespaceSelector: { any: true } };
        p.add({ apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'theirs' }, spec });
      },
    ],
    [
      'a role',
      (p) => p.set('RoleBinding', 'db-backup', 'roleRef.name', 'writer'),
      `${BINDING} needs Role writer, which nothing makes; add it to the platform`,
    ],
    [
      'a cluster role',
      (p) => p.set('RoleBinding', 'db-backup', 'roleRef', { kind: 'ClusterRole', name: 'writer' }),
      `${BINDING} needs ClusterRole writer, which nothing makes; add it to the platform`,
    ],
    [
      'an account',
      (p) => p.set('RoleBinding', 'db-backup', 'subjects.1', { kind: 'ServiceAccount', name: 'nobody' }),
      `${BINDING} needs ServiceAccount nobody, which nothing makes; add it to the platform`,
    ],
    [
      'a cluster role of every cluster, a user, and an account of others are fine',
      (p) => {
        p.set('RoleBinding', 'db-backup', 'roleRef', { kind: 'ClusterRole', name: 'view' });
        p.set('RoleBinding', 'db-backup', 'subjects.1', { kind: 'User', name: 'alice' });
        const account = { kind: 'ServiceAccount', name: 'prometheus', namespace: 'monitoring' };
        p.set('RoleBinding', 'db-backup', 'subjects.2', account);
      },
    ],
  ]));
