import { schemaErrors } from '../support/schemas';

const deployment = () => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'agent', labels: { 'app.kubernetes.io/name': 'agent' } },
  spec: {
    selector: { matchLabels: { 'app.kubernetes.io/name': 'agent' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '0%' } },
    template: {
      metadata: { labels: { 'app.kubernetes.io/name': 'agent' } },
      spec: {
        containers: [
          {
            name: 'agent',
            image: 'ai-agent:1',
            imagePullPolicy: 'IfNotPresent',
            ports: [{ name: 'http', containerPort: 8000 }],
            resources: { requests: { cpu: 1, memory: '512Mi' } },
          },
        ],
      },
    },
  },
});

const monitor = () => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: { name: 'agent' },
  spec: {
    selector: { matchLabels: { 'app.kubernetes.io/name': 'agent' } },
    endpoints: [{ port: 'http', interval: '30s', metricRelabelings: [{ action: 'drop', regex: 'go_.*' }] }],
  },
});

const certificate = () => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name: 'agent' },
  spec: { secretName: 'agent-tls', dnsNames: ['agent.example.com'], issuerRef: { name: 'ca' } },
});

/** The object with the value at a path replaced; `undefined` takes it away. */
function changed<T extends object>(object: T, path: string, value: unknown): T {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  Reflect.set(
    keys.reduce<object>((parent, key) => Reflect.get(parent, key), object),
    last,
    value,
  );
  return object;
}

test.each([deployment, monitor, certificate])('a good object has no errors: %p', (good) => {
  expect(schemaErrors(good())).toEqual([]);
});

const CONTAINER = 'spec.template.spec.containers.0';

test.each([
  ['spc', {}, 'spc: unknown field'],
  ['metadata.lables', {}, 'metadata.lables: unknown field'],
  ['spec.replicaz', 3, 'spec.replicaz: unknown field'],
  ['spec.template.spec.restartpolicy', 'Always', 'spec.template.spec.restartpolicy: unknown field'],
  [`${CONTAINER}.resourcez`, {}, 'spec.template.spec.containers[0].resourcez: unknown field'],
  [`${CONTAINER}.ports.0.containerport`, 1, 'spec.template.spec.containers[0].ports[0].containerport: unknown field'],
  [`${CONTAINER}.image`, 7, 'spec.template.spec.containers[0].image: expected string'],
  [`${CONTAINER}.name`, undefined, 'spec.template.spec.containers[0].name: expected a value'],
  [
    `${CONTAINER}.imagePullPolicy`,
    'Sometimes',
    'spec.template.spec.containers[0].imagePullPolicy: expected Always or IfNotPresent or Never',
  ],
  [
    `${CONTAINER}.resources.requests.memory`,
    '512MiB',
    'spec.template.spec.containers[0].resources.requests.memory: expected number or quantity',
  ],
  ['spec.strategy.rollingUpdate.maxSurge', true, 'spec.strategy.rollingUpdate.maxSurge: expected string or integer'],
  ['spec.replicas', '3', 'spec.replicas: expected integer'],
  ['spec.selector', { matchLabel: {} }, 'spec.selector.matchLabel: unknown field'],
  ['kind', 'Deploymint', 'no schema of apps/v1 Deploymint is known'],
])('a Deployment with %s: %j', (path, value, error) => {
  const object = changed(deployment(), path, value);
  expect(schemaErrors(object)).toEqual([`${object.kind} agent: ${error}`]);
});

test.each([
  ['extra', 1, 'extra: unknown field'],
  ['metadata.lables', {}, 'metadata.lables: unknown field'],
  ['metadata.labels', { 'example.com/~a': 1 }, 'metadata.labels.example.com/~a: expected string'],
  ['spec.selecter', {}, 'spec.selecter: unknown field'],
  ['spec.selector', undefined, 'spec.selector: expected a value'],
  ['spec.endpoints.0.prot', 'http', 'spec.endpoints[0].prot: unknown field'],
  ['spec.endpoints.0.port', 80, 'spec.endpoints[0].port: expected string'],
  ['spec.endpoints.0.targetPort', true, 'spec.endpoints[0].targetPort: expected integer or string'],
  ['spec.endpoints.0.metricRelabelings.0.source', [], 'spec.endpoints[0].metricRelabelings[0].source: unknown field'],
  ['spec.endpoints.0.scheme', 'ftp', 'spec.endpoints[0].scheme: expected http or https or HTTP or HTTPS'],
  ['spec.bodySizeLimit', 'much', 'spec.bodySizeLimit: expected pattern (^0|([0-9]*[.])?[0-9]+((K|M|G|T|E|P)i?)?B)$'],
])('a ServiceMonitor with %s: %j', (path, value, error) => {
  expect(schemaErrors(changed(monitor(), path, value))).toEqual([`ServiceMonitor agent: ${error}`]);
});

test('a pattern with the flag of Go is understood', () => {
  const rule = (partial_response_strategy: string) => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'agent' },
    spec: { groups: [{ name: 'agent', partial_response_strategy, rules: [{ alert: 'Down', expr: 'up == 0' }] }] },
  });
  expect(schemaErrors(rule('ABORT'))).toEqual([]);
  expect(schemaErrors(rule('perhaps'))).toEqual([
    'PrometheusRule agent: spec.groups[0].partial_response_strategy: expected pattern ^(?i)(abort|warn)?$',
  ]);
});

test('a PriorityClass may have a description', () => {
  const apiVersion = 'scheduling.k8s.io/v1';
  const priority = { apiVersion, kind: 'PriorityClass', metadata: { name: 'stores' }, value: 1, description: 'Stores' };
  expect(schemaErrors(priority)).toEqual([]);
});

test('all errors come at once, and nothing is said twice', () => {
  const object = changed(changed(deployment(), 'spec.replicas', '3'), 'spec.template.spec.containers', { a: { b: 1 } });
  expect(schemaErrors(changed(object, 'spec.replicasMax', 3))).toEqual([
    'Deployment agent: spec.replicas: expected integer',
    'Deployment agent: spec.template.spec.containers: expected array',
    'Deployment agent: spec.replicasMax: unknown field',
  ]);
});
