import { ApiObject, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { Claim, Component, contentHash, contextOf, needSecret, ORDER, type SecretNeed, service } from '../../lib/kube';
import { find, rendered, testScope } from '../support/platform';
import { CONTAINER, KINDS, makeWorkload } from '../support/workload';

test.each([
  ['namespace', '00-it.yaml'],
  ['secrets', '10-it.yaml'],
  ['20', '20-it.yaml'],
  ['agent', '40-it.yaml'],
  ['edge', '50-it.yaml'],
  ['backup', '60-it.yaml'],
  ['observability', '70-it.yaml'],
] as const)('the place of %s is for ever: %s', (order, file) => {
  expect(new Component(testScope(), 'it', { order }).file).toBe(file);
  expect(Object.keys(ORDER)).toHaveLength(6);
});

test('objects get namespace and labels of the platform, and names without hashes', () => {
  const component = new Component(testScope({ name: 'prod', namespace: 'agents' }), 'it', { order: 'agent' });
  new Claim(component, 'data', { storage: '1Gi' });
  expect(find(rendered(component), 'PersistentVolumeClaim').metadata).toMatchObject({
    name: 'data',
    namespace: 'agents',
    labels: { 'app.kubernetes.io/part-of': 'prod', 'app.kubernetes.io/managed-by': 'cdk8s-ai-agent' },
  });
});

test('a component knows its platform, and names what has no name after itself', () => {
  const scope = testScope();
  const component = new Component(scope, 'it', { order: 'agent' });
  expect(component.context).toBe(scope.context);
  expect(new ApiObject(component, 'thing', { apiVersion: 'v1', kind: 'ConfigMap' }).name).toBe('test-it-thing');
});

test('outside of a platform there is no component', () => {
  const lonely = new Construct(testScope().node.root as Construct, 'lonely');
  const message = 'lonely: expected to stand inside an AgentPlatform; make it a child of one';
  expect(() => new Component(lonely, 'it', { order: 'agent' })).toThrow(new Error(message));
  expect(() => contextOf(lonely)).toThrow(new Error(message));
});

test('a component is a chart, and only its own class is its class', () => {
  class Special extends Component {}
  const scope = testScope();
  const component = new Component(scope, 'it', { order: 'agent' });
  const special = new Special(scope, 'special', { order: 'agent' });
  const is = (node: unknown) => [node instanceof Chart, node instanceof Component, node instanceof Special];
  expect(is(component)).toEqual([true, true, false]);
  expect(is(special)).toEqual([true, true, true]);
  expect(is(new Chart(scope, 'chart'))).toEqual([true, false, false]);
  expect(is(scope)).toEqual([false, false, false]);
});

describe('Secrets that are needed', () => {
  const need = (...needs: SecretNeed[]) => {
    const { context } = testScope();
    for (const each of needs) needSecret(context, each);
    return [...context.secrets.values()];
  };
  const generated = { name: 'auth', keys: { password: '{random}', url: 'redis://:{password}@redis' } };

  test('gather their keys', () => {
    expect(need(generated, { name: 'tls', keys: { 'tls.crt': undefined } }, { name: 'auth', keys: { more: 'x' } })).toEqual([
      { name: 'auth', keys: { password: '{random}', url: 'redis://:{password}@redis', more: 'x' } },
      { name: 'tls', keys: { 'tls.crt': undefined } },
    ]);
  });

  test.each([
    ['after', [generated, { name: 'auth', keys: { url: undefined } }]],
    ['before', [{ name: 'auth', keys: { url: undefined } }, generated]],
  ])('keep template and place of a key that is referred to %s', (_, needs) => {
    // by their text: a template may only refer to an earlier key
    expect(JSON.stringify(need(...needs))).toBe(JSON.stringify([generated]));
  });
});

describe('Service', () => {
  const containers = [{ ...CONTAINER, ports: { http: 8501, metrics: 9090 } }];
  const labels = { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/component': 'agent' };

  test('goes to ports of exactly its pods by name', () => {
    const { workload, component } = makeWorkload({ ...KINDS.Deployment, containers });
    service(workload, { ports: ['http', 'metrics'] });
    const { metadata, spec } = find(rendered(component), 'Service');
    expect(metadata).toMatchObject({ name: 'web', namespace: 'ai-agent-test', labels });
    expect(spec).toEqual({
      selector: labels,
      ports: [
        { name: 'http', port: 8501, targetPort: 'http' },
        { name: 'metrics', port: 9090, targetPort: 'metrics' },
      ],
    });
  });

  test('without an address gives the pods names, ready or not', () => {
    const { workload, component } = makeWorkload({ ...KINDS.StatefulSet, containers });
    service(workload, { name: 'web-pods', ports: ['http'], headless: true, publishNotReady: true });
    expect(find(rendered(component), 'Service', 'web-pods').spec).toEqual({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: labels,
      ports: [{ name: 'http', port: 8501, targetPort: 'http' }],
    });
  });

  test('has no port that its pods have not', () => {
    const { workload } = makeWorkload({ ...KINDS.Deployment, containers });
    expect(() => service(workload, { ports: ['grpc'] })).toThrow(new Error('test/part/web: has no port "grpc"'));
  });
});

test('a hash is the first eight digits of SHA-256', () => {
  expect([contentHash(''), contentHash('abc')]).toEqual(['e3b0c442', 'ba7816bf']);
});
