import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Rendered } from '../../support/platform';
import type { Place } from '../targets/translated';
import { type Annotations, annotationsOf, ingressesOf, isTrue, type Route, routeOf } from './translate';

const PREFIX = 'haproxy.org';
const INGRESS = [
  'standalone-backend',
  'load-balance',
  'ssl-redirect',
  'ssl-redirect-code',
  'ssl-redirect-port',
  'timeout-server',
  'backend-config-snippet',
];
const SERVICE = ['cookie-persistence'];
type Translated = Route & { readonly says: Annotations };

/**
 * The files that the HAProxy Kubernetes Ingress Controller 3.2 is documented to write: documentation/annotations.md, and
 * the code where that is silent: pkg/route/route.go (maps), pkg/haproxy/rules (order of rules), pkg/haproxy/env/defaults.go
 * (defaults). Left out: logs, statistics, peers, QUIC and free slots for servers.
 *
 * @throws on everything that it does not know
 */
export function haproxytech(objects: readonly Rendered[], place: Place): Record<string, string> {
  const routes = ingressesOf(objects).map((object) => ({ ...routeOf(object), says: annotationsOf(object, PREFIX, INGRESS) }));
  const backends: string[] = [];
  const redirects = new Map<string, string>();
  const maps = { host: new Set<string>(), 'path-exact': new Set<string>(), 'path-prefix': new Set<string>() };
  for (const route of routes) {
    const { host, path } = route;
    if (!path) throw new Error(`${route.name} has no path`);
    const name = backendOf(route);
    backends.push(backend(name, route, cookieOf(objects, path.service), place));
    const rule = redirectOf(route);
    if (rule) redirects.set(idOf(rule), rule);
    const value = rule ? `${name}.${idOf(rule)}` : name;
    maps.host.add(`${host} ${host}`);
    const text = path.isExact ? path.text : path.text.replace(/\/$/, '');
    if (text) maps['path-exact'].add(`${host}${text} ${value}`);
    if (!path.isExact) maps['path-prefix'].add(`${host}${text}/ ${value}`);
  }
  const files = Object.fromEntries(Object.entries(maps).map(([name, lines]) => [`${name}.map`, `${[...lines].join('\n')}\n`]));
  const pem = [place.tls.cert, place.tls.key].map((file) => readFileSync(file, 'utf8')).join('');
  // a rule of the frontend is for the requests of the Ingresses that say so
  const rules = [...redirects].map(([id, rule]) => `${rule} if { var(txn.path_match) -m dom ${id} }`);
  return { ...files, 'tls.pem': pem, 'haproxy.cfg': configuration(rules, backends, place) };
}

function configuration(redirects: readonly string[], backends: readonly string[], { folder, address }: Place): string {
  const frontend = (name: string, bind: string, rules: readonly string[]) => `
frontend ${name}
  mode http
  bind ${address}:${bind}
  http-request set-var(txn.path) path
  http-request set-var(txn.host) req.hdr(Host),field(1,:),lower
  http-request set-var(txn.host_match) var(txn.host),map(${folder}/host.map)
  http-request set-var(txn.host_match) var(txn.host),regsub(^[^.]*,,),map(${folder}/host.map,'') if !{ var(txn.host_match) -m found }
  http-request set-var(txn.path_match) var(txn.host_match),concat(,txn.path,),map(${folder}/path-exact.map)
  http-request set-var(txn.path_match) var(txn.host_match),concat(,txn.path,),map_beg(${folder}/path-prefix.map) if !{ var(txn.path_match) -m found }
  ${rules.join('\n  ')}
  use_backend %[var(txn.path_match),field(1,.)]
  default_backend default-local-service
`;
  return `
global
  tune.ssl.default-dh-param 2048
  ssl-default-bind-options no-sslv3 no-tls-tickets no-tlsv10
defaults
  mode http
  option dontlognull
  option http-keep-alive
  timeout http-request 5s
  timeout connect 5s
  timeout queue 5s
  timeout client 50s
  timeout server 50s
  timeout tunnel 1h
  timeout http-keep-alive 1m
${frontend('http', '80', redirects)}
${frontend('https', `443 ssl crt ${folder}/tls.pem alpn h2,http/1.1`, ['http-request set-header X-Forwarded-Proto https'])}
backend default-local-service
  http-request return status 404
${backends.join('\n')}
`;
}

/** For plain HTTP. Without the annotation an Ingress with a certificate redirects too. */
function redirectOf({ isTls, says }: Translated): string | undefined {
  if (!isTrue(says['ssl-redirect'] ?? String(isTls))) return undefined;
  const to = `https://%[hdr(host),field(1,:)]:${says['ssl-redirect-port'] ?? 8443}%[capture.req.uri]`;
  return `http-request redirect code ${says['ssl-redirect-code'] ?? 302} location ${to}`;
}

/** Health is checked by connecting, every two seconds, and the client's address is told, unless annotations say otherwise. */
function backend(name: string, { path, says }: Translated, cookie: string | undefined, { replicas }: Place): string {
  if (!isTrue(says['standalone-backend'])) throw new Error('the backend of a Service is shared by its Ingresses');
  const servers = replicas(path?.service ?? '').map((address, index) => `server SRV_${index + 1} ${address} check`);
  return [
    `backend ${name}`,
    `balance ${says['load-balance'] ?? 'roundrobin'}`,
    'option forwardfor',
    `timeout server ${says['timeout-server'] ?? '50s'}`,
    ...(cookie ? [`cookie ${cookie} insert indirect nocache dynamic`, 'dynamic-cookie-key ohph7OoGhong'] : []),
    ...(says['backend-config-snippet'] ?? '').split('\n'),
    ...servers,
  ].join('\n  ');
}

/** Read from Services only; one that this library did not make has no annotations. */
function cookieOf(objects: readonly Rendered[], service: string): string | undefined {
  const found = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === service);
  return found && annotationsOf(found, PREFIX, SERVICE)['cookie-persistence'];
}

const backendOf = ({ namespace, name }: Route) => `ing_${namespace}_${name}_http`;
const idOf = (rule: string) => createHash('md5').update(rule).digest('hex');
