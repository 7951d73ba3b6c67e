import { createHash } from 'node:crypto';
import type { Rendered } from '../../support/platform';
import type { Place } from '../targets/translated';
import { type Annotations, annotationsOf, ingressesOf, isTrue, type Route, routeOf } from './translate';

const PREFIX = 'nginx.org';
/** What minions take over (internal/configs/annotations.go: minionInheritanceList), of what is known here. */
const INHERITED = ['lb-method', 'max-fails', 'fail-timeout'];
/** No cookies and websockets here (masterDenylist). */
const MASTER = ['mergeable-ingress-type', 'ssl-redirect', 'add-header', ...INHERITED];
/** No redirect here (minionDenylist). */
const MINION = [
  'mergeable-ingress-type',
  ...['rate', 'burst', 'no-delay', 'zone-size', 'reject-code', 'key'].map((word) => `limit-req-${word}`),
  ...['connect', 'read', 'send'].map((word) => `proxy-${word}-timeout`),
  'client-max-body-size',
  'proxy-buffering',
  'websocket-services',
  'sticky-cookie-services',
  'add-header',
  'add-header-inherit',
];
/** internal/configs/config_params.go: NewDefaultConfigParams. */
const DEFAULTS = {
  'lb-method': 'random two least_conn',
  'max-fails': '1',
  'fail-timeout': '10s',
  'proxy-connect-timeout': '60s',
  'proxy-read-timeout': '60s',
  'proxy-send-timeout': '60s',
  'client-max-body-size': '1m',
  'proxy-buffering': 'true',
  'ssl-redirect': 'true',
  'limit-req-key': '$binary_remote_addr',
  'limit-req-zone-size': '10m',
  'limit-req-reject-code': '429',
  'limit-req-no-delay': 'false',
  'add-header-inherit': 'on',
};
type Minion = Route & { readonly says: Annotations & typeof DEFAULTS };

/**
 * The configuration that F5's NGINX Ingress Controller 5.5 is documented to make of mergeable Ingresses: its templates
 * internal/configs/version1/nginx.tmpl and nginx.ingress.tmpl, and docs.nginx.com/nginx-ingress-controller, "Advanced
 * configuration with Annotations". Left out: logs, IPv6 and status pages.
 *
 * @throws on everything that it does not know, or that the controller refuses
 */
export function f5Nginx(objects: readonly Rendered[], place: Place): Record<string, string> {
  const all = ingressesOf(objects).map((object) => ({ object, route: routeOf(object) }));
  const isOfType = (type: string) => all.filter(({ object }) => object.metadata.annotations?.[`${PREFIX}/mergeable-ingress-type`] === type);
  const [masters, minions] = [isOfType('master'), isOfType('minion')];
  if (masters.length + minions.length < all.length) throw new Error('an Ingress is neither master nor minion');
  const servers = masters.map(({ object, route }) => {
    if (route.path) throw new Error(`master ${route.name} has a path`);
    const says = annotationsOf(object, PREFIX, MASTER);
    const inherited = Object.entries(says).filter(([name]) => INHERITED.includes(name));
    const mine = minions
      .filter((minion) => minion.route.host === route.host)
      .map((minion): Minion => {
        if (minion.route.isTls) throw new Error(`minion ${minion.route.name} has TLS`);
        const own = annotationsOf(minion.object, PREFIX, MINION);
        return { ...minion.route, says: { ...DEFAULTS, ...Object.fromEntries(inherited), ...own } };
      });
    return [...mine.map((minion) => outside(minion, place)), server(route, { ...DEFAULTS, ...says }, mine, place)].join('\n');
  });
  const { folder, address, tls } = place;
  const text = `
user root; pid ${folder}/nginx.pid; error_log stderr; worker_processes auto; daemon off;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  keepalive_timeout 75s; keepalive_requests 1000;
  # the default of the nginx that the controller comes with (1.27.3 and later)
  ssl_protocols TLSv1.2 TLSv1.3;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  server {
    listen ${address}:80 default_server; listen ${address}:443 ssl default_server; server_name _;
    ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};
    location / { return 404; }
  }
  ${servers.join('\n')}
}`;
  return { 'nginx.conf': text };
}

function server(master: Route, says: Annotations, minions: readonly Minion[], { address, tls }: Place): string {
  return `
server {
  listen ${address}:80; ${master.isTls ? `listen ${address}:443 ssl; ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};` : ''}
  server_name ${master.host};
  ${addHeader(says['add-header'])}
  ${master.isTls && isTrue(says['ssl-redirect']) ? 'if ($scheme = http) { return 301 https://$host:443$request_uri; }' : ''}
  ${minions.map((minion) => location(minion, says['add-header'])).join('\n')}
}`;
}

function location(minion: Minion, ofServer: string | undefined): string {
  const { path, says } = minion;
  const { cookie } = stickyOf(minion) ?? {};
  // "on" is how nginx inherits anyway, and 1.22 does not know the word yet
  if (says['add-header-inherit'] !== 'on') throw new Error(`add-header-inherit: ${says['add-header-inherit']}`);
  const isWebsocket = namesOf(says['websocket-services']).includes(path?.service ?? '');
  return `
  location ${path?.isExact ? '= ' : ''}${path?.text} {
    proxy_http_version 1.1;
    ${isWebsocket ? 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;' : ''}
    proxy_connect_timeout ${says['proxy-connect-timeout']};
    proxy_read_timeout ${says['proxy-read-timeout']};
    proxy_send_timeout ${says['proxy-send-timeout']};
    client_max_body_size ${says['client-max-body-size']};
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Forwarded-Port $server_port;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_buffering ${isTrue(says['proxy-buffering']) ? 'on' : 'off'};
    proxy_next_upstream error timeout; proxy_next_upstream_timeout 0s; proxy_next_upstream_tries 0;
    ${says['add-header'] || cookie ? addHeader(says['add-header'] ?? ofServer) : ''}
    ${cookie ? `add_header Set-Cookie $set_${idOf(minion)} always;` : ''}
    proxy_pass http://${cookie ? `$sticky_${idOf(minion)}` : upstreamOf(minion)};
    ${limitReq(minion)}
  }`;
}

function limitReq({ namespace, name, says }: Minion): string {
  if (!says['limit-req-rate']) return '';
  // the template leaves 0 out
  const burst = Number(says['limit-req-burst'] ?? 0) > 0 ? `burst=${says['limit-req-burst']}` : '';
  const noDelay = isTrue(says['limit-req-no-delay']) ? 'nodelay' : '';
  return `limit_req zone=${namespace}/${name} ${burst} ${noDelay}; limit_req_status ${says['limit-req-reject-code']};`;
}

/** What stands beside the server: the upstream of a minion and its zone. Both are the minion's own. */
function outside(minion: Minion, { replicas }: Place): string {
  const { namespace, name, says, path } = minion;
  const rate = says['limit-req-rate'];
  if (rate && !/^\d+r\/[sm]$/.test(rate)) throw new Error(`limit-req-rate: ${rate}`);
  const addresses = replicas(path?.service ?? '');
  const limits = `max_fails=${says['max-fails']} fail_timeout=${says['fail-timeout']} max_conns=0`;
  const upstream = (suffix: string, first: string) => {
    const servers = addresses.map((one) => `server ${one} ${limits}${suffix && one !== first ? ' backup' : ''};`);
    return `upstream ${upstreamOf(minion)}${suffix} { zone ${upstreamOf(minion)}${suffix} 256k; ${says['lb-method']}; ${servers.join(' ')} }`;
  };
  const sticky = stickyOf(minion);
  return [
    rate ? `limit_req_zone ${says['limit-req-key']} zone=${namespace}/${name}:${says['limit-req-zone-size']} rate=${rate};` : '',
    upstream('', ''),
    // nginx 1.22 has no "sticky cookie" (1.29.6): the server that the cookie names, another one if that is gone
    ...(sticky
      ? [
          ...addresses.map((one) => upstream(`-${md5(one)}`, one)),
          `map $cookie_${sticky.cookie} $sticky_${idOf(minion)} { default ${upstreamOf(minion)}; ${addresses.map((one) => `${md5(one)} ${upstreamOf(minion)}-${md5(one)};`).join(' ')} }`,
          `map $upstream_addr $set_${idOf(minion)} { ${addresses.map((one) => `~${one.replaceAll('.', '\\.')}$ "${[`${sticky.cookie}=${md5(one)}`, ...sticky.words].join('; ')}";`).join(' ')} }`,
        ]
      : []),
  ].join('\n');
}

/** `serviceName=app name path=/ httponly secure`. */
function stickyOf({ says, path }: Minion): { cookie: string; words: string[] } | undefined {
  const [service, cookie = '', ...words] = (says['sticky-cookie-services'] ?? '').split(' ');
  if (!service) return undefined;
  if (service !== `serviceName=${path?.service}`) throw new Error(`sticky-cookie-services: ${service}`);
  return { cookie, words };
}

/** `Name:Value[:always],…`: split at commas first, then at colons (internal/configs/version1: ParseAddHeaders). */
function addHeader(text: string | undefined): string {
  return namesOf(text)
    .map((entry) => entry.split(':').map((part) => part.trim()))
    .map(([name, value = '', always]) => `add_header ${name} ${JSON.stringify(value)}${always === 'always' ? ' always' : ''};`)
    .join(' ');
}

const namesOf = (text: string | undefined) => (text ? text.split(',').map((name) => name.trim()) : []);
const upstreamOf = ({ namespace, name, host, path }: Minion) => `${namespace}-${name}-${host}-${path?.service}-http`;
const idOf = ({ name }: Minion) => name.replaceAll('-', '_');
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
