import { find } from '../support/platform';
import { CERT_MANAGER, lines, render, STREAMLIT } from './support';

const TLS = { controller: 'gateway-api', tls: CERT_MANAGER };

describe('gateway-api', () => {
  const guide = render(TLS, {});
  const policy = (name: string, { objects } = guide) => find(objects, 'BackendTrafficPolicy', name).spec;

  test('has a Gateway with listeners for each host, and sends plain HTTP on', () => {
    const { objects } = render(TLS, {}, { name: 'b', host: 'b.example.com' });
    expect(find(objects, 'Gateway', 'edge').spec).toEqual({
      gatewayClassName: 'eg',
      listeners: [
        { name: 'http-0', hostname: 'agent.example.com', port: 80, protocol: 'HTTP' },
        { name: 'https-0', hostname: 'agent.example.com', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'edge-tls' }] } },
        { name: 'http-1', hostname: 'b.example.com', port: 80, protocol: 'HTTP' },
        { name: 'https-1', hostname: 'b.example.com', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'edge-tls' }] } },
      ],
    });
    expect(find(objects, 'HTTPRoute', 'edge-to-https').spec).toEqual({
      parentRefs: [
        { name: 'edge', sectionName: 'http-0' },
        { name: 'edge', sectionName: 'http-1' },
      ],
      hostnames: ['agent.example.com', 'b.example.com'],
      rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }],
    });
  });

  test('gives each route of the guide an HTTPRoute of its own, and so a limit of its own', () => {
    expect(find(guide.objects, 'HTTPRoute', 'agent-api').spec).toEqual({
      parentRefs: [{ name: 'edge', sectionName: 'https-0' }],
      hostnames: ['agent.example.com'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/api/' } }],
          filters: [
            {
              type: 'ResponseHeaderModifier',
              responseHeaderModifier: {
                set: [
                  { name: 'X-Frame-Options', value: 'DENY' },
                  { name: 'X-Content-Type-Options', value: 'nosniff' },
                  { name: 'X-XSS-Protection', value: '1; mode=block' },
                  { name: 'Strict-Transport-Security', value: 'max-age=31536000' },
                ],
              },
            },
          ],
          backendRefs: [{ name: 'agent', port: 8501 }],
        },
      ],
    });
    expect(find(guide.objects, 'HTTPRoute', 'agent-health').spec.rules[0].matches).toEqual([{ path: { type: 'Exact', value: '/health' } }]);
  });

  test('trap: a bucket of a minute would let twice the rate through for a minute, so the bucket is a second', () => {
    const rule = (value: string) => ({
      clientSelectors: [{ sourceCIDR: { type: 'Distinct', value } }],
      limit: { requests: 10, unit: 'Second' },
    });
    // one rule for IPv4 and one for IPv6: none covers both
    expect(policy('agent-api').rateLimit).toEqual({ type: 'Local', local: { rules: [rule('0.0.0.0/0'), rule('::/0')] } });
    expect(policy('agent-upload').rateLimit.local.rules[0].limit).toEqual({ requests: 1, unit: 'Second' });
  });

  test('a burst below a second of the rate lowers the rate', () => {
    const low = render(TLS, { routes: [{ path: '/', limit: { rate: 10, burst: 3 } }] });
    expect(policy('agent-root', low).rateLimit.local.rules[0].limit).toEqual({ requests: 4, unit: 'Second' });
    expect([...low.context.approximations]).toContain('edge: the rate is lowered to the burst and one more, a second');
  });

  test('counts by a header', () => {
    const { objects } = render(TLS, { routes: [{ path: '/', limit: { rate: 5, burst: 5, header: 'X-Api-Key' } }] });
    expect(find(objects, 'BackendTrafficPolicy', 'agent-root').spec.rateLimit.local.rules).toEqual([
      { clientSelectors: [{ headers: [{ name: 'X-Api-Key', type: 'Distinct' }] }], limit: { requests: 5, unit: 'Second' } },
    ]);
  });

  test('has the sizes, timeouts and failures of the guide', () => {
    expect(policy('agent-upload')).toMatchObject({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'agent-upload' }],
      requestBuffer: { limit: 104857600 },
      // trap: a time for the whole request would end websockets, streams and long uploads
      timeout: { tcp: { connectTimeout: '60s' }, http: { requestTimeout: '0s', streamIdleTimeout: '60s' } },
      loadBalancer: { type: 'LeastRequest' },
      // trap: at most 10 percent are left alone otherwise, which is none of three
      healthCheck: { passive: { consecutiveGatewayErrors: 3, baseEjectionTime: '30s', maxEjectionPercent: 100 } },
    });
  });

  test('trap: a websocket hangs where bodies are read whole, so it has an HTTPRoute of its own', () => {
    const app = render(TLS, { routes: STREAMLIT });
    expect(find(app.objects, 'HTTPRoute', 'agent-root-websocket').spec.rules[0].matches).toEqual([
      {
        path: { type: 'PathPrefix', value: '/' },
        method: 'GET',
        headers: [{ name: 'Upgrade', value: '(?i)websocket', type: 'RegularExpression' }],
      },
    ]);
    expect(policy('agent-root-websocket', app)).not.toHaveProperty('requestBuffer');
    expect(policy('agent-root', app)).toMatchObject({ requestBuffer: { limit: 104857600 } });
    expect(() => render(TLS, { routes: [{ path: '/', websocket: true, limit: { rate: 1, burst: 1 } }] })).toThrow(
      lines(
        'test.agents.agent.routes[0].limit: got a map, expected no limit beside websocket: true with gateway-api; give the websocket a path of its own',
      ),
    );
  });

  test("trap: the cookie's path is that of the route, unless it is said: /", () => {
    const { objects } = render(TLS, { sticky: true, routes: [{ path: '/chat/' }] });
    expect(find(objects, 'BackendTrafficPolicy', 'agent-chat').spec.loadBalancer).toEqual({
      type: 'ConsistentHash',
      consistentHash: {
        type: 'Cookie',
        cookie: { name: 'replica_agent', ttl: '0s', attributes: { Path: '/', Secure: '' } },
      },
    });
  });

  test('trusts load balancers by their ranges, and PROXY protocol of nobody', () => {
    const { objects } = render({ ...TLS, trustedProxies: ['10.0.0.0/8'] }, {});
    expect(find(objects, 'ClientTrafficPolicy', 'edge').spec).toEqual({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }],
      clientIPDetection: { xForwardedFor: { trustedCIDRs: ['10.0.0.0/8'] } },
    });
    expect(() => render({ ...TLS, trustedProxies: ['10.0.0.0/8'], proxyProtocol: true }, {})).toThrow(
      lines(
        'test.edge.proxyProtocol: got true, expected false with gateway-api, which believes it of anyone; let the load balancer send X-Forwarded-For',
      ),
    );
  });

  test('without TLS and without a redirect, HTTPRoutes belong to the listeners that there are', () => {
    const parents = (options: object) =>
      find(render({ ...TLS, ...options }, {}).objects, 'HTTPRoute', 'agent-api').spec.parentRefs.map(
        ({ sectionName }: { sectionName: string }) => sectionName,
      );
    expect(parents({ tls: { provider: 'none' } })).toEqual(['http-0']);
    expect(parents({ tls: { ...CERT_MANAGER, redirect: false } })).toEqual(['https-0', 'http-0']);
  });

  test('fails on another status than 429, and on a value that Envoy reads otherwise', () => {
    const routes = [{ path: '/', limit: { rate: 1, burst: 1, status: 503 }, headers: { 'X-A': '%x%' } }];
    expect(() => render(TLS, { routes })).toThrow(
      lines(
        'test.agents.agent.routes[0].limit.status: got 503, expected 429 with gateway-api, which knows no other',
        'test.agents.agent.routes[0].headers.X-A: got "%x%", expected a value without %, which Envoy reads otherwise; let the agent send this header',
      ),
    );
  });
});
