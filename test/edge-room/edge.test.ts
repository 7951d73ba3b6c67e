import { Edge } from '../../lib/edge';
import { find, testScope } from '../support/platform';
import { smallPlatform } from '../support/small';
import { type AgentInput, CERT_MANAGER, CONTROLLERS, controllerOptions, lines, NGINX, render } from './support';

/** Namespace of the controller and label of its pods there; haproxy's are not the same everywhere. */
const PEERS = {
  nginx: ['nginx-ingress', { 'app.kubernetes.io/name': 'nginx-ingress' }],
  'ingress-nginx': ['ingress-nginx', { 'app.kubernetes.io/name': 'ingress-nginx' }],
  haproxy: ['haproxy-controller', undefined],
  traefik: ['traefik', { 'app.kubernetes.io/name': 'traefik' }],
  'gateway-api': [
    'envoy-gateway-system',
    { 'app.kubernetes.io/managed-by': 'envoy-gateway', 'gateway.envoyproxy.io/owning-gateway-name': 'edge' },
  ],
} as const;

describe.each(CONTROLLERS)('an edge with %s', (controller) => {
  test('lets the controller, and nobody else, reach what its paths lead to', () => {
    const { objects } = render({ controller, namespace: 'entrance', podLabels: { app: 'door' } }, {});
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'entrance' } };
    const podSelector = { matchLabels: { app: 'door' } };
    for (const [name, port] of [
      ['agent', 8501],
      ['agent-static', 8080],
    ] as const)
      expect(find(objects, 'NetworkPolicy', name).spec).toEqual({
        podSelector: { matchLabels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'agent' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector, podSelector }], ports: [{ protocol: 'TCP', port }] }],
      });
  });

  test('leaves alone what no path leads to', () => {
    const { objects } = render({ controller }, { routes: [{ path: '/api/' }] });
    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name)).toEqual(['agent']);
  });

  test('asks cert-manager for one certificate of all hosts, and lets its challenges be answered', () => {
    const { objects } = render({ controller, tls: CERT_MANAGER }, {}, { name: 'b', host: 'b.example.com' });
    const certificate = find(objects, 'Certificate');
    expect(certificate.metadata).toMatchObject({
      name: 'edge-tls',
      annotations: { 'cert-manager.io/issue-temporary-certificate': 'true' },
    });
    expect(certificate.spec).toEqual({
      secretName: 'edge-tls',
      dnsNames: ['agent.example.com', 'b.example.com'],
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'letsencrypt' },
    });
    const [namespace, pods] = PEERS[controller];
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
    const from = [{ namespaceSelector, ...(pods && { podSelector: { matchLabels: pods } }) }];
    expect(find(objects, 'NetworkPolicy', 'edge-acme-solver').spec).toEqual({
      podSelector: { matchExpressions: [{ key: 'acme.cert-manager.io/http01-solver', operator: 'Exists' }] },
      policyTypes: ['Ingress'],
      ingress: [{ from, ports: [{ protocol: 'TCP', port: 8089 }] }],
    });
  });

  test('asks the user for a certificate of his own', () => {
    const { objects, context } = render({ controller, tls: { provider: 'existing', secret: 'wildcard' } }, {});
    expect(Object.entries(context.secrets.get('wildcard')?.keys ?? {})).toEqual([
      ['tls.crt', undefined],
      ['tls.key', undefined],
    ]);
    const secrets = objects.flatMap(({ kind, spec }) =>
      kind === 'Gateway' ? spec.listeners.flatMap(({ tls }: typeof spec) => tls?.certificateRefs ?? []) : (spec?.tls ?? []),
    );
    expect(new Set(secrets.map(({ secretName, name }) => secretName ?? name))).toEqual(new Set(['wildcard']));
    expect(objects.map(({ kind }) => kind)).not.toContain('Certificate');
  });
});

describe.each(NGINX)('an edge with %s', (controller) => {
  test('names Ingresses after agent and path, and numbers those that read the same', () => {
    const long = `/${'long'.repeat(20)}/`;
    const paths = ['/', '/v1.0/Chat_Now/', '/v1-0/chat-now/', '/-_/', long];
    const { objects } = render(
      { controller },
      { name: 'a', routes: [...paths.map((path) => ({ path })), { path: '/-_', match: 'exact' }] },
      { name: 'a-v1', host: 'b.example.com', routes: [{ path: '/0/chat/now/' }] },
    );
    const names = objects.filter(({ kind }) => kind === 'Ingress').map(({ metadata }) => metadata.name);
    expect(names.filter((name) => !name.endsWith('.com'))).toEqual([
      'a-root',
      'a-v1-0-chat-now',
      'a-v1-0-chat-now-2',
      'a-root-2',
      `a-${'long'.repeat(10).slice(0, -1)}`,
      'a-root-3',
      'a-v1-0-chat-now-3',
    ]);
  });

  test('fails on a path that two agents claim, and on an agent without a host, all at once', () => {
    const claims: AgentInput[] = [
      { name: 'chat', routes: [{ path: '/api/' }, { path: '/chat/' }] },
      { name: 'search', routes: [{ path: '/search/' }, { path: '/api/' }] },
      { name: 'lost', host: '', routes: [{ path: '/api/' }] },
    ];
    expect(() => render({ controller }, ...claims)).toThrow(
      lines(
        'test.agents.search.routes[1]: got "agent.example.com/api/", expected a path that agents.chat.routes[0] does not answer already; give one a host of its own',
        'test.agents.lost: got no host, expected one here, or a domain for the platform',
      ),
    );
  });

  test.each([
    ['100Mi', '100m'],
    ['1.5Gi', '1536m'],
    ['512Ki', '512k'],
    ['100M', '100000000'],
  ])('writes a body of %s as nginx does: %s', (body, size) => {
    const annotations = render({ controller }, { routes: [{ path: '/', body }] }).annotations('agent-root');
    expect(annotations['nginx.org/client-max-body-size'] ?? annotations['nginx.ingress.kubernetes.io/proxy-body-size']).toBe(size);
  });
});

test('whoever watches the platform is told that nobody sees the end of a certificate that is not cert-manager’s', () => {
  const told = (tls: object, metrics = true) => {
    const { context } = render({ controller: 'nginx', tls }, { metrics });
    return [...context.approximations].filter((text) => text.includes('expires'));
  };
  const existing = { provider: 'existing', secret: 'wildcard' };
  expect(told(existing)).toEqual([
    'edge: no alert tells that the certificate in Secret wildcard expires: watch it from outside (blackbox exporter, probe_ssl_earliest_cert_expiry)',
  ]);
  expect([told(existing, false), told(CERT_MANAGER), told({ provider: 'none' })]).toEqual([[], [], []]);
});

test('an edge in front of nothing is empty', () => {
  expect(render({ controller: 'nginx', tls: CERT_MANAGER }).objects).toEqual([]);
});

test('an edge has a file of its own', () => {
  const options = controllerOptions({ controller: 'nginx' });
  const edge = new Edge(testScope(), 'edge', { options, backends: [] });
  expect(edge.file).toBe('50-edge.yaml');
});

test('one problem is enough to fail', () => {
  expect(() => render({ controller: 'nginx' }, { host: '', routes: [{ path: '/' }] })).toThrow(
    lines('test.agents.agent: got no host, expected one here, or a domain for the platform'),
  );
});

test('without a controller there is no edge, and nobody is let in', () => {
  const platform = smallPlatform({ edge: { controller: 'none' } });
  const objects = platform.objects();
  expect(objects.filter(({ file, json }) => file.startsWith('50-') || /Ingress|Certificate/.test(json.kind))).toEqual([]);
  expect(objects.filter(({ json }) => json.kind === 'NetworkPolicy' && 'ingress' in Object(json.spec))).toEqual([]);
  expect([...platform.context.requirements, ...platform.context.approximations]).toEqual([]);
});

test('nginx knows a burst of 0', () => {
  const routes = [{ path: '/', limit: { rate: 1, burst: 0 } }];
  expect(render({ controller: 'nginx' }, { routes }).annotations('agent-root')).toMatchObject({
    'nginx.org/limit-req-burst': '0',
  });
});
