import { Component, INTERNET, networkPolicy, type TrafficRule, Workload } from '../../lib/kube';
import { find, type Rendered, rendered, testScope } from '../support/platform';
import { CONTAINER, KINDS, makeWorkload, policyOf } from '../support/workload';

const podsOf = (name: string) => ({
  podSelector: { matchLabels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'agent' } },
});
const tcp = (...ports: (string | number)[]) => ports.map((port) => ({ protocol: 'TCP', port }));

/** Every order of a list. */
function orders<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((item, index) => orders([...list.slice(0, index), ...list.slice(index + 1)]).map((rest) => [item, ...rest]));
}

test('a connection is a rule on both sides, at the port that the other side listens on', () => {
  const component = new Component(testScope(), 'part', { order: 'agent' });
  const client = new Workload(component, KINDS.Deployment);
  const containers = [CONTAINER, { ...CONTAINER, name: 'second', ports: { sql: 5432, metrics: 9187 } }];
  const server = new Workload(component, { ...KINDS.Deployment, name: 'db', containers });
  client.connectTo(server, 'sql');
  expect(policyOf(client)).toEqual({
    ...podsOf('web'),
    policyTypes: ['Egress'],
    egress: [{ to: [podsOf('db')], ports: tcp(5432) }],
  });
  expect(policyOf(server)).toEqual({
    ...podsOf('db'),
    policyTypes: ['Ingress'],
    ingress: [{ from: [podsOf('web')], ports: tcp(5432) }],
  });
  expect(() => client.connectTo(server, 'http')).toThrow(new Error('test/part/db: has no port "http"'));
});

test('a workload may connect to itself, as the members of a cluster do', () => {
  const { workload } = makeWorkload({ ...KINDS.StatefulSet, containers: [{ ...CONTAINER, ports: { bus: 16379 } }] });
  workload.connectTo(workload, 'bus');
  expect(policyOf(workload)).toEqual({
    ...podsOf('web'),
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [podsOf('web')], ports: tcp(16379) }],
    egress: [{ to: [podsOf('web')], ports: tcp(16379) }],
  });
});

test('without connections there is no policy: the default deny stands', () => {
  const { workload, component } = makeWorkload(KINDS.Deployment);
  workload.renderNetworkPolicy();
  expect(rendered(component).map(({ kind }) => kind)).toEqual(['ServiceAccount', 'Deployment']);
});

test('what is rendered lets nothing more through', () => {
  const { workload, component } = makeWorkload(KINDS.Deployment);
  component.node.lock();
  const message = 'test/part/web: is rendered already; connect it before';
  expect(() => workload.allowEgress({ peer: { cidr: '10.0.0.0/8' }, ports: [443] })).toThrow(new Error(message));
  expect(() => workload.connectTo(workload)).toThrow(new Error(message));
});

test('peers are pods, pods of a namespace, whole namespaces and ranges', () => {
  const { workload } = makeWorkload(KINDS.Deployment);
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } };
  const cases: [TrafficRule['peer'], object][] = [
    [{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
    [{ cidr: '10.0.0.0/8' }, { ipBlock: { cidr: '10.0.0.0/8' } }],
    [
      { namespace: 'edge', pods: { a: 'b' } },
      { namespaceSelector, podSelector: { matchLabels: { a: 'b' } } },
    ],
    [{ namespace: 'edge' }, { namespaceSelector }],
    [{ pods: { a: 'b' } }, { podSelector: { matchLabels: { a: 'b' } } }],
  ];
  for (const [peer] of cases) workload.allowIngress({ peer, ports: ['http'] });
  expect(policyOf(workload).ingress).toEqual([{ from: cases.map(([, rendered]) => rendered), ports: tcp('http') }]);
});

test('ports go by number or name, over TCP unless it is said', () => {
  const { workload } = makeWorkload(KINDS.Deployment);
  workload.allowEgress({ peer: { cidr: '10.0.0.1/32' }, ports: [53, 'dns'], protocols: ['UDP', 'TCP'] });
  expect(policyOf(workload).egress[0].ports).toEqual([
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
    { protocol: 'UDP', port: 'dns' },
    { protocol: 'TCP', port: 'dns' },
  ]);
});

test('the order of calls changes nothing, and what is said twice stands once', () => {
  const rules: TrafficRule[] = [
    { peer: { pods: { app: 'b' } }, ports: [80, 443] },
    { peer: { pods: { app: 'a' } }, ports: [443, 80] },
    { peer: { cidr: '10.0.0.0/8' }, ports: [443] },
    { peer: { pods: { app: 'a' } }, ports: [443] },
    { peer: { pods: { app: 'a' } }, ports: [443] },
  ];
  const results = orders(rules).map((order): Rendered['spec'] => {
    const { component } = makeWorkload(KINDS.Deployment);
    networkPolicy(component, { name: 'it', pods: { app: 'it' }, ingress: order, egress: order });
    return find(rendered(component), 'NetworkPolicy').spec;
  });
  const [a, b] = ['a', 'b'].map((app) => ({ podSelector: { matchLabels: { app } } }));
  const range = { ipBlock: { cidr: '10.0.0.0/8' } };
  expect(results).toHaveLength(120);
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
  expect(results[0]).toEqual({
    podSelector: { matchLabels: { app: 'it' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { from: [a, b], ports: tcp(443, 80) },
      { from: [range, a], ports: tcp(443) },
    ],
    egress: [
      { to: [a, b], ports: tcp(443, 80) },
      { to: [range, a], ports: tcp(443) },
    ],
  });
});

test('a policy for all pods has an empty selector', () => {
  const { component } = makeWorkload(KINDS.Deployment);
  networkPolicy(component, { name: 'all', pods: {}, ingress: [{ peer: { cidr: '::/0' }, ports: [1] }], egress: [] });
  const policy = find(rendered(component), 'NetworkPolicy');
  expect(policy.metadata.name).toBe('all');
  expect(policy.spec.podSelector).toEqual({});
});

test('the internet has no private range, no metadata service and no loopback in it', () => {
  expect(INTERNET).toEqual([
    {
      cidr: '0.0.0.0/0',
      except: ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
    },
    { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] },
  ]);
});
