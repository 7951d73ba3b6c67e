import { find } from '../support/platform';
import { CERT_MANAGER, lines, render, STREAMLIT } from './support';

const TLS = { controller: 'haproxy', tls: CERT_MANAGER };
const at = (name: string) => `haproxy.org/${name}`;

describe('haproxy', () => {
  const guide = render(TLS, {});

  test('gives /api/ the limit of the guide as a window: 20 requests in 2 seconds', () => {
    expect(guide.annotations('agent-api')).toEqual({
      [at('standalone-backend')]: 'true',
      [at('load-balance')]: 'leastconn',
      [at('ssl-redirect')]: 'true',
      [at('ssl-redirect-code')]: '301',
      [at('ssl-redirect-port')]: '443',
      [at('timeout-server')]: '60s',
      [at('rate-limit-requests')]: '20',
      [at('rate-limit-period')]: '2000ms',
      [at('rate-limit-status-code')]: '429',
      [at('response-set-header')]: [
        'X-Frame-Options "DENY"',
        'X-Content-Type-Options "nosniff"',
        'X-XSS-Protection "1; mode=block"',
        'Strict-Transport-Security "max-age=31536000"',
      ].join('\n'),
      [at('backend-config-snippet')]: [
        'http-request deny deny_status 400 if { path,url_dec -m reg (^|/)[.][.]?(/|$)|// }',
        'http-request deny deny_status 411 if { req.hdr(transfer-encoding) -m found }',
        'http-request deny deny_status 411 if { method POST PUT PATCH } !{ req.hdr(content-length) -m found }',
        'http-request deny deny_status 413 if { req.body_size gt 1048576 }',
        'http-request del-header Upgrade',
      ].join('\n'),
    });
  });

  test('trap: the period and the status always stand beside the requests, or HAProxy refuses its configuration', () => {
    for (const name of ['agent-api', 'agent-upload', 'agent-health'])
      expect(Object.keys(guide.annotations(name))).toEqual(
        expect.arrayContaining([at('rate-limit-requests'), at('rate-limit-period'), at('rate-limit-status-code')]),
      );
    expect(Object.keys(guide.annotations('agent-static')).join()).not.toContain('rate-limit');
  });

  test('trap: counters are named after the period, so each route has one of its own', () => {
    const limit = { rate: 10, burst: 20 };
    const { annotations } = render(TLS, { routes: ['/a/', '/b/', '/c/'].map((path) => ({ path, limit })) });
    expect(['agent-a', 'agent-b', 'agent-c'].map((name) => annotations(name)[at('rate-limit-period')])).toEqual([
      '2000ms',
      '2001ms',
      '2002ms',
    ]);
  });

  test.each([
    [{ rate: 1, burst: 5 }, '5', '5000ms'],
    [{ rate: 3, burst: 10 }, '10', '3334ms'],
    [{ rate: 10, burst: 0 }, '1', '100ms'],
  ])('never admits more than %j', (limit, requests, period) => {
    const annotations = render(TLS, { routes: [{ path: '/', limit }] }).annotations('agent-root');
    expect([annotations[at('rate-limit-requests')], annotations[at('rate-limit-period')]]).toEqual([requests, period]);
  });

  test('trap: a chunked body has no size, so without a length it is refused', () => {
    expect(guide.annotations('agent-upload')[at('backend-config-snippet')]).toContain(
      'deny_status 411 if { req.hdr(transfer-encoding) -m found }\n',
    );
    expect(guide.annotations('agent-upload')[at('backend-config-snippet')]).toContain('req.body_size gt 104857600');
  });

  test('trap: the cookie is said on a Service, for on an Ingress nobody reads it', () => {
    const { objects, annotations } = render(TLS, {
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
    expect(annotations('agent-root')[at('backend-config-snippet')]).not.toContain('Upgrade');
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
