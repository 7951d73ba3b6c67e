import { find } from '../support/platform';
import { CERT_MANAGER, lines, render, STREAMLIT } from './support';

const TLS = { controller: 'ingress-nginx', tls: CERT_MANAGER };
const PREFIX = 'nginx.ingress.kubernetes.io';
const prefixed = (annotations: Record<string, string>) =>
  Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`${PREFIX}/${key}`, value]));
const COMMON = {
  'ssl-redirect': 'true',
  'preserve-trailing-slash': 'true',
  'proxy-connect-timeout': '60',
  'proxy-read-timeout': '60',
  'proxy-send-timeout': '60',
  'proxy-body-size': '1m',
  'proxy-request-buffering': 'on',
  'proxy-buffering': 'off',
  'proxy-next-upstream': 'error timeout http_502 http_503 http_504',
  'proxy-next-upstream-tries': '3',
  'load-balance': 'ewma',
  'custom-headers': 'ai-agent-test/edge-headers',
};

describe('ingress-nginx', () => {
  const always = [
    'edge: ingress-nginx is retired since March 2026 and gets no security fixes; docs/edge.md has the way to another controller',
  ];
  const tries = 'edge: a request is tried on up to 3 replicas, but none is left alone for 30 seconds';
  const guide = render(TLS, {});

  test('gives each route of the guide an Ingress of its own, and so a limit of its own', () => {
    expect(guide.annotations('agent-api')).toEqual(prefixed({ ...COMMON, 'limit-rps': '10', 'limit-burst-multiplier': '2' }));
    expect(guide.annotations('agent-upload')).toEqual(
      prefixed({
        ...COMMON,
        'limit-rps': '1',
        'limit-burst-multiplier': '5',
        'proxy-body-size': '100m',
        'proxy-request-buffering': 'off',
      }),
    );
    expect(guide.annotations('agent-health')).toEqual(guide.annotations('agent-api'));
    expect(guide.annotations('agent-static')).toEqual(prefixed({ ...COMMON, 'custom-headers': 'ai-agent-test/agent-static-headers' }));
  });

  test('has the certificate on every Ingress, for the controller takes it from the oldest', () => {
    const ingresses = guide.objects.filter(({ kind }) => kind === 'Ingress');
    expect(ingresses.map(({ spec }) => spec.rules[0].http.paths[0])).toMatchObject([
      { path: '/api/', pathType: 'Prefix', backend: { service: { name: 'agent' } } },
      { path: '/upload/', pathType: 'Prefix', backend: { service: { name: 'agent' } } },
      { path: '/health', pathType: 'Exact', backend: { service: { name: 'agent' } } },
      { path: '/static/', pathType: 'Prefix', backend: { service: { name: 'agent-static' } } },
    ]);
    for (const { spec } of ingresses) expect(spec.tls).toEqual([{ hosts: ['agent.example.com'], secretName: 'edge-tls' }]);
  });

  test('puts response headers into ConfigMaps, without the one that the controller sends itself', () => {
    const security = {
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'X-XSS-Protection': '1; mode=block',
    };
    expect(find(guide.objects, 'ConfigMap', 'edge-headers').data).toEqual(security);
    expect(find(guide.objects, 'ConfigMap', 'agent-static-headers').data).toEqual({
      ...security,
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
  });

  test('says what the cluster must bring, and what its ConfigMap must say', () => {
    expect([...guide.context.requirements]).toEqual([
      'ingress-nginx 1.15.1, its last release, in namespace ingress-nginx, with class nginx',
      'in the ConfigMap of ingress-nginx: global-allowed-response-headers "Cache-Control,X-Content-Type-Options,X-Frame-Options,X-XSS-Protection", limit-req-status-code "429", hsts-max-age "31536000", hsts-include-subdomains "false", hsts-preload "false"',
      'cert-manager with ClusterIssuer letsencrypt',
      "the edge controller must see clients' own addresses, for rate limits count by them: externalTrafficPolicy Local, or edge.trustedProxies behind a load balancer",
    ]);
  });

  test('has HSTS in its ConfigMap, and turns it off where it is not wanted', () => {
    const hsts = (options: object) => [...render({ ...TLS, headers: {}, ...options }, { routes: [{ path: '/' }] }).context.requirements][1];
    expect(hsts({ hsts: { maxAge: 60, includeSubDomains: true } })).toBe(
      'in the ConfigMap of ingress-nginx: hsts-max-age "60", hsts-include-subdomains "true", hsts-preload "false"',
    );
    expect(hsts({ hsts: false, headers: { 'X-A': 'a' } })).toBe(
      'in the ConfigMap of ingress-nginx: global-allowed-response-headers "X-A", hsts "false"',
    );
  });

  test('takes the client address from load balancers only when their ranges are known: X-Forwarded-For is no proof', () => {
    const asked = (options: object) =>
      [
        ...render({ controller: 'ingress-nginx', headers: {}, trustedProxies: ['10.0.0.0/8'], ...options }, { routes: [{ path: '/' }] })
          .context.requirements,
      ][1];
    expect(asked({})).toBe('in the ConfigMap of ingress-nginx: use-forwarded-headers "true", proxy-real-ip-cidr "10.0.0.0/8"');
    expect(asked({ proxyProtocol: true })).toBe(
      'in the ConfigMap of ingress-nginx: use-proxy-protocol "true", proxy-real-ip-cidr "10.0.0.0/8"',
    );
  });

  test('fails on limits that it has no annotation for', () => {
    const limit = { rate: 1, burst: 5 };
    const routes = [
      { path: '/a/', limit: { ...limit, header: 'X-Api-Key' } },
      { path: '/b/', limit: { ...limit, status: 503 } },
    ];
    expect(() => render(TLS, { routes })).toThrow(
      lines(
        'test.agents.agent.routes[0].limit.header: got "X-Api-Key", expected none with ingress-nginx, which counts by client address',
        'test.agents.agent.routes[1].limit.status: got 503, expected the same status on all routes, for ingress-nginx has one for the whole cluster',
      ),
    );
  });

  test('says what is not exact', () => {
    expect([...guide.context.approximations]).toEqual([
      ...always,
      'edge, /api/, /upload/, /health of agent: rate limits remember clients in 5 MB for each path, not 10 MB',
      'edge: every path may become a websocket, if the agent agrees',
      'edge, /static/ of agent: errors have its Cache-Control too',
      'edge: Strict-Transport-Security is sent as the controller says, for the whole cluster',
      'edge: replicas are chosen by ewma (load and time to answer), not by least connections',
      tries,
      'edge: rate limits count in each replica of the controller by itself',
    ]);
  });

  test('keeps a Streamlit session with one replica: the same cookie on every Ingress of the agent, on no other', () => {
    const routes = [...STREAMLIT, { path: '/api/' }, { path: '/static/', to: 'static' as const }];
    const { annotations, context } = render(TLS, { sticky: true, routes }, { name: 'chat', sticky: true, routes: [{ path: '/chat/' }] });
    const cookie = prefixed({
      affinity: 'cookie',
      'affinity-mode': 'persistent',
      'session-cookie-name': 'replica_agent',
      'session-cookie-path': '/',
      'session-cookie-secure': 'true',
    });
    expect(annotations('agent-root')).toMatchObject({ ...cookie, ...prefixed({ 'proxy-read-timeout': '3600' }) });
    expect(annotations('agent-api')).toMatchObject(cookie);
    expect(annotations('agent-static')).not.toHaveProperty([`${PREFIX}/affinity`]);
    expect([...context.approximations]).toEqual([
      ...always,
      'edge, /api/, /static/ of agent; /chat/ of chat: every path may become a websocket, if the agent agrees',
      'edge: Strict-Transport-Security is sent as the controller says, for the whole cluster',
      'edge, /, /api/ of agent; /chat/ of chat: a new client gets a replica at random, not by least connections',
      'edge, /static/ of agent: replicas are chosen by ewma (load and time to answer), not by least connections',
      tries,
    ]);
  });

  test('without TLS: no redirect and no word of HSTS', () => {
    const { annotations, context, objects } = render(
      { controller: 'ingress-nginx', headers: {}, hsts: false },
      { routes: [{ path: '/', websocket: true }] },
    );
    expect(annotations('agent-root')).toMatchObject(prefixed({ 'ssl-redirect': 'false' }));
    expect(annotations('agent-root')).not.toHaveProperty([`${PREFIX}/custom-headers`]);
    expect(objects.filter(({ kind }) => kind === 'ConfigMap')).toEqual([]);
    expect([...context.approximations]).toEqual([
      ...always,
      'edge: replicas are chosen by ewma (load and time to answer), not by least connections',
      tries,
    ]);
    expect([...context.requirements]).toEqual(['ingress-nginx 1.15.1, its last release, in namespace ingress-nginx, with class nginx']);
  });

  test('fails on a burst that is no multiple of the rate', () => {
    const routes = [25, 5, 0].map((burst, index) => ({ path: `/${index}/`, limit: { rate: 10, burst } }));
    expect(() => render(TLS, { routes })).toThrow(
      lines(
        'test.agents.agent.routes[0].limit.burst: got 25, expected a multiple of the rate, for ingress-nginx knows no other burst; take 20 or 30',
        'test.agents.agent.routes[1].limit.burst: got 5, expected a multiple of the rate, for ingress-nginx knows no other burst; take 10',
        'test.agents.agent.routes[2].limit.burst: got 0, expected a multiple of the rate, for ingress-nginx knows no other burst; take 10',
      ),
    );
  });
});
