import { EdgeSchema, RouteSchema } from '../../lib/edge';
import { parse } from '../../lib/kube';
import { lines, render } from './support';

describe('the schemas', () => {
  test.each([
    ['/api', 'route.path: got "/api", expected a prefix that ends with "/"; end it with "/", or say match: exact'],
    ['api/', 'route.path: got "api/", expected a path such as /api/'],
    ['/a//b/', 'route.path: got "/a//b/", expected a path such as /api/'],
    ['/a/../b/', 'route.path: got "/a/../b/", expected a path such as /api/'],
    ['/./', 'route.path: got "/./", expected a path such as /api/'],
    ['/a b/', 'route.path: got "/a b/", expected a path such as /api/'],
  ])('refuse the path %s', (path, message) => {
    expect(() => parse(RouteSchema, { path }, 'route')).toThrow(lines(message));
  });

  test('refuse what browsers would not preload, and PROXY protocol from anyone', () => {
    expect(() => parse(EdgeSchema, { controller: 'nginx', hsts: { preload: true } }, 'edge')).toThrow(
      lines('edge.hsts.preload: got true, expected includeSubDomains: true and a maxAge of a year beside it'),
    );
    expect(() => render({ controller: 'nginx', proxyProtocol: true }, {})).toThrow(
      lines('test.edge.proxyProtocol: got true, expected trustedProxies beside it: the load balancers that speak it'),
    );
  });

  test.each(['/', '/api/', '/_stcore/stream/', '/.well-known/', '/v1.0/a-b/'])('take the path %s', (path) => {
    expect(parse(RouteSchema, { path }, 'route').path).toBe(path);
  });

  test('refuse a long wrong path at once', () => {
    const start = Date.now();
    expect(() => parse(RouteSchema, { path: `/${'a'.repeat(50_000)}!` }, 'route')).toThrow('expected a path');
    expect(Date.now() - start).toBeLessThan(500);
  });

  test('name all problems of a route at once', () => {
    const route = { path: '/api', timeout: 0, headers: { 'X y': 'a', 'X-Z': ' a', 'strict-transport-security': 'x' } };
    expect(() => parse(RouteSchema, route, 'route')).toThrow(
      lines(
        'route.timeout: got 0, expected at least 1',
        'route.headers."X y": got "X y", expected the name of a header other than Strict-Transport-Security, which is edge.hsts',
        'route.headers.X-Z: got " a", expected printable text without spaces around it',
        'route.headers.strict-transport-security: got "strict-transport-security", expected the name of a header other than Strict-Transport-Security, which is edge.hsts',
        'route.path: got "/api", expected a prefix that ends with "/"; end it with "/", or say match: exact',
      ),
    );
  });

  test('refuse what no controller takes', () => {
    const headers = { 'X-Ok': 'fine', 'x y': 'a', 'X-Line': 'a\nb' };
    expect(() => parse(EdgeSchema, { controller: 'nginx', headers }, 'edge')).toThrow(
      lines(
        'edge.headers."x y": got "x y", expected the name of a header other than Strict-Transport-Security, which is edge.hsts',
        'edge.headers.X-Line: got "a\\nb", expected printable text without spaces around it',
      ),
    );
    expect(() => parse(EdgeSchema, { controller: 'nginx', maxFails: 0 }, 'edge')).toThrow(
      lines('edge.maxFails: got 0, expected at least 1'),
    );
    expect(parse(EdgeSchema, { controller: 'nginx', maxFails: 1 }, 'edge')).toMatchObject({ maxFails: 1 });
  });

  test('have the values of the guide as defaults', () => {
    expect(parse(EdgeSchema, { controller: 'nginx' }, 'edge')).toEqual({
      controller: 'nginx',
      className: 'nginx',
      namespace: 'nginx-ingress',
      tls: { provider: 'none' },
      headers: {
        'X-Frame-Options': 'DENY',
        'X-Content-Type-Options': 'nosniff',
        'X-XSS-Protection': '1; mode=block',
      },
      podLabels: { 'app.kubernetes.io/name': 'nginx-ingress' },
      hsts: { maxAge: 31536000, includeSubDomains: false, preload: false },
      trustedProxies: [],
      proxyProtocol: false,
      maxFails: 3,
      failTimeout: 30,
    });
  });
});
