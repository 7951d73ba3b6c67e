import * as k8s from '../../imports/k8s';
import type { Problem } from '../kube';
import { type Controller, type Headers, HSTS, nginxSize, TOO_MANY_REQUESTS, timeouts, without } from './controller';
import type { Edge, Entry } from './edge';

/** kubernetes/ingress-nginx: requests are counted by Ingress, so that each route has a limit of its own, as in the guide. */
export const ingressNginx: Controller = {
  description: 'kubernetes/ingress-nginx, retired in March 2026: for clusters that still run it.',
  software: 'ingress-nginx 1.15.1, its last release,',
  namespace: 'ingress-nginx',
  className: 'nginx',
  prefix: 'nginx.ingress.kubernetes.io',
  route: ({ name, route, cookie, headers }, edge) => ({
    'ssl-redirect': edge.tls !== undefined,
    // the redirect would make /api of /api/
    'preserve-trailing-slash': edge.tls ? true : undefined,
    'limit-rps': route.limit?.rate,
    'limit-burst-multiplier': route.limit && route.limit.burst / route.limit.rate,
    ...timeouts(route, ''),
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
  }),
  problems: ({ entries }) => entries.flatMap(unreachableBurst),
  requirements: controllerSettings,
  approximations: ({ options, entries, tls }) => {
    const sticky = new Set(entries.filter(({ cookie }) => cookie).map(({ backend }) => backend.name));
    const cached = entries.filter(({ route }) => Object.keys(route.headers).some((name) => /^cache-control$/i.test(name)));
    return [
      'edge: ingress-nginx is retired since March 2026 and gets no security fixes; controller nginx is maintained',
      `edge: a request is tried on up to ${options.maxFails} replicas, but none is left alone for ${options.failTimeout} seconds`,
      entries.some(({ cookie }) => !cookie) && 'edge: replicas are chosen by ewma (load and time to answer), not by least connections',
      sticky.size > 0 && `edge: new clients of ${[...sticky].join(', ')} get a replica at random, not by least connections`,
      entries.some(({ route }) => !route.websocket) && 'edge: every path may become a websocket',
      entries.some(({ route }) => route.limit) && 'edge: rate limits remember clients in 5 MB for each path, not 10 MB',
      tls !== undefined && 'edge: Strict-Transport-Security is sent as the controller says, for the whole cluster',
      cached.length > 0 && `edge: errors of ${cached.map(({ route }) => route.path).join(', ')} have its Cache-Control too`,
    ];
  },
};

/** The burst is a multiple of the rate here, and never 0, which nginx would refuse to load. */
function unreachableBurst({ route, path }: Entry): Problem[] {
  const { rate, burst } = route.limit ?? { rate: 1, burst: 1 };
  const below = burst - (burst % rate);
  if (burst > 0 && burst === below) return [];
  const remedy = below > 0 ? `${below} or ${below + rate}` : rate;
  const message = `got ${burst}, expected a multiple of the rate ${rate}, for ingress-nginx knows no other burst; take ${remedy}`;
  return [{ path: [...path, 'limit', 'burst'], message }];
}

/** Makes a ConfigMap of response headers, but for the one that the controller sends by itself. */
function headersFile(edge: Edge, name: string, headers: Headers): string | undefined {
  const data = without(headers, [HSTS]);
  if (Object.keys(data).length === 0) return undefined;
  if (!edge.node.tryFindChild(name)) new k8s.KubeConfigMap(edge, name, { metadata: { name }, data });
  return `${edge.context.namespace}/${name}`;
}

/** What its own ConfigMap must say, for the whole cluster, because no annotation does. */
function controllerSettings({ entries, tls, hsts }: Edge): string[] {
  const allowed = new Set(entries.flatMap(({ headers }) => Object.keys(without(headers, [HSTS]))));
  const settings: Record<string, unknown> = {};
  if (allowed.size > 0) settings['global-allowed-response-headers'] = [...allowed].sort();
  if (entries.some(({ route }) => route.limit)) settings['limit-req-status-code'] = TOO_MANY_REQUESTS;
  if (tls && hsts === undefined) settings.hsts = false;
  if (tls && hsts !== undefined) {
    settings['hsts-max-age'] = /max-age=(\d+)/i.exec(hsts)?.[1] ?? 0;
    settings['hsts-include-subdomains'] = /includeSubDomains/i.test(hsts);
    settings['hsts-preload'] = /preload/i.test(hsts);
  }
  const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}"`);
  return lines.length > 0 ? [`in the ConfigMap of ingress-nginx: ${lines.join(', ')}`] : [];
}
