import * as k8s from '../../imports/k8s';
import { type Controller, type Headers, HSTS, nginxSize, nginxTimeouts, settingsOf, without } from './controller';
import type { Edge, Entry } from './edge';
import { ingress, pathOf, prefixed } from './ingress';

/** kubernetes/ingress-nginx: requests are counted by Ingress, so that each route has a limit of its own, as in the guide. */
export const ingressNginx: Controller = {
  description: 'kubernetes/ingress-nginx, retired in March 2026: for clusters that still run it.',
  software: 'ingress-nginx 1.15.1, its last release,',
  namespace: 'ingress-nginx',
  className: 'nginx',
  pods: { 'app.kubernetes.io/name': 'ingress-nginx' },
  notice: 'edge: ingress-nginx is retired since March 2026 and gets no security fixes; docs/edge.md has the way to another controller',
  abilities: {
    rate: { nearest: 'rate limits remember clients in 5 MB for each path, not 10 MB' },
    burst: 'exact',
    oddBurst: { refused: 'a multiple of the rate, for ingress-nginx knows no other burst' },
    longBurst: 'exact',
    shortBurst: 'exact',
    header: { refused: 'none with ingress-nginx, which counts by client address' },
    status: 'exact',
    statuses: { refused: 'the same status on all routes, for ingress-nginx has one for the whole cluster' },
    body: 'exact',
    requestBuffering: 'exact',
    requestStreaming: 'exact',
    responseBuffering: 'exact',
    responseStreaming: 'exact',
    besideStreaming: 'exact',
    websocket: 'exact',
    websocketLimit: 'exact',
    noWebsocket: { nearest: 'every path may become a websocket, if the agent agrees' },
    timeout: 'exact',
    connectTimeout: 'exact',
    sendTimeout: 'exact',
    prefix: 'exact',
    dots: 'exact',
    headers: 'exact',
    cacheHeader: { nearest: 'errors have its Cache-Control too' },
    headerMarks: 'exact',
    headerQuotes: { refused: 'a value without ", $ and \\, which ingress-nginx refuses; let the agent send this header' },
    headerPercent: 'exact',
    hsts: { nearest: 'Strict-Transport-Security is sent as the controller says, for the whole cluster' },
    redirect: 'exact',
    noRedirect: 'exact',
    sticky: { nearest: 'a new client gets a replica at random, not by least connections' },
    leastConnections: { nearest: 'replicas are chosen by ewma (load and time to answer), not by least connections' },
    maxFails: { nearest: 'a request is tried on up to {maxFails} replicas, but none is left alone for {failTimeout} seconds' },
    trustedProxies: 'exact',
    proxyProtocol: 'exact',
  },
  render: (edge) => {
    for (const entry of edge.entries)
      ingress(edge, { name: entry.name, host: entry.backend.host, tls: true, path: pathOf(entry), annotations: annotations(entry, edge) });
  },
  requirements: (edge) => [settingsOf('in the ConfigMap of ingress-nginx', controllerSettings(edge))],
};

function annotations({ name, route, cookie, headers }: Entry, edge: Edge): Record<string, string> {
  return prefixed('nginx.ingress.kubernetes.io', {
    'ssl-redirect': edge.redirect,
    // the redirect would make /api of /api/
    'preserve-trailing-slash': edge.redirect ? true : undefined,
    'limit-rps': route.limit?.rate,
    'limit-burst-multiplier': route.limit && route.limit.burst / route.limit.rate,
    ...nginxTimeouts(route, ''),
    'proxy-body-size': nginxSize(route.body),
    'proxy-request-buffering': route.requestBuffering ? 'on' : 'off',
    'proxy-buffering': route.responseBuffering ? 'on' : 'off',
    'proxy-next-upstream': 'error timeout http_502 http_503 http_504',
    'proxy-next-upstream-tries': edge.options.maxFails,
    'load-balance': cookie ? undefined : 'ewma',
    // the same on all Ingresses of an agent: the last one that the controller reads decides for all
    affinity: cookie && 'cookie',
    'affinity-mode': cookie && 'persistent',
    'session-cookie-name': cookie,
    'session-cookie-path': cookie && '/',
    'session-cookie-secure': cookie && edge.tls !== undefined,
    // routes without headers of their own share a file
    'custom-headers': headersFile(edge, Object.keys(route.headers).length > 0 ? `${name}-headers` : 'edge-headers', headers),
  });
}

/** Makes a ConfigMap of response headers, but for the one that the controller sends by itself. */
function headersFile(edge: Edge, name: string, headers: Headers): string | undefined {
  const data = without(headers, [HSTS]);
  if (Object.keys(data).length === 0) return undefined;
  if (!edge.node.tryFindChild(name)) new k8s.KubeConfigMap(edge, name, { metadata: { name }, data });
  return `${edge.context.namespace}/${name}`;
}

/** What its own ConfigMap must say, for the whole cluster, because no annotation does. */
function controllerSettings({ entries, tls, options }: Edge): Record<string, unknown> {
  const { hsts, trustedProxies, proxyProtocol } = options;
  const allowed = new Set(entries.flatMap(({ headers }) => Object.keys(without(headers, [HSTS]))));
  const [limit] = entries.flatMap(({ route }) => route.limit ?? []);
  return {
    'global-allowed-response-headers': allowed.size > 0 ? [...allowed].sort() : undefined,
    'limit-req-status-code': limit?.status,
    ...(tls && !hsts && { hsts: false }),
    ...(tls && hsts && { 'hsts-max-age': hsts.maxAge, 'hsts-include-subdomains': hsts.includeSubDomains, 'hsts-preload': hsts.preload }),
    // without the ranges, it would take anyone's word
    ...(trustedProxies.length > 0 && {
      [proxyProtocol ? 'use-proxy-protocol' : 'use-forwarded-headers']: true,
      'proxy-real-ip-cidr': trustedProxies,
    }),
  };
}
