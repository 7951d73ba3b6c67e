import { validate } from '../../lib/kube';
import { ObservabilitySchema } from '../../lib/observability';
import { find } from '../support/platform';
import { CONTAINER, KINDS } from '../support/workload';
import { agent, EVERYTHING, monitor, names, store } from './support';

describe('what is scraped', () => {
  const { objects, parts, context } = monitor(EVERYTHING, { labels: { release: 'stack' } });

  test('is every workload with metrics, and no other', () => {
    const scraped = ['agent', 'postgres', 'redis', 'memcached', 'cluster'];
    expect(names(objects, 'ServiceMonitor')).toEqual(scraped);
    expect(names(parts, 'Service')).toEqual(scraped.map((name) => `${name}-metrics`));
  });

  test('is told to the Prometheus that selects by these labels', () => {
    for (const kind of ['ServiceMonitor', 'PrometheusRule'] as const)
      for (const object of objects.filter((one) => one.kind === kind))
        expect(object.metadata).toMatchObject({ namespace: 'ai-agent-test', labels: { release: 'stack' } });
  });

  test.each([
    ['agent', '10s'],
    ['postgres', '15s'],
  ])('%s, every %s, under its own name as job', (name, interval) => {
    expect(find(objects, 'ServiceMonitor', name).spec).toEqual({
      jobLabel: 'app.kubernetes.io/name',
      selector: { matchLabels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'metrics' } },
      endpoints: [{ port: 'metrics', path: '/metrics', interval }],
    });
  });

  test('is found by a Service that has the port, and selects the pods of the workload', () => {
    const service = find(parts, 'Service', 'postgres-metrics');
    expect(service.metadata.labels).toMatchObject({
      'app.kubernetes.io/name': 'postgres',
      'app.kubernetes.io/component': 'metrics',
    });
    expect(service.spec).toEqual({
      clusterIP: 'None',
      selector: { 'app.kubernetes.io/name': 'postgres', 'app.kubernetes.io/component': 'store' },
      ports: [{ name: 'metrics', port: 9000, targetPort: 'metrics' }],
    });
  });

  test('lets Prometheus in, from its namespace only', () => {
    const policy = find(monitor([store('redis', 1)], { namespace: 'watch' }).parts, 'NetworkPolicy', 'redis');
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'watch' } };
    expect(policy.spec.ingress).toEqual([{ from: [{ namespaceSelector }], ports: [{ protocol: 'TCP', port: 9000 }] }]);
    expect(names(parts, 'NetworkPolicy')).not.toContain('chroma');
  });

  test('has one endpoint for each container with metrics', () => {
    const more = { ...CONTAINER, name: 'more', ports: { api: 9001 }, metrics: { port: 'api', path: '/stats' } };
    const { containers, ...rest } = agent();
    const spec = find(monitor([{ ...rest, containers: [...containers, more] } as typeof KINDS.Deployment]).objects, 'ServiceMonitor').spec;
    expect(spec.endpoints).toEqual([
      { port: 'metrics', path: '/metrics', interval: '10s' },
      { port: 'api', path: '/stats', interval: '10s' },
    ]);
  });

  test('says what the cluster must bring', () => {
    expect([...context.requirements]).toEqual([
      'prometheus-operator with kube-state-metrics and kubelet metrics',
      'that Prometheus scrapes cert-manager: CertificateExpiring goes by its metrics',
      'a Prometheus in the namespace monitoring that selects and may read objects of ai-agent-test',
    ]);
  });

  test('may be nothing: the rules of every platform stay', () => {
    const { objects: few, rules } = monitor([{ ...KINDS.CronJob, component: 'tool' }], {}, [], []);
    expect(names(few, 'ServiceMonitor')).toEqual([]);
    expect(rules.map(({ alert }) => alert)).toEqual([
      'ContainerOOMKilled',
      'PodCrashLooping',
      'WorkloadNotReady',
      'JobFailed',
      'VolumeFillingUp',
      'VolumeAlmostFull',
      'ResourceQuotaNearlyFull',
    ]);
  });
});

describe('options', () => {
  test('have the defaults of the guide', () => {
    expect(ObservabilitySchema.parse({ provider: 'prometheus-operator' })).toMatchObject({
      namespace: 'monitoring',
      interval: '15s',
      agentInterval: '10s',
      thresholds: { latencySeconds: 5, errorRatio: 0.05, memoryRatio: 0.8 },
    });
  });

  test.each([
    [{ interval: '15' }, 'expected seconds or minutes such as 15s'],
    [{ thresholds: { errorRatio: 5 } }, 'got 5, expected less than 1'],
    [{ thresholds: { latencySeconds: 0 } }, 'got 0, expected more than 0'],
    [{ labels: { 'a b': 'c' } }, 'expected the key of a label such as release'],
    [{ runbookUrl: 'wiki' }, 'expected a URL such as https://wiki.example.com/runbooks'],
    [{ disabled: ['PostgresDwn'] }, 'did you mean "PostgresDown"?'],
  ])('%j is refused', (options, message) => {
    const outcome = validate(ObservabilitySchema, { provider: 'prometheus-operator', ...options });
    expect(outcome.ok ? [] : outcome.problems.map((problem) => problem.message).join()).toContain(message);
  });
});
