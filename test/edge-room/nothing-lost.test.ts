import type { ControllerOptions, Route } from '../../lib/edge';
import { CERT_MANAGER, CONTROLLERS, type RouteInput, render } from './support';

/** Another value than the default for every field: one that is forgotten here does not compile. */
const OTHER_ROUTE: Required<Route> = {
  path: '/other/',
  match: 'exact',
  limit: { rate: 7, burst: 14, status: 503, header: undefined },
  body: '7Mi',
  timeout: 77,
  connectTimeout: 7,
  sendTimeout: 77,
  requestBuffering: false,
  responseBuffering: true,
  websocket: true,
  headers: { 'X-Other': 'other' },
  to: 'static',
};
const OTHER_OPTIONS: Required<Omit<ControllerOptions, 'controller'>> = {
  className: 'other',
  namespace: 'other',
  tls: { provider: 'existing', secret: 'other', redirect: false },
  headers: { 'X-Other': 'other' },
  podLabels: { app: 'other' },
  hsts: { maxAge: 77, includeSubDomains: true, preload: false },
  trustedProxies: ['10.7.0.0/16'],
  proxyProtocol: true,
  maxFails: 7,
  failTimeout: 77,
};

describe.each(CONTROLLERS)('nothing is lost with %s', (controller) => {
  const everything = (options: object, route: RouteInput) => {
    try {
      const base = { controller, tls: { provider: 'existing', secret: 'tls' } };
      const { objects, context } = render({ ...base, ...options }, { routes: [route] });
      return JSON.stringify([objects, [...context.requirements], [...context.approximations], [...context.secrets]]);
    } catch (error) {
      return String(error); // refused, and so not lost
    }
  };
  const plain = everything({}, { path: '/' });
  test('the least is taken', () => expect(plain).toContain('agent.example.com'));

  test.each(Object.entries(OTHER_ROUTE))('route field %s shows', (field, value) => {
    const has = controller === 'traefik' && field === 'responseBuffering'; // see render
    expect(everything({}, { path: '/', [field]: has ? false : value })).not.toBe(plain);
  });
  test.each(Object.entries(OTHER_OPTIONS))('option %s shows', (field, value) => {
    expect(everything({ [field]: value }, { path: '/' })).not.toBe(plain);
  });
  test.each(['issuer', 'issuerKind'])('%s shows', (field) => {
    const other = { ...CERT_MANAGER, [field]: field === 'issuer' ? 'other' : 'Issuer' };
    expect(everything({ tls: other }, { path: '/' })).not.toBe(everything({ tls: CERT_MANAGER }, { path: '/' }));
  });
});
