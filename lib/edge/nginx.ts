import type { Problem } from '../kube';
import { type Controller, type Headers, nginxSize, TOO_MANY_REQUESTS, timeouts } from './controller';

/** Headers whose value is a list: several lines mean the same as one (RFC 9110, 5.3). */
const LISTS = ['cache-control', 'permissions-policy', 'vary'];

/**
 * F5 NGINX Ingress Controller: a master Ingress for each host, with what belongs to the whole server, and a minion for
 * each route. Requests are counted by minion, so that each route has a limit of its own, as in the guide.
 */
export const nginx: Controller = {
  description: 'F5 NGINX Ingress Controller: expresses every limit of the guide exactly.',
  software: 'F5 NGINX Ingress Controller 5.5 or later',
  namespace: 'nginx-ingress',
  className: 'nginx',
  prefix: 'nginx.org',
  host: ({ options, tls, headers }) => ({
    'mergeable-ingress-type': 'master',
    'ssl-redirect': tls !== undefined,
    'add-header': addHeader(headers),
    // minions take these over
    'lb-method': 'least_conn',
    'max-fails': options.maxFails,
    'fail-timeout': `${options.failTimeout}s`,
  }),
  route: ({ route, workload, cookie, headers }, { tls }) => ({
    'mergeable-ingress-type': 'minion',
    ...(route.limit && {
      'limit-req-rate': `${route.limit.rate}r/s`,
      'limit-req-burst': route.limit.burst,
      'limit-req-no-delay': true,
      'limit-req-zone-size': '10m',
      'limit-req-reject-code': TOO_MANY_REQUESTS,
    }),
    ...timeouts(route, 's'),
    'client-max-body-size': nginxSize(route.body),
    'proxy-buffering': route.responseBuffering,
    'websocket-services': route.websocket ? workload.name : undefined,
    // path=/: all routes share the cookie, so that a client meets the same replica on each
    'sticky-cookie-services': cookie && `serviceName=${workload.name} ${cookie} path=/ httponly${tls ? ' secure' : ''}`,
    // headers of a path stand in place of the host's, so it has them all
    ...(Object.keys(route.headers).length > 0 && { 'add-header': addHeader(headers), 'add-header-inherit': 'on' }),
  }),
  problems: ({ headers, entries }) => [
    ...unwritable(headers, ['edge', 'headers']),
    ...entries.flatMap(({ route, path }) => unwritable(route.headers, [...path, 'headers'])),
  ],
  requirements: ({ options: { tls } }) => [
    tls.provider === 'cert-manager' &&
      `${tls.issuerKind} ${tls.issuer}, if it solves HTTP-01: annotation nginx.org/mergeable-ingress-type: minion in its solver's ingressTemplate, for every host has a master already (DNS-01 needs nothing)`,
  ],
  approximations: ({ entries }) =>
    entries
      .filter(({ route }) => !route.requestBuffering)
      .map(({ backend, route }) => `agent ${backend.name}, ${route.path}: a request is read whole before the agent gets it`),
};

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

function unwritable(headers: Headers, path: Problem['path']): Problem[] {
  return Object.entries(headers)
    .filter(([name, value]) => parts(name, value).some((part) => /[,:"$\\]/.test(part)))
    .map(([name, value]) => ({
      path: [...path, name],
      message: `got ${JSON.stringify(value)}, expected a value without , : " $ and \\, which F5's controller cannot write; let the agent send this header`,
    }));
}
