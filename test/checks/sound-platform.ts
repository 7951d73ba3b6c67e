import { Chart } from 'cdk8s';
import { Certificate } from '../../imports/cert-manager.io';
import * as k8s from '../../imports/k8s';
import { ServiceMonitor } from '../../imports/monitoring.coreos.com';
import {
  Component,
  claimTemplate,
  configFiles,
  existingClaim,
  needSecret,
  secretFiles,
  service,
  Workload,
  workloadsOf,
} from '../../lib/kube';
import { testScope } from '../support/platform';

const RESOURCES = { cpu: '100m', memory: '64Mi' };
const USER = { uid: 10001, gid: 10001 };

/** A small platform that has everything that checks look at, and is sound. */
export function soundPlatform(): ReturnType<typeof testScope> {
  const scope = testScope();
  needSecret(scope.context, { name: 'db-auth', keys: { password: '{random}', url: 'db://{password}@db' } });
  namespace(new Component(scope, 'namespace', { order: 'namespace' }));
  const db = database(new Component(scope, 'db', { order: '20' }));
  const agent = agentOf(new Component(scope, 'agent', { order: 'agent' }));
  const backup = backupOf(new Component(scope, 'backup', { order: 'backup' }));
  for (const consumer of [agent, backup]) consumer.connectTo(db, 'db');
  edge(new Component(scope, 'edge', { order: 'edge' }), agent);
  monitor(new Component(scope, 'observability', { order: 'observability' }));
  for (const workload of workloadsOf(scope)) workload.renderNetworkPolicy();
  return scope;
}

function namespace(component: Component): void {
  const { namespace } = component.context;
  const cluster = new Chart(component, 'cluster', { disableResourceNameHashes: true });
  new k8s.KubeNamespace(cluster, 'namespace', { metadata: { name: namespace } });
  new k8s.KubePriorityClass(cluster, 'stores', { metadata: { name: `${namespace}-stores` }, value: 1000 });
  new k8s.KubeNetworkPolicy(component, 'default-deny', {
    metadata: { name: 'default-deny' },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
}

function database(component: Component): Workload {
  const workload = new Workload(component, {
    kind: 'StatefulSet',
    name: 'db',
    component: 'store',
    replicas: 2,
    serviceName: 'db',
    user: USER,
    priority: 'stores',
    containers: [
      {
        name: 'db',
        image: 'db:1',
        ports: { db: 5432, metrics: 9187 },
        resources: RESOURCES,
        mounts: {
          '/data': claimTemplate('data', { storage: '1Gi' }),
          '/secrets': secretFiles('auth', 'db-auth', ['password']),
          '/etc/db': configFiles(component, 'config', { 'db.conf': 'max = 100\n' }),
        },
      },
    ],
  });
  service(workload, { ports: ['db', 'metrics'], headless: true });
  return workload;
}

function agentOf(component: Component): Workload {
  const workload = new Workload(component, {
    kind: 'Deployment',
    name: 'agent',
    component: 'agent',
    replicas: { min: 2, max: 5 },
    user: USER,
    drain: { settle: 10, finish: 60 },
    containers: [
      {
        name: 'agent',
        image: 'agent:1',
        ports: { http: 8000 },
        env: { DB_URL: { secret: 'db-auth', key: 'url' } },
        resources: RESOURCES,
      },
    ],
  });
  service(workload, { ports: ['http'] });
  new k8s.KubeHorizontalPodAutoscalerV2(workload, 'autoscaler', {
    metadata: { name: 'agent' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    },
  });
  return workload;
}

function edge(component: Component, agent: Workload): void {
  agent.allowIngress({ peer: { namespace: 'nginx-ingress' }, ports: ['http'] });
  new Certificate(component, 'certificate', {
    metadata: { name: 'edge' },
    spec: { secretName: 'edge-tls', dnsNames: ['agent.example.com'], issuerRef: { name: 'ca' } },
  });
  const backend = { service: { name: 'agent', port: { name: 'http' } } };
  new k8s.KubeIngress(component, 'ingress', {
    metadata: { name: 'agent' },
    spec: {
      tls: [{ hosts: ['agent.example.com'], secretName: 'edge-tls' }],
      rules: [{ host: 'agent.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  });
}

function backupOf(component: Component): Workload {
  const workload = new Workload(component, {
    kind: 'Job',
    name: 'db-backup',
    component: 'backup',
    job: { schedule: '0 2 * * *', deadline: 3600 },
    user: USER,
    apiAccess: true,
    containers: [
      {
        name: 'backup',
        image: 'backup:1',
        resources: RESOURCES,
        mounts: { '/backups': existingClaim('backups', 'backups'), '/db': existingClaim('db', 'data-db-1', true) },
      },
    ],
  });
  new k8s.KubePersistentVolumeClaim(component, 'claim', {
    metadata: { name: 'backups' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: k8s.Quantity.fromString('1Gi') } } },
  });
  new k8s.KubeRole(component, 'role', {
    metadata: { name: 'db-backup' },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }],
  });
  new k8s.KubeRoleBinding(component, 'role-binding', {
    metadata: { name: 'db-backup' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'db-backup' },
    subjects: [{ kind: 'ServiceAccount', name: 'db-backup', namespace: component.context.namespace }],
  });
  return workload;
}

function monitor(component: Component): void {
  new ServiceMonitor(component, 'db-monitor', {
    metadata: { name: 'db' },
    spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'db' } }, endpoints: [{ port: 'metrics' }] },
  });
}
