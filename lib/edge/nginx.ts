import type { Problem } from '../kube';
import { headersFor, headersOf, hostsOf, ingress, nginxSize, type Strategy, TOO_MANY_REQUESTS, timeouts, tlsSecret } from './ingress';
import type { Route } from './policy';

const prefix = 'nginx.org';
/** Headers whose value is a list: several lines mean the same as one (RFC 9110, 5.3). */
const LISTS = ['cache-control', 'permissions-policy', 'vary'];

/**
 * F5 NGINX Ingress Controller: a master Ingress for each host, with what belongs to the whole server, and a minion for
 * each route. Requests are counted by minion, so that each route has a limit of its own, as in the guide.
 */
export const nginx: Strategy = (edge, options, entries) => {
  const { requirements, approximations } = edge.context;
  const tls = tlsSecret(options);
  const common = tls ? options.headers : headersOf(options).headers;
  for (const host of hostsOf(entries)) {
    const annotations = {
      'mergeable-ingress-type': 'master',
      'ssl-redirect': tls !== undefined,
      'add-header': addHeader(common),
      // minions take these over
      'lb-method': 'least_conn',
      'max-fails': options.maxFails,
      'fail-timeout': `${options.failTimeout}s`,
    };
    ingress(edge, options, { of: host, tls, prefix, annotations });
  }
  for (const entry of entries) {
    const { backend, route, workload, cookie } = entry;
    const hasHeaders = Object.keys(route.headers).length > 0;
    const annotations = {
      'mergeable-ingress-type': 'minion',
      ...limit(route),
      ...timeouts(route, 's'),
      'client-max-body-size': nginxSize(route.body),
      'proxy-buffering': route.responseBuffering,
      'websocket-services': route.websocket ? workload.name : undefined,
      // path=/: all routes share the cookie, so that a client meets the same replica on each
      'sticky-cookie-services': cookie && `serviceName=${workload.name} ${cookie} path=/ httponly${tls ? ' secure' : ''}`,
      // headers of a path stand in place of the host's, so it has them all
      'add-header': hasHeaders ? addHeader(headersFor(route, common)) : undefined,
      'add-header-inherit': hasHeaders ? 'on' : undefined,
    };
    ingress(edge, options, { of: entry, prefix, annotations });
    if (!route.requestBuffering)
      approximations.add(`agent ${backend.name}, ${route.path}: a request is read whole before the agent gets it`);
  }
  requirements.add(`F5 NGINX Ingress Controller 5.5 or later in namespace ${options.namespace}, with IngressClass ${options.className}`);
  if (options.tls.provider === 'cert-manager')
    requirements.add(
      `${options.tls.issuerKind} ${options.tls.issuer}, if it solves HTTP-01: annotation nginx.org/mergeable-ingress-type: minion in its solver's ingressTemplate, for every host has a master already (DNS-01 needs nothing)`,
    );
  return [
    ...unwritable(common, ['edge', 'headers']),
    ...entries.flatMap(({ route, path }) => unwritable(route.headers, [...path, 'headers'])),
  ];
};

function limit({ limit }: Route) {
  if (!limit) return {};
  return {
    'limit-req-rate': `${limit.rate}r/s`,
    'limit-req-burst': limit.burst,
    'limit-req-no-delay': true,
    'limit-req-zone-size': '10m',
    'limit-req-reject-code': TOO_MANY_REQUESTS,
  };
}

/** Sent with errors too, but for caching: nobody may keep a refusal for a year. */
function addHeader(headers: Record<string, string>): string | undefined {
  const always = (name: string) => (name.toLowerCase() === 'cache-control' ? '' : ':always');
  const lines = Object.entries(headers).flatMap(([name, value]) => parts(name, value).map((part) => `${name}:${part}${always(name)}`));
  return lines.join() || undefined;
}

/** The annotation is split at commas and colons: a list becomes several lines of the same name. */
function parts(name: string, value: string): string[] {
  return LISTS.includes(name.toLowerCase()) ? value.split(/\s*,\s*/) : [value];
}

function unwritable(headers: Record<string, string>, path: Problem['path']): Problem[] {
  return Object.entries(headers)
    .filter(([name, value]) => parts(name, value).some((part) => /[,:"$\\]/.test(part)))
    .map(([name, value]) => ({
      path: [...path, name],
      message: `got ${JSON.stringify(value)}, expected a value without , : " $ and \\, which F5's controller cannot write; let the agent send this header`,
    }));
}
