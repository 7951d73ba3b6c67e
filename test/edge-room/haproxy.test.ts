import { find } from '../support/platform';
import { CERT_MANAGER, lines, type Result, render, STREAMLIT } from './support';

const TLS = { controller: 'haproxy', tls: CERT_MANAGER };
const at = (name: string) => `haproxy.org/${name}`;
const snippet = (result: Result, name: string) => (result.annotations(name)[at('backend-config-snippet')] ?? '').split('\n');

describe('haproxy', () => {
  const guide = render(TLS, {});

  test('gives /api/ the limit of the guide as a window: 21 requests in 2.1 seconds', () => {
    expect(guide.annotations('agent-api')).toEqual({
      [at('standalone-backend')]: 'true',
      [at('load-balance')]: 'leastconn',
      [at('ssl-redirect')]: 'true',
      [at('ssl-redirect-code')]: '301',
      [at('ssl-redirect-port')]: '443',
      [at('timeout-server')]: '60s',
      [at('backend-config-snippet')]: [
        'http-request return status 400 if { path,url_dec -m reg (^|/)[.][.]?(/|$)|// }',
        'http-request return status 411 if { req.hdr(transfer-encoding) -m found }',
        'http-request return status 411 if { method POST PUT PATCH } !{ req.hdr(content-length) -m found }',
        'http-request return status 413 if { req.body_size gt 1048576 }',
        'stick-table type ipv6 size 100k expire 2100ms store gpc0,gpc0_rate(2100ms)',
        'http-request track-sc1 src',
        'http-request return status 429 if { sc1_gpc0_rate ge 21 }',
        'http-request sc-inc-gpc0(1)',
        'timeout connect 60s',
        'http-request del-header Upgrade',
        'http-after-response set-header X-Frame-Options "DENY"',
        'http-after-response set-header X-Content-Type-Options "nosniff"',
        'http-after-response set-header X-XSS-Protection "1; mode=block"',
        'http-after-response set-header Strict-Transport-Security "max-age=31536000" if { ssl_fc }',
      ].join('\n'),
    });
  });

  test.each([
    [{ rate: 1, burst: 5 }, 6, '6000ms'],
    [{ rate: 3, burst: 10 }, 11, '3667ms'],
    [{ rate: 10, burst: 0 }, 1, '100ms'],
    [{ rate: 1, burst: 1_000_000 }, 1_000_001, '1000001000ms'],
  ])('never admits more than %j', (limit, requests, period) => {
    const said = snippet(render(TLS, { routes: [{ path: '/', limit }] }), 'agent-root');
    expect(said).toContain(`stick-table type ipv6 size 100k expire ${period} store gpc0,gpc0_rate(${period})`);
    expect(said).toContain(`http-request return status 429 if { sc1_gpc0_rate ge ${requests} }`);
  });

  test('trap: the annotations for limits count what they refuse, in a table of all, and nobody who comes by IPv6', () => {
    for (const name of ['agent-api', 'agent-upload', 'agent-health']) {
      expect(Object.keys(guide.annotations(name)).join()).not.toContain('rate-limit');
      const said = snippet(guide, name);
      const counts = said.findIndex((line) => line.startsWith('http-request sc-inc-gpc0'));
      // nothing is refused after it was counted
      expect(said.findLastIndex((line) => line.startsWith('http-request return'))).toBe(counts - 1);
    }
    expect(snippet(guide, 'agent-static').join()).not.toContain('gpc0');
  });

  test('trap: HAProxy loads no configuration that denies with a status that it has no page for, as 411 and 418', () => {
    const limit = { rate: 1, burst: 1, status: 418 };
    const said = snippet(render(TLS, { routes: [{ path: '/', limit }] }), 'agent-root');
    expect(said).toContain('http-request return status 418 if { sc1_gpc0_rate ge 2 }');
    expect(said.join()).not.toContain('deny');
  });

  test('trap: a chunked body has no size, so without a length it is refused', () => {
    expect(snippet(guide, 'agent-upload')).toContain('http-request return status 411 if { req.hdr(transfer-encoding) -m found }');
    expect(snippet(guide, 'agent-upload')).toContain('http-request return status 413 if { req.body_size gt 104857600 }');
  });

  test('sends Cache-Control with what is no error, and HSTS with TLS', () => {
    const routes = [{ path: '/', headers: { 'Cache-Control': 'no-store' } }];
    const said = snippet(render({ ...TLS, headers: {} }, { routes }), 'agent-root').filter((line) => line.startsWith('http-after'));
    expect(said).toEqual([
      'http-after-response set-header Strict-Transport-Security "max-age=31536000" if { ssl_fc }',
      'http-after-response set-header Cache-Control "no-store" if { status lt 400 }',
    ]);
  });

  test('a websocket may be idle for as long as its route says', () => {
    const said = snippet(render(TLS, { routes: [...STREAMLIT, { path: '/api/', connectTimeout: 3 }] }), 'agent-root');
    expect(said).toContain('timeout tunnel 3600s');
    expect(said).toContain('timeout connect 60s');
    expect(said.join()).not.toContain('Upgrade');
  });

  test('trap: the cookie is said on a Service, for on an Ingress nobody reads it', () => {
    const { objects } = render(TLS, {
      sticky: true,
      routes: [...STREAMLIT, { path: '/api/' }, { path: '/s/', to: 'static' }],
    });
    const service = find(objects, 'Service', 'agent-edge');
    expect(service.metadata.annotations).toEqual({ [at('cookie-persistence')]: 'replica_agent' });
    expect(service.spec).toEqual({
      selector: { 'app.kubernetes.io/name': 'agent', 'app.kubernetes.io/component': 'agent' },
      ports: [{ name: 'http', port: 8501, targetPort: 'http' }],
    });
    const services = ['agent-root', 'agent-api', 'agent-s'].map(
      (name) => find(objects, 'Ingress', name).spec.rules[0].http.paths[0].backend.service.name,
    );
    expect(services).toEqual(['agent-edge', 'agent-edge', 'agent-static']);
  });

  test('trap: X-Forwarded-For would be taken from anyone, PROXY protocol only from those that are named', () => {
    expect(() => render({ ...TLS, trustedProxies: ['10.0.0.0/8'] }, {})).toThrow(
      lines(
        'test.edge.trustedProxies: got a list, expected none with haproxy, which would take X-Forwarded-For from anyone; take proxyProtocol: true',
      ),
    );
    const { context } = render({ ...TLS, trustedProxies: ['10.0.0.0/8', 'fd00::/8'], proxyProtocol: true }, {});
    expect([...context.requirements]).toContain('in the ConfigMap of the edge controller: proxy-protocol "10.0.0.0/8,fd00::/8"');
  });

  test('fails on what it cannot say', () => {
    const routes = [{ path: '/', limit: { rate: 1, burst: 1, header: 'X-Key' }, headers: { 'X-A': '50%', 'X-B': 'a "b"' } }];
    expect(() => render(TLS, { routes })).toThrow(
      lines(
        'test.agents.agent.routes[0].limit.header: got "X-Key", expected none with haproxy, which counts by client address',
        'test.agents.agent.routes[0].headers.X-B: got "a \\"b\\"", expected a value without ", $ and \\, which HAProxy reads otherwise; let the agent send this header',
        'test.agents.agent.routes[0].headers.X-A: got "50%", expected a value without %, which HAProxy reads otherwise; let the agent send this header',
      ),
    );
  });
});
