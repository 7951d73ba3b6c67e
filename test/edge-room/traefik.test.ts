import { find, type Rendered } from '../support/platform';
import { CERT_MANAGER, lines, render, STREAMLIT } from './support';

const TLS = { controller: 'traefik', tls: CERT_MANAGER };
const at = (name: string) => `traefik.ingress.kubernetes.io/${name}`;
const chainOf = (annotations: Record<string, string>) =>
  (annotations[at('router.middlewares')] ?? '').split(',').map((name) => /^ai-agent-test-(.+)@kubernetescrd$/.exec(name)?.[1]);
const spec = (objects: readonly Rendered[], name: string) => find(objects, 'Middleware', name).spec;

describe('traefik', () => {
  const guide = render(TLS, {});

  test('gives /api/ the limit of the guide, headers before it so that refusals have them', () => {
    expect(chainOf(guide.annotations('agent-api'))).toEqual([
      'edge-hsts',
      'edge-headers',
      'agent-api-limit',
      'edge-no-upgrade',
      'edge-body-1048576',
      'edge-retry',
    ]);
    expect(spec(guide.objects, 'agent-api-limit')).toEqual({ rateLimit: { average: 10, period: '1s', burst: 20 } });
    expect(spec(guide.objects, 'edge-body-1048576')).toEqual({ buffering: { maxRequestBodyBytes: 1048576 } });
    expect(spec(guide.objects, 'edge-retry')).toEqual({ retry: { attempts: 3 } });
    expect(spec(guide.objects, 'edge-no-upgrade')).toEqual({ headers: { customRequestHeaders: { Upgrade: '' } } });
    expect(spec(guide.objects, 'edge-headers')).toEqual({
      headers: {
        customResponseHeaders: { 'X-Frame-Options': 'DENY', 'X-Content-Type-Options': 'nosniff', 'X-XSS-Protection': '1; mode=block' },
      },
    });
    expect(spec(guide.objects, 'edge-hsts')).toEqual({
      headers: { customResponseHeaders: { 'Strict-Transport-Security': 'max-age=31536000' } },
    });
  });

  test('trap: an Ingress with a certificate is no TLS router until it says so', () => {
    for (const name of ['agent-api', 'agent-upload', 'agent-health', 'agent-static']) {
      expect(guide.annotations(name)).toMatchObject({ [at('router.entrypoints')]: 'websecure', [at('router.tls')]: 'true' });
      expect(find(guide.objects, 'Ingress', name).spec.tls).toEqual([{ hosts: ['agent.example.com'], secretName: 'edge-tls' }]);
    }
  });

  test('trap: the longer rule wins, and PathPrefix is a longer word than Path, so an exact path says that it comes first', () => {
    const routes = [{ path: '/api/' }, { path: '/api/ws', match: 'exact', websocket: true }] as const;
    const { annotations } = render(TLS, { routes });
    const shadow = 'Host("agent.example.com") && PathPrefix("/api/")';
    const rule = 'Host("agent.example.com") && Path("/api/ws")';
    expect(rule.length).toBeLessThan(shadow.length);
    expect(annotations('agent-api')).not.toHaveProperty([at('router.priority')]);
    expect(annotations('agent-api-ws')[at('router.priority')]).toBe('51');
    expect(51).toBeGreaterThan(shadow.length);
  });

  test('trap: a client is forgotten after two seconds and has a whole burst again, so the burst is two seconds long', () => {
    expect(spec(guide.objects, 'agent-upload-limit').rateLimit).toEqual({ average: 1, period: '1s', burst: 2 });
    expect([...guide.context.approximations]).toContain(
      'edge, /upload/ of agent: the burst is cut to two seconds of the rate, for Traefik forgets a client after so long',
    );
    const none = render(TLS, { routes: [{ path: '/', limit: { rate: 10, burst: 0 } }] });
    expect(spec(none.objects, 'agent-root-limit').rateLimit).toEqual({ average: 10, period: '1s', burst: 1 });
  });

  test('trap: it cannot limit a body without reading it whole, and says so', () => {
    expect(chainOf(guide.annotations('agent-upload'))).toContain('edge-body-104857600');
    expect([...guide.context.approximations]).toContain('edge, /upload/ of agent: a request is read whole before the agent gets it');
  });

  test('trap: that reads answers whole too, so an agent that streams is refused, and files and websockets say what is lost', () => {
    const streams = { responseBuffering: false };
    expect(() => render(TLS, { routes: [{ path: '/chat/', ...streams }] })).toThrow(
      lines(
        'test.agents.agent.routes[0].responseBuffering: got false, expected true with traefik, whose only limit for bodies reads answers whole; an agent that streams needs another controller',
      ),
    );
    const routes = [{ path: '/', websocket: true, ...streams }, { path: '/static/', to: 'static' as const, ...streams }, { path: '/api/' }];
    expect([...render(TLS, { routes }).context.approximations]).toContain(
      'edge, /, /static/ of agent: an answer is read whole before the client gets it, but websockets stream',
    );
  });

  test('sends plain HTTP on, on an Ingress of its own for each host', () => {
    expect(find(guide.objects, 'Ingress', 'agent.example.com-to-https').metadata.annotations).toEqual({
      [at('router.entrypoints')]: 'web',
      [at('router.middlewares')]: 'ai-agent-test-edge-to-https@kubernetescrd',
    });
    expect(spec(guide.objects, 'edge-to-https')).toEqual({ redirectScheme: { scheme: 'https', permanent: true } });
  });

  test('without a redirect: plain HTTP is answered without HSTS, by a second Ingress', () => {
    const { annotations, objects } = render({ ...TLS, tls: { ...CERT_MANAGER, redirect: false } }, { routes: [{ path: '/' }] });
    expect(chainOf(annotations('agent-root'))).toContain('edge-hsts');
    expect(chainOf(annotations('agent-root-http'))).not.toContain('edge-hsts');
    expect(annotations('agent-root-http')[at('router.entrypoints')]).toBe('web');
    expect(find(objects, 'Ingress', 'agent-root-http').spec.tls).toBeUndefined();
  });

  test('trap: cookie and timeouts are said on Services; routes that ask for the same share one, and all share the cookie', () => {
    const routes = [...STREAMLIT, { path: '/api/' }, { path: '/v1/' }, { path: '/static/', to: 'static' as const }];
    const { objects } = render(TLS, { sticky: true, routes });
    const services = ['agent-root', 'agent-api', 'agent-v1', 'agent-static'].map(
      (name) => find(objects, 'Ingress', name).spec.rules[0].http.paths[0].backend.service.name,
    );
    expect(services).toEqual(['agent-edge', 'agent-edge-2', 'agent-edge-2', 'agent-static-edge']);
    const cookie = {
      [at('service.sticky.cookie')]: 'true',
      [at('service.sticky.cookie.name')]: 'replica_agent',
      [at('service.sticky.cookie.path')]: '/',
      [at('service.sticky.cookie.httponly')]: 'true',
      [at('service.sticky.cookie.secure')]: 'true',
    };
    const transport = (name: string) => ({ [at('service.serverstransport')]: `ai-agent-test-${name}@kubernetescrd` });
    expect(find(objects, 'Service', 'agent-edge').metadata.annotations).toEqual({ ...transport('edge-60-3600'), ...cookie });
    expect(find(objects, 'Service', 'agent-edge-2').metadata.annotations).toEqual({ ...transport('edge-60-60'), ...cookie });
    expect(find(objects, 'Service', 'agent-static-edge').metadata.annotations).toEqual(transport('edge-60-60'));
    expect(find(objects, 'ServersTransport', 'edge-60-3600').spec).toEqual({
      forwardingTimeouts: { dialTimeout: '60s', responseHeaderTimeout: '3600s' },
    });
  });

  test('lets websockets through where they are asked for, and nowhere else', () => {
    const { annotations } = render(TLS, { routes: [...STREAMLIT, { path: '/api/' }] });
    expect(chainOf(annotations('agent-root'))).not.toContain('edge-no-upgrade');
    expect(chainOf(annotations('agent-api'))).toContain('edge-no-upgrade');
  });

  test('counts by a header', () => {
    const { objects, context } = render(TLS, { routes: [{ path: '/', limit: { rate: 5, burst: 5, header: 'X-Api-Key' } }] });
    expect(spec(objects, 'agent-root-limit').rateLimit.sourceCriterion).toEqual({ requestHeaderName: 'X-Api-Key' });
    expect([...context.approximations]).toContain('edge: requests without the header share one counter');
  });

  test('takes the client address from trusted load balancers only', () => {
    const asked = (options: object) =>
      [...render({ controller: 'traefik', trustedProxies: ['10.0.0.0/8'], ...options }, {}).context.requirements][1];
    expect(asked({})).toBe('on both entry points of Traefik: forwardedHeaders.trustedIPs "10.0.0.0/8"');
    expect(asked({ proxyProtocol: true })).toBe('on both entry points of Traefik: proxyProtocol.trustedIPs "10.0.0.0/8"');
  });

  test('fails on another status than 429', () => {
    expect(() => render(TLS, { routes: [{ path: '/', limit: { rate: 1, burst: 1, status: 503 } }] })).toThrow(
      lines('test.agents.agent.routes[0].limit.status: got 503, expected 429 with traefik, which knows no other'),
    );
  });
});
