import { bytesOf, type Controller, HSTS, timeoutsOf } from './controller';
import type { Edge, Entry } from './edge';
import { annotatedService, ingress, pathOf, prefixed } from './ingress';

const PREFIX = 'haproxy.org';

/** HAProxy Kubernetes Ingress Controller (haproxytech): each route has a backend of its own. */
export const haproxy: Controller = {
  description: 'HAProxy Kubernetes Ingress Controller: limits hold, but after a burst a client waits longer until it may have another.',
  software: 'HAProxy Kubernetes Ingress Controller 3.2 or later, with config snippets allowed as by default,',
  namespace: 'haproxy-controller',
  className: 'haproxy',
  pods: {}, // its Helm chart and its manifests name them differently
  abilities: {
    rate: {
      nearest:
        'after a burst a client waits longer until it may have another, for time is counted in windows; when the controller loads its configuration anew, counters begin anew',
    },
    burst: 'exact',
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
    websocket: 'exact',
    websocketLimit: 'exact',
    noWebsocket: 'exact',
    timeout: 'exact',
    connectTimeout: 'exact',
    sendTimeout: { nearest: "it is timeout-client of the controller's ConfigMap (50s)" },
    prefix: { nearest: 'the path without its last slash is answered like the path itself' },
    dots: { nearest: 'a path with dot segments or doubled slashes is refused with 400' },
    headers: 'exact',
    cacheHeader: 'exact',
    headerMarks: 'exact',
    headerQuotes: { refused: 'a value without ", $ and \\, which HAProxy reads otherwise; let the agent send this header' },
    headerPercent: { refused: 'a value without %, which HAProxy reads otherwise; let the agent send this header' },
    hsts: 'exact',
    redirect: 'exact',
    noRedirect: 'exact',
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
    for (const entry of edge.entries) {
      const { name, backend, cookie } = entry;
      // the controller reads this one from Services only
      const service = cookie && annotatedService(edge, entry, prefixed(PREFIX, { 'cookie-persistence': cookie }));
      const annotations = prefixed(PREFIX, route(entry, edge));
      ingress(edge, { name, host: backend.host, tls: true, path: pathOf(entry, service), annotations });
    }
  },
  requirements: ({ options: { proxyProtocol, trustedProxies } }) => [
    proxyProtocol && `in the ConfigMap of the edge controller: proxy-protocol "${trustedProxies}"`,
  ],
};

function route(entry: Entry, { tls, redirect }: Edge) {
  return {
    // a backend is shared by all Ingresses of a Service otherwise
    'standalone-backend': true,
    'load-balance': 'leastconn',
    'ssl-redirect': tls && redirect,
    'ssl-redirect-code': redirect ? 301 : undefined,
    'ssl-redirect-port': redirect ? 443 : undefined, // 8443 otherwise, which is the controller's own
    'timeout-server': `${timeoutsOf(entry.route).read}s`,
    'backend-config-snippet': [...refusals(entry), ...answers(entry)].join('\n'),
  };
}

/**
 * What a route refuses. HAProxy measures a body by what it says of its length, and takes paths as they are written. It has
 * pages for some statuses only, and loads no configuration that denies with another one: `return` has none.
 */
function refusals({ route: { body, limit } }: Entry): string[] {
  const refuse = (status: number, condition: string) => `http-request return status ${status} if ${condition}`;
  return [
    refuse(400, '{ path,url_dec -m reg (^|/)[.][.]?(/|$)|// }'),
    refuse(411, '{ req.hdr(transfer-encoding) -m found }'),
    refuse(411, '{ method POST PUT PATCH } !{ req.hdr(content-length) -m found }'),
    refuse(413, `{ req.body_size gt ${bytesOf(body)} }`),
    ...(limit ? counting(limit, refuse) : []),
  ];
}

/**
 * So many requests in so many milliseconds, which is the rate. The annotations for limits would count refused requests
 * too, all Ingresses of the cluster in one table for a period, and no client that comes by IPv6.
 */
function counting({ rate, burst, status }: NonNullable<Entry['route']['limit']>, refuse: (status: number, condition: string) => string) {
  const requests = burst + 1;
  const period = `${Math.ceil((1000 * requests) / rate)}ms`;
  return [
    `stick-table type ipv6 size 100k expire ${period} store gpc0,gpc0_rate(${period})`,
    'http-request track-sc1 src',
    refuse(status, `{ sc1_gpc0_rate ge ${requests} }`),
    'http-request sc-inc-gpc0(1)',
  ];
}

/** Headers that not every answer has. */
const WHEN: Readonly<Record<string, string>> = { 'cache-control': ' if { status lt 400 }', [HSTS]: ' if { ssl_fc }' };

/** How the agent is asked, and what answers say: those that HAProxy gives itself too. */
function answers({ route: rest, headers }: Entry): string[] {
  const { connect, read } = timeoutsOf(rest);
  return [
    `timeout connect ${connect}s`,
    rest.websocket ? `timeout tunnel ${read}s` : 'http-request del-header Upgrade',
    ...Object.entries(headers).map(([name, value]) => `http-after-response set-header ${name} "${value}"${WHEN[name.toLowerCase()] ?? ''}`),
  ];
}
