import { bytesOf, type Controller, timeoutsOf } from './controller';
import type { Edge, Entry } from './edge';
import { annotatedService, ingress, pathOf, prefixed } from './ingress';

const PREFIX = 'haproxy.org';

/** HAProxy Kubernetes Ingress Controller (haproxytech): each route has a backend of its own. */
export const haproxy: Controller = {
  description: 'HAProxy Kubernetes Ingress Controller: rates hold, but a client above its rate is refused until it slows down.',
  software: 'HAProxy Kubernetes Ingress Controller 3.2 or later, with config snippets allowed as by default,',
  namespace: 'haproxy-controller',
  className: 'haproxy',
  pods: {}, // its Helm chart and its manifests name them differently
  abilities: {
    rate: {
      nearest:
        'a client above its rate is refused until it slows down, for refused requests count too; limits of the same period, anywhere in the cluster, share a counter',
    },
    burst: { nearest: 'as many requests as the burst come at once, not one more' },
    oddBurst: 'exact',
    longBurst: 'exact',
    shortBurst: 'exact',
    header: { refused: 'none with haproxy, which counts by client address' },
    status: 'exact',
    statuses: 'exact',
    body: { nearest: 'a body must say its length beforehand: without Content-Length it is refused with 411' },
    requestBuffering: { nearest: 'a request reaches the agent as it comes' },
    requestStreaming: 'exact',
    responseBuffering: { nearest: 'an answer is sent on as it comes' },
    responseStreaming: 'exact',
    besideStreaming: 'exact',
    websocket: { nearest: "an idle websocket ends after timeout-tunnel of the controller's ConfigMap (1h)" },
    websocketLimit: 'exact',
    noWebsocket: 'exact',
    timeout: 'exact',
    connectTimeout: { nearest: "it is timeout-connect of the controller's ConfigMap (5s)" },
    sendTimeout: { nearest: "it is timeout-client of the controller's ConfigMap (50s)" },
    prefix: { nearest: 'the path without its last slash is answered like the path itself' },
    dots: { nearest: 'a path with dot segments or doubled slashes is refused with 400' },
    headers: { nearest: "HAProxy's own answers (429, 413, 503) have none of the headers" },
    cacheHeader: { nearest: 'errors have its Cache-Control too' },
    headerMarks: 'exact',
    headerQuotes: { refused: 'a value without ", $ and \\, which HAProxy reads otherwise; let the agent send this header' },
    headerPercent: { refused: 'a value without %, which HAProxy reads otherwise; let the agent send this header' },
    hsts: 'exact',
    redirect: 'exact',
    noRedirect: { nearest: 'Strict-Transport-Security is sent over plain HTTP too, where browsers ignore it' },
    sticky: { nearest: 'its cookie is neither HttpOnly nor Secure' },
    leastConnections: 'exact',
    maxFails: {
      nearest:
        '{maxFails} failed tries do not leave a replica alone for {failTimeout} seconds: it is left alone while it takes no connections',
    },
    trustedProxies: { refused: 'none with haproxy, which would take X-Forwarded-For from anyone; take proxyProtocol: true' },
    proxyProtocol: 'exact',
  },
  render: (edge) => {
    for (const [index, entry] of edge.entries.entries()) {
      const { name, backend, cookie } = entry;
      // the controller reads this one from Services only
      const service = cookie && annotatedService(edge, entry, prefixed(PREFIX, { 'cookie-persistence': cookie }));
      const annotations = prefixed(PREFIX, route(entry, edge, index));
      ingress(edge, { name, host: backend.host, tls: true, path: pathOf(entry, service), annotations });
    }
  },
  requirements: ({ options: { proxyProtocol, trustedProxies } }) => [
    proxyProtocol && `in the ConfigMap of the edge controller: proxy-protocol "${trustedProxies}"`,
  ],
};

function route({ route: { limit, ...rest }, headers }: Entry, { tls, redirect }: Edge, index: number) {
  return {
    // a backend is shared by all Ingresses of a Service otherwise
    'standalone-backend': true,
    'load-balance': 'leastconn',
    'ssl-redirect': tls && redirect,
    'ssl-redirect-code': redirect ? 301 : undefined,
    'ssl-redirect-port': redirect ? 443 : undefined, // 8443 otherwise, which is the controller's own
    'timeout-server': `${timeoutsOf(rest).read}s`,
    ...(limit && {
      // so many requests in so many milliseconds, which is the rate. All three are needed: without the period HAProxy
      // refuses its configuration. The period names the counter, so one millisecond more keeps routes apart.
      'rate-limit-requests': Math.max(1, limit.burst),
      'rate-limit-period': `${Math.ceil((1000 * Math.max(1, limit.burst)) / limit.rate) + index}ms`,
      'rate-limit-status-code': limit.status,
    }),
    'response-set-header':
      Object.entries(headers)
        .map(([header, value]) => `${header} "${value}"`)
        .join('\n') || undefined,
    'backend-config-snippet': snippet(rest),
  };
}

/** What no annotation says. HAProxy measures a body by what it says of its length, and takes paths as they are written. */
function snippet({ body, websocket }: Pick<Entry['route'], 'body' | 'websocket'>): string {
  return [
    'http-request deny deny_status 400 if { path,url_dec -m reg (^|/)[.][.]?(/|$)|// }',
    'http-request deny deny_status 411 if { req.hdr(transfer-encoding) -m found }',
    'http-request deny deny_status 411 if { method POST PUT PATCH } !{ req.hdr(content-length) -m found }',
    `http-request deny deny_status 413 if { req.body_size gt ${bytesOf(body)} }`,
    ...(websocket ? [] : ['http-request del-header Upgrade']),
  ].join('\n');
}
