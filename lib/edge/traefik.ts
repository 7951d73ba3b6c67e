import * as crd from '../../imports/traefik.io';
import { bytesOf, type Controller, HSTS, settingsOf, timeoutsOf, without } from './controller';
import type { Edge, Entry } from './edge';
import { annotatedService, ingress, pathOf, prefixed } from './ingress';

const PREFIX = 'traefik.ingress.kubernetes.io';

/** Traefik: an Ingress for each route, and Middlewares for what its annotations do not say. */
export const traefik: Controller = {
  description:
    'Traefik: only for agents that stream nothing but websockets; limits hold, with a shorter burst where that is more than two seconds of the rate.',
  software: 'Traefik 3.7 or later with its providers kubernetesIngress and kubernetesCRD, and entry points web and websecure,',
  namespace: 'traefik',
  className: 'traefik',
  pods: { 'app.kubernetes.io/name': 'traefik' },
  abilities: {
    rate: { nearest: 'a request may wait its turn, up to half the time between two, before it is refused' },
    burst: 'exact',
    oddBurst: 'exact',
    // Traefik forgets a client after two seconds, and gives it a whole burst anew
    longBurst: { nearest: 'the burst is cut to two seconds of the rate, for Traefik forgets a client after so long' },
    shortBurst: 'exact',
    header: { nearest: 'requests without the header share one counter' },
    status: { refused: '429 with traefik, which knows no other' },
    statuses: 'exact',
    body: 'exact',
    requestBuffering: 'exact',
    requestStreaming: { nearest: 'a request is read whole before the agent gets it' },
    responseBuffering: 'exact',
    // an agent whose tokens come all at once is broken, and one without a limit for bodies looser than asked
    responseStreaming: {
      refused: 'true with traefik, whose only limit for bodies reads answers whole; an agent that streams needs another controller',
    },
    besideStreaming: { nearest: 'an answer is read whole before the client gets it, but websockets stream' },
    websocket: 'exact',
    websocketLimit: 'exact',
    noWebsocket: 'exact',
    timeout: { nearest: 'an answer must begin in time; once it has begun it may pause for as long as it likes' },
    connectTimeout: 'exact',
    sendTimeout: { nearest: 'the whole of a request must come within readTimeout of the entry point (60s)' },
    prefix: { nearest: 'the path without its last slash is not found' },
    dots: 'exact',
    headers: 'exact',
    cacheHeader: { nearest: 'errors have its Cache-Control too' },
    headerMarks: 'exact',
    headerQuotes: 'exact',
    headerPercent: 'exact',
    hsts: 'exact',
    redirect: 'exact',
    noRedirect: 'exact',
    sticky: 'exact',
    leastConnections: { nearest: 'replicas take turns' },
    maxFails: {
      nearest:
        'a request is tried on up to {maxFails} replicas until one takes the connection, but none is left alone for {failTimeout} seconds',
    },
    trustedProxies: 'exact',
    proxyProtocol: 'exact',
  },
  render: (edge) => {
    for (const entry of edge.entries) renderRoute(edge, entry);
    if (edge.redirect) for (const host of edge.hosts) renderRedirect(edge, host);
  },
  requirements: ({ options: { trustedProxies, proxyProtocol } }) => [
    trustedProxies.length > 0 &&
      settingsOf('on both entry points of Traefik', {
        [proxyProtocol ? 'proxyProtocol.trustedIPs' : 'forwardedHeaders.trustedIPs']: trustedProxies,
      }),
  ],
};

function renderRoute(edge: Edge, entry: Entry): void {
  const { name, backend, route } = entry;
  const path = pathOf(entry, serviceOf(edge, entry));
  // the longer rule wins, but Path is a shorter word than PathPrefix
  const asPrefix = `Host("${backend.host}") && PathPrefix("${route.path}")`;
  const priority = route.match === 'exact' ? prefixed(PREFIX, { 'router.priority': asPrefix.length + 1 }) : {};
  // the headers come first, so that refusals have them too
  const chain = [...headersOf(edge, entry), ...limitsOf(edge, entry)];
  const entryPoint = (suffix: string, tls: boolean, middlewares: string[]) =>
    ingress(edge, { name: `${name}${suffix}`, host: backend.host, tls, path, annotations: { ...router(tls, middlewares), ...priority } });
  if (edge.tls) entryPoint('', true, [...hstsOf(edge), ...chain]);
  if (!edge.redirect) entryPoint(edge.tls ? '-http' : '', false, chain);
}

/** Without router.tls, spec.tls alone would only load the certificate. */
function router(tls: boolean, middlewares: readonly string[]): Record<string, string> {
  return prefixed(PREFIX, {
    'router.entrypoints': tls ? 'websecure' : 'web',
    'router.tls': tls ? true : undefined,
    'router.middlewares': middlewares.join() || undefined,
  });
}

/** Makes a Middleware unless it is there. @returns what an Ingress calls it */
function middleware(edge: Edge, name: string, spec: crd.MiddlewareSpec): string {
  if (!edge.node.tryFindChild(`${name}-middleware`)) new crd.Middleware(edge, `${name}-middleware`, { metadata: { name }, spec });
  return `${edge.context.namespace}-${name}@kubernetescrd`;
}

function headersOf(edge: Edge, { name, route, headers }: Entry): string[] {
  const customResponseHeaders = { ...without(headers, [HSTS]) };
  if (Object.keys(customResponseHeaders).length === 0) return [];
  return [
    middleware(edge, Object.keys(route.headers).length > 0 ? `${name}-headers` : 'edge-headers', { headers: { customResponseHeaders } }),
  ];
}

function hstsOf(edge: Edge): string[] {
  if (edge.hsts === undefined) return [];
  return [middleware(edge, 'edge-hsts', { headers: { customResponseHeaders: { 'Strict-Transport-Security': edge.hsts } } })];
}

function limitsOf(edge: Edge, { name, route }: Entry): string[] {
  const { limit, body, websocket } = route;
  const bytes = bytesOf(body);
  return [
    ...(limit
      ? [
          middleware(edge, `${name}-limit`, {
            rateLimit: {
              average: limit.rate,
              period: crd.MiddlewareSpecRateLimitPeriod.fromString('1s'),
              // beside the request that is served at once, a bucket that is forgotten after two seconds
              burst: Math.max(1, Math.min(limit.burst, 2 * limit.rate)),
              sourceCriterion: limit.header ? { requestHeaderName: limit.header } : undefined,
            },
          }),
        ]
      : []),
    ...(websocket ? [] : [middleware(edge, 'edge-no-upgrade', { headers: { customRequestHeaders: { Upgrade: '' } } })]),
    // this reads answers whole too, and Traefik has no other limit for bodies
    middleware(edge, `edge-body-${bytes}`, { buffering: { maxRequestBodyBytes: bytes } }),
    middleware(edge, 'edge-retry', { retry: { attempts: edge.options.maxFails } }),
  ];
}

/** A Service that says how Traefik goes to the pods: timeouts, and the cookie that keeps a client with one of them. */
function serviceOf(edge: Edge, entry: Entry): string {
  const { connect, read } = timeoutsOf(entry.route);
  const transport = `edge-${connect}-${read}`;
  if (!edge.node.tryFindChild(transport))
    new crd.ServersTransport(edge, transport, {
      metadata: { name: transport },
      spec: {
        forwardingTimeouts: {
          dialTimeout: crd.ServersTransportSpecForwardingTimeoutsDialTimeout.fromString(`${connect}s`),
          responseHeaderTimeout: crd.ServersTransportSpecForwardingTimeoutsResponseHeaderTimeout.fromString(`${read}s`),
        },
      },
    });
  const { cookie } = entry;
  return annotatedService(
    edge,
    entry,
    prefixed(PREFIX, {
      'service.serverstransport': `${edge.context.namespace}-${transport}@kubernetescrd`,
      'service.sticky.cookie': cookie && true,
      'service.sticky.cookie.name': cookie,
      'service.sticky.cookie.path': cookie && '/',
      'service.sticky.cookie.httponly': cookie && true,
      'service.sticky.cookie.secure': cookie && edge.tls !== undefined,
    }),
  );
}

function renderRedirect(edge: Edge, host: string): void {
  const [entry] = edge.entries.filter(({ backend }) => backend.host === host);
  if (!entry) return;
  const toHttps = middleware(edge, 'edge-to-https', { redirectScheme: { scheme: 'https', permanent: true } });
  // no request ever gets to the Service, which an Ingress must have nevertheless
  const path = { ...pathOf(entry), path: '/', pathType: 'Prefix' };
  ingress(edge, { name: `${host}-to-https`, host, tls: false, path, annotations: router(false, [toHttps]) });
}
