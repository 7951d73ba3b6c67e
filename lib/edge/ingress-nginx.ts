import * as k8s from '../../imports/k8s';
import type { Component, Problem } from '../kube';
import { type Entry, headersFor, headersOf, ingress, nginxSize, type Strategy, TOO_MANY_REQUESTS, timeouts, tlsSecret } from './ingress';
import type { ControllerOptions } from './policy';

const prefix = 'nginx.ingress.kubernetes.io';

/**
 * kubernetes/ingress-nginx: an Ingress for each route, for requests are counted by Ingress. What has no annotation is
 * set in the ConfigMap of the controller, for the whole cluster: a requirement.
 */
export const ingressNginx: Strategy = (edge, options, entries) => {
  const tls = tlsSecret(options);
  const common = headersOf(options).headers;
  for (const entry of entries) {
    const { route } = entry;
    const annotations = {
      'ssl-redirect': tls !== undefined,
      // the redirect would make /api of /api/
      'preserve-trailing-slash': tls ? true : undefined,
      'limit-rps': route.limit?.rate,
      'limit-burst-multiplier': route.limit && route.limit.burst / route.limit.rate,
      ...timeouts(route, ''),
      'proxy-body-size': nginxSize(route.body),
      'proxy-request-buffering': route.requestBuffering ? 'on' : 'off',
      'proxy-buffering': route.responseBuffering ? 'on' : 'off',
      'proxy-next-upstream': 'error timeout http_502 http_503 http_504',
      'proxy-next-upstream-tries': options.maxFails,
      ...balancing(entry, tls),
      'custom-headers': headersFile(edge, entry, headersFor(route, common)),
    };
    ingress(edge, options, { of: entry, tls, prefix, annotations });
  }
  edge.context.requirements.add(
    `ingress-nginx 1.15.1, its last release, in namespace ${options.namespace}, with IngressClass ${options.className}`,
  );
  const settings = controllerSettings(options, entries);
  if (settings.length > 0) edge.context.requirements.add(`in the ConfigMap of ingress-nginx: ${settings.join(', ')}`);
  for (const text of approximations(options, entries)) edge.context.approximations.add(text);
  return entries.flatMap(unreachableBurst);
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

/** All Ingresses of an agent say the same about its cookie: the last one that is read decides for all. */
function balancing({ cookie }: Entry, tls: string | undefined) {
  if (!cookie) return { 'load-balance': 'ewma' };
  return {
    affinity: 'cookie',
    'affinity-mode': 'persistent',
    'session-cookie-name': cookie,
    'session-cookie-path': '/',
    'session-cookie-secure': tls !== undefined,
  };
}

/** Makes the ConfigMap with the response headers of a path; those without headers of their own share one. */
function headersFile(edge: Component, { name, route }: Entry, data: Record<string, string>): string | undefined {
  if (Object.keys(data).length === 0) return undefined;
  const file = Object.keys(route.headers).length > 0 ? `${name}-headers` : 'edge-headers';
  if (!edge.node.tryFindChild(file)) new k8s.KubeConfigMap(edge, file, { metadata: { name: file }, data });
  return `${edge.context.namespace}/${file}`;
}

/** What the controller's ConfigMap must say, as `key "value"`. */
function controllerSettings(options: ControllerOptions, entries: readonly Entry[]): string[] {
  const { headers, hsts } = headersOf(options);
  const allowed = new Set(entries.flatMap(({ route }) => Object.keys(headersFor(route, headers))));
  const settings = allowed.size > 0 ? [`global-allowed-response-headers "${[...allowed].sort().join()}"`] : [];
  if (entries.some(({ route }) => route.limit)) settings.push(`limit-req-status-code "${TOO_MANY_REQUESTS}"`);
  if (options.tls.provider === 'none') return settings;
  if (hsts === undefined) return [...settings, 'hsts "false"'];
  const age = /max-age=(\d+)/i.exec(hsts)?.[1] ?? '0';
  const subdomains = /includeSubDomains/i.test(hsts);
  return [...settings, `hsts-max-age "${age}"`, `hsts-include-subdomains "${subdomains}"`, `hsts-preload "${/preload/i.test(hsts)}"`];
}

function approximations(options: ControllerOptions, entries: readonly Entry[]): string[] {
  const sticky = new Set(entries.filter(({ cookie }) => cookie).map(({ backend }) => backend.name));
  const cached = entries.filter(({ route }) => Object.keys(route.headers).some((name) => /^cache-control$/i.test(name)));
  const texts: [boolean, string][] = [
    [true, 'ingress-nginx is retired since March 2026 and gets no security fixes; controller nginx is maintained'],
    [true, `a request is tried on up to ${options.maxFails} replicas, but none is left alone for ${options.failTimeout} seconds`],
    [!entries.every(({ cookie }) => cookie), 'replicas are chosen by ewma (load and time to answer), not by least connections'],
    [sticky.size > 0, `new clients of ${[...sticky].join(', ')} get a replica at random, not by least connections`],
    [!entries.every(({ route }) => route.websocket), 'every path may become a websocket'],
    [entries.some(({ route }) => route.limit), 'rate limits remember clients in 5 MB for each path, not 10 MB'],
    [options.tls.provider !== 'none', 'Strict-Transport-Security is sent as the controller says, for the whole cluster'],
    [cached.length > 0, `errors of ${cached.map(({ route }) => route.path).join(', ')} have its Cache-Control too`],
  ];
  return texts.filter(([applies]) => applies).map(([, text]) => `edge: ${text}`);
}
