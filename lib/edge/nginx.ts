import { LISTS } from './abilities';
import { type Controller, type Headers, nginxSize, nginxTimeouts, settingsOf } from './controller';
import type { Edge, Entry } from './edge';
import { ingress, pathOf, prefixed } from './ingress';

/**
 * F5 NGINX Ingress Controller: a master Ingress for each host, with what belongs to the whole server, and a minion for
 * each route. Requests are counted by minion, so that each route has a limit of its own, as in the guide.
 */
export const nginx: Controller = {
  description: 'F5 NGINX Ingress Controller: expresses every limit of the guide exactly.',
  software: 'F5 NGINX Ingress Controller 5.5 or later',
  namespace: 'nginx-ingress',
  className: 'nginx',
  pods: { 'app.kubernetes.io/name': 'nginx-ingress' },
  abilities: {
    rate: 'exact',
    burst: 'exact',
    oddBurst: 'exact',
    longBurst: 'exact',
    shortBurst: 'exact',
    header: 'exact',
    status: 'exact',
    statuses: 'exact',
    body: 'exact',
    requestBuffering: 'exact',
    requestStreaming: { nearest: 'a request is read whole before the agent gets it' },
    responseBuffering: 'exact',
    responseStreaming: 'exact',
    besideStreaming: 'exact',
    websocket: 'exact',
    websocketLimit: 'exact',
    noWebsocket: 'exact',
    timeout: 'exact',
    connectTimeout: 'exact',
    sendTimeout: 'exact',
    prefix: 'exact',
    dots: 'exact',
    headers: 'exact',
    cacheHeader: 'exact',
    headerMarks: { refused: "a value without , and :, which F5's controller cannot write; let the agent send this header" },
    headerQuotes: { refused: 'a value without ", $ and \\, which F5\'s controller cannot write; let the agent send this header' },
    headerPercent: 'exact',
    hsts: { nearest: 'Strict-Transport-Security is sent over plain HTTP too, where browsers ignore it' },
    redirect: 'exact',
    noRedirect: { nearest: 'Strict-Transport-Security is sent over plain HTTP too, where browsers ignore it' },
    sticky: 'exact',
    leastConnections: 'exact',
    maxFails: 'exact',
    trustedProxies: 'exact',
    proxyProtocol: 'exact',
  },
  render: (edge) => {
    for (const host of edge.hosts) ingress(edge, { name: host, host, tls: true, annotations: master(edge) });
    for (const entry of edge.entries)
      ingress(edge, { name: entry.name, host: entry.backend.host, tls: false, path: pathOf(entry), annotations: minion(entry, edge) });
  },
  requirements: ({ options: { tls, trustedProxies, proxyProtocol } }) => [
    tls.provider === 'cert-manager' &&
      `${tls.issuerKind} ${tls.issuer}, if it solves HTTP-01: annotation nginx.org/mergeable-ingress-type: minion in its solver's ingressTemplate, for every host has a master already (DNS-01 needs nothing)`,
    trustedProxies.length > 0 &&
      settingsOf('in the ConfigMap of the edge controller', {
        'set-real-ip-from': trustedProxies,
        'real-ip-header': proxyProtocol ? 'proxy_protocol' : 'X-Forwarded-For',
        // the last address that no trusted proxy has, not the first, which anybody can write
        'real-ip-recursive': proxyProtocol ? undefined : 'True',
        'proxy-protocol': proxyProtocol ? 'True' : undefined,
      }),
  ],
};

function master({ options, headers, redirect }: Edge): Record<string, string> {
  return prefixed('nginx.org', {
    'mergeable-ingress-type': 'master',
    'ssl-redirect': redirect,
    'add-header': addHeader(headers),
    // minions take these over
    'lb-method': 'least_conn',
    'max-fails': options.maxFails,
    'fail-timeout': `${options.failTimeout}s`,
  });
}

function minion({ route, workload, cookie, headers }: Entry, { tls }: Edge): Record<string, string> {
  const { limit } = route;
  return prefixed('nginx.org', {
    'mergeable-ingress-type': 'minion',
    ...(limit && {
      'limit-req-rate': `${limit.rate}r/s`,
      'limit-req-burst': limit.burst,
      'limit-req-no-delay': true,
      'limit-req-zone-size': '10m',
      'limit-req-reject-code': limit.status,
      'limit-req-key': limit.header && `\${http_${limit.header.toLowerCase().replaceAll('-', '_')}}`,
    }),
    ...nginxTimeouts(route, 's'),
    'client-max-body-size': nginxSize(route.body),
    'proxy-buffering': route.responseBuffering,
    'websocket-services': route.websocket ? workload.name : undefined,
    // path=/: all routes share the cookie, so that a client meets the same replica on each
    'sticky-cookie-services': cookie && `serviceName=${workload.name} ${cookie} path=/ httponly${tls ? ' secure' : ''}`,
    // headers of a path stand in place of the host's, so it has them all
    ...(Object.keys(route.headers).length > 0 && { 'add-header': addHeader(headers), 'add-header-inherit': 'on' }),
  });
}

/** Sent with errors too, but for caching: nobody may keep a refusal for a year. */
function addHeader(headers: Headers): string | undefined {
  const always = (name: string) => (name.toLowerCase() === 'cache-control' ? '' : ':always');
  const lines = Object.entries(headers).flatMap(([name, value]) => parts(name, value).map((part) => `${name}:${part}${always(name)}`));
  return lines.join() || undefined;
}

/** The annotation is split at commas and colons: a list becomes several lines of the same name. */
function parts(name: string, value: string): string[] {
  return LISTS.includes(name.toLowerCase()) ? value.split(/\s*,\s*/) : [value];
}
