import { find } from '../support/platform';
import { CERT_MANAGER, lines, render, STREAMLIT } from './support';

const TLS = { controller: 'nginx', tls: CERT_MANAGER };
const TIMEOUTS = {
  'nginx.org/proxy-connect-timeout': '60s',
  'nginx.org/proxy-read-timeout': '60s',
  'nginx.org/proxy-send-timeout': '60s',
};
const SECURITY = 'X-Frame-Options:DENY:always,X-Content-Type-Options:nosniff:always,X-XSS-Protection:1; mode=block:always';
const HSTS = 'Strict-Transport-Security:max-age=31536000:always';

describe('nginx', () => {
  const guide = render(TLS, {});

  test('gives the host a master with the certificate and what belongs to the whole server', () => {
    const master = find(guide.objects, 'Ingress', 'agent.example.com');
    expect(master.metadata.annotations).toEqual({
      'nginx.org/mergeable-ingress-type': 'master',
      'nginx.org/ssl-redirect': 'true',
      'nginx.org/add-header': `${SECURITY},${HSTS}`,
      'nginx.org/lb-method': 'least_conn',
      'nginx.org/max-fails': '3',
      'nginx.org/fail-timeout': '30s',
    });
    expect(master.spec).toEqual({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['agent.example.com'], secretName: 'edge-tls' }],
      rules: [{ host: 'agent.example.com' }],
    });
  });

  test('gives /api/ the limit of the guide: 10 requests a second, 20 on top', () => {
    const minion = find(guide.objects, 'Ingress', 'agent-api');
    expect(minion.metadata.annotations).toEqual({
      'nginx.org/mergeable-ingress-type': 'minion',
      'nginx.org/limit-req-rate': '10r/s',
      'nginx.org/limit-req-burst': '20',
      'nginx.org/limit-req-no-delay': 'true',
      'nginx.org/limit-req-zone-size': '10m',
      'nginx.org/limit-req-reject-code': '429',
      ...TIMEOUTS,
      'nginx.org/client-max-body-size': '1m',
      'nginx.org/proxy-buffering': 'false',
    });
    expect(minion.spec).toEqual({
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'agent.example.com',
          http: {
            paths: [{ path: '/api/', pathType: 'Prefix', backend: { service: { name: 'agent', port: { name: 'http' } } } }],
          },
        },
      ],
    });
  });

  test('gives /upload/ its own limit and body size, and says that request buffering stays on', () => {
    expect(guide.annotations('agent-upload')).toEqual({
      'nginx.org/mergeable-ingress-type': 'minion',
      'nginx.org/limit-req-rate': '1r/s',
      'nginx.org/limit-req-burst': '5',
      'nginx.org/limit-req-no-delay': 'true',
      'nginx.org/limit-req-zone-size': '10m',
      'nginx.org/limit-req-reject-code': '429',
      ...TIMEOUTS,
      'nginx.org/client-max-body-size': '100m',
      'nginx.org/proxy-buffering': 'false',
    });
    expect([...guide.context.approximations]).toEqual([
      'edge, /upload/ of agent: a request is read whole before the agent gets it',
      'edge: Strict-Transport-Security is sent over plain HTTP too, where browsers ignore it',
      'edge: rate limits count in each replica of the controller by itself',
    ]);
  });

  test('matches /health exactly', () => {
    const [path] = find(guide.objects, 'Ingress', 'agent-health').spec.rules[0].http.paths;
    expect(path).toMatchObject({ path: '/health', pathType: 'Exact' });
  });

  test('leads /static/ to the static files, keeps the host headers there, and lets no error be cached for a year', () => {
    const [path] = find(guide.objects, 'Ingress', 'agent-static').spec.rules[0].http.paths;
    expect(path.backend.service.name).toBe('agent-static');
    expect(guide.annotations('agent-static')).toEqual({
      'nginx.org/mergeable-ingress-type': 'minion',
      ...TIMEOUTS,
      'nginx.org/client-max-body-size': '1m',
      'nginx.org/proxy-buffering': 'false',
      'nginx.org/add-header': `${SECURITY},${HSTS},Cache-Control:public,Cache-Control:max-age=31536000,Cache-Control:immutable`,
      'nginx.org/add-header-inherit': 'on',
    });
  });

  test('lets a path replace a header of the host, whatever its case', () => {
    const { annotations } = render(TLS, {
      routes: [{ path: '/embed/', headers: { 'x-frame-options': 'SAMEORIGIN' } }],
    });
    expect(annotations('agent-embed')['nginx.org/add-header']).toBe(
      `X-Content-Type-Options:nosniff:always,X-XSS-Protection:1; mode=block:always,${HSTS},x-frame-options:SAMEORIGIN:always`,
    );
  });

  test('has HSTS with all its words', () => {
    const { annotations } = render({ ...TLS, headers: {}, hsts: { includeSubDomains: true, preload: true } }, { routes: [{ path: '/' }] });
    expect(annotations('agent.example.com')['nginx.org/add-header']).toBe(
      'Strict-Transport-Security:max-age=31536000; includeSubDomains; preload:always',
    );
  });

  test('keeps a Streamlit session with one replica on all its paths, and lets its websocket through', () => {
    const routes = [...STREAMLIT, { path: '/static/', to: 'static' as const }];
    const { annotations } = render(TLS, { name: 'my-agent', sticky: true, routes });
    expect(annotations('my-agent-root')).toEqual({
      'nginx.org/mergeable-ingress-type': 'minion',
      'nginx.org/proxy-connect-timeout': '60s',
      'nginx.org/proxy-read-timeout': '3600s',
      'nginx.org/proxy-send-timeout': '3600s',
      'nginx.org/client-max-body-size': '100m',
      'nginx.org/proxy-buffering': 'false',
      'nginx.org/websocket-services': 'my-agent',
      'nginx.org/sticky-cookie-services': 'serviceName=my-agent replica_my_agent path=/ httponly secure',
    });
    expect(annotations('my-agent-static')).not.toHaveProperty(['nginx.org/sticky-cookie-services']);
  });

  test('has one master for a host of several agents, each with a cookie of its own', () => {
    const { objects, annotations } = render(
      TLS,
      { name: 'chat', sticky: true, routes: [{ path: '/chat/' }] },
      { name: 'search', sticky: true, routes: [{ path: '/search/' }] },
      { name: 'admin', host: 'admin.example.com', routes: [{ path: '/' }] },
    );
    const ingresses = objects.filter(({ kind }) => kind === 'Ingress').map(({ metadata }) => metadata.name);
    expect(ingresses).toEqual(['admin.example.com', 'agent.example.com', 'chat-chat', 'search-search', 'admin-root']);
    expect(annotations('chat-chat')['nginx.org/sticky-cookie-services']).toContain(' replica_chat ');
    expect(annotations('search-search')['nginx.org/sticky-cookie-services']).toContain(' replica_search ');
  });

  test('without TLS: no redirect, no certificate, no HSTS, and a cookie that plain HTTP keeps', () => {
    const { objects, annotations, context } = render({ controller: 'nginx' }, { sticky: true, routes: [{ path: '/' }] });
    expect(annotations('agent.example.com')).toMatchObject({
      'nginx.org/ssl-redirect': 'false',
      'nginx.org/add-header': SECURITY,
    });
    expect(annotations('agent-root')['nginx.org/sticky-cookie-services']).toBe('serviceName=agent replica_agent path=/ httponly');
    expect(find(objects, 'Ingress', 'agent.example.com').spec.tls).toBeUndefined();
    expect(objects.map(({ kind }) => kind)).not.toContain('Certificate');
    expect([...context.approximations]).toEqual([
      'edge: Strict-Transport-Security is not sent over plain HTTP; where TLS ends before the controller, send it there',
    ]);
  });

  test('counts by a header, refuses with another status, and takes the timeouts that differ', () => {
    const route = {
      path: '/v1/',
      limit: { rate: 5, burst: 0, header: 'X-Api-Key', status: 503 },
      timeout: 600,
      connectTimeout: 3,
      sendTimeout: 9,
    };
    expect(render(TLS, { routes: [route] }).annotations('agent-v1')).toMatchObject({
      'nginx.org/limit-req-key': expect.stringMatching(/^\$\{http_x_api_key\}$/),
      'nginx.org/limit-req-reject-code': '503',
      'nginx.org/proxy-connect-timeout': '3s',
      'nginx.org/proxy-read-timeout': '600s',
      'nginx.org/proxy-send-timeout': '9s',
    });
  });

  test('answers plain HTTP too where it is not redirected', () => {
    const { annotations, context } = render({ ...TLS, tls: { ...CERT_MANAGER, redirect: false } }, { routes: [{ path: '/' }] });
    expect(annotations('agent.example.com')['nginx.org/ssl-redirect']).toBe('false');
    expect([...context.approximations]).toContain('edge: Strict-Transport-Security is sent over plain HTTP too, where browsers ignore it');
  });

  test('takes the client address from trusted load balancers only', () => {
    const asked = (options: object) => [
      ...render({ controller: 'nginx', trustedProxies: ['10.0.0.0/8', 'fd00::/8'], ...options }, {}).context.requirements,
    ];
    expect(asked({})).toEqual([
      'F5 NGINX Ingress Controller 5.5 or later in namespace nginx-ingress, with class nginx',
      'in the ConfigMap of the edge controller: set-real-ip-from "10.0.0.0/8,fd00::/8", real-ip-header "X-Forwarded-For", real-ip-recursive "True"',
    ]);
    expect(asked({ proxyProtocol: true })[1]).toBe(
      'in the ConfigMap of the edge controller: set-real-ip-from "10.0.0.0/8,fd00::/8", real-ip-header "proxy_protocol", proxy-protocol "True"',
    );
  });

  test('says what the cluster must bring', () => {
    expect([...guide.context.requirements]).toEqual([
      'F5 NGINX Ingress Controller 5.5 or later in namespace nginx-ingress, with class nginx',
      "ClusterIssuer letsencrypt, if it solves HTTP-01: annotation nginx.org/mergeable-ingress-type: minion in its solver's ingressTemplate, for every host has a master already (DNS-01 needs nothing)",
      'cert-manager with ClusterIssuer letsencrypt',
      "the edge controller must see clients' own addresses, for rate limits count by them: externalTrafficPolicy Local, or edge.trustedProxies behind a load balancer",
    ]);
  });

  test('fails on header values that the annotation cannot hold, wherever they stand', () => {
    const headers = { 'Content-Security-Policy': 'default-src https:', 'X-Robots-Tag': 'noindex, nofollow' };
    const routes = [{ path: '/' }, { path: '/price/', headers: { Server: '$1', Vary: 'Accept, a:b', 'Cache-Control': 'a, b' } }];
    expect(() => render({ ...TLS, headers }, { routes })).toThrow(
      lines(
        'test.edge.headers.Content-Security-Policy: got "default-src https:", expected a value without , and :, which F5\'s controller cannot write; let the agent send this header',
        'test.edge.headers.X-Robots-Tag: got "noindex, nofollow", expected a value without , and :, which F5\'s controller cannot write; let the agent send this header',
        'test.agents.agent.routes[1].headers.Vary: got "Accept, a:b", expected a value without , and :, which F5\'s controller cannot write; let the agent send this header',
        'test.agents.agent.routes[1].headers.Server: got "$1", expected a value without ", $ and \\, which F5\'s controller cannot write; let the agent send this header',
      ),
    );
  });
});
