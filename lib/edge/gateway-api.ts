import * as eg from '../../imports/gateway.envoyproxy.io';
import * as gateway from '../../imports/gateway.networking.k8s.io';
import { bytesOf, type Controller, timeoutsOf } from './controller';
import type { Edge, Entry } from './edge';

const SECOND = eg.BackendTrafficPolicySpecRateLimitLocalRulesLimitUnit.SECOND;
const DISTINCT_CIDR = eg.BackendTrafficPolicySpecRateLimitLocalRulesClientSelectorsSourceCidrType.DISTINCT;
const DISTINCT_HEADER = eg.BackendTrafficPolicySpecRateLimitLocalRulesClientSelectorsHeadersType.DISTINCT;
const GROUP = 'gateway.networking.k8s.io';

/** Gateway API with Envoy Gateway's policies: a Gateway of the platform's own, and an HTTPRoute for each route. */
export const gatewayApi: Controller = {
  description: 'Gateway API with Envoy Gateway: limits hold, without bursts.',
  software: 'Envoy Gateway 1.9 or later with its CRDs',
  namespace: 'envoy-gateway-system',
  className: 'eg',
  // what Envoy Gateway gives the pods that it starts for the Gateway below
  pods: { 'app.kubernetes.io/managed-by': 'envoy-gateway', 'gateway.envoyproxy.io/owning-gateway-name': 'edge' },
  abilities: {
    rate: { nearest: 'the 10000 clients that came last are remembered' },
    burst: { nearest: 'no more than one second of the rate comes at once' },
    oddBurst: 'exact',
    longBurst: 'exact',
    // Envoy's bucket holds a second of the rate: a smaller bucket is a smaller rate
    shortBurst: { nearest: 'the rate is lowered to the burst and one more, a second' },
    header: 'exact',
    status: { refused: '429 with gateway-api, which knows no other' },
    statuses: 'exact',
    body: { nearest: 'a body that is too large is refused when as much as the limit has come, whatever length it says' },
    requestBuffering: 'exact',
    requestStreaming: { nearest: 'a request is read whole before the agent gets it' },
    responseBuffering: { nearest: 'an answer is sent on as it comes' },
    responseStreaming: 'exact',
    besideStreaming: 'exact',
    websocket: 'exact',
    websocketLimit: { refused: 'no limit beside websocket: true with gateway-api; give the websocket a path of its own' },
    noWebsocket: { nearest: 'a request for a websocket is refused with 403 where there is none' },
    timeout: 'exact',
    connectTimeout: 'exact',
    sendTimeout: { nearest: 'one time holds for both directions: the shorter one' },
    prefix: { nearest: 'the path without its last slash is answered like the path itself' },
    dots: 'exact',
    headers: 'exact',
    cacheHeader: { nearest: 'errors have its Cache-Control too' },
    headerMarks: 'exact',
    headerQuotes: 'exact',
    headerPercent: { refused: 'a value without %, which Envoy reads otherwise; let the agent send this header' },
    hsts: 'exact',
    redirect: 'exact',
    noRedirect: { nearest: 'Strict-Transport-Security is sent over plain HTTP too, where browsers ignore it' },
    sticky: { nearest: 'a hash of the cookie chooses the replica: some clients move when replicas come or go' },
    leastConnections: { nearest: 'of two replicas that chance chooses, the less busy one' },
    maxFails: { nearest: 'only failures in a row count' },
    trustedProxies: 'exact',
    proxyProtocol: { refused: 'false with gateway-api, which believes it of anyone; let the load balancer send X-Forwarded-For' },
  },
  render: (edge) => {
    renderGateway(edge);
    if (edge.redirect) renderRedirect(edge);
    for (const entry of edge.entries) {
      renderRoute(edge, entry, false);
      if (entry.route.websocket) renderRoute(edge, entry, true);
    }
  },
  requirements: ({ options: { tls } }) => [
    tls.provider === 'cert-manager' &&
      `${tls.issuerKind} ${tls.issuer}, if it solves HTTP-01: solver gatewayHTTPRoute with the Gateway edge (DNS-01 needs nothing)`,
  ],
};

/** The listeners for the hosts; no route of another namespace may join. */
function renderGateway(edge: Edge): void {
  const { className, trustedProxies } = edge.options;
  const listeners = edge.hosts.flatMap((hostname, index) => [
    { name: `http-${index}`, hostname, port: 80, protocol: 'HTTP' },
    ...(edge.tls
      ? [{ name: `https-${index}`, hostname, port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: edge.tls }] } }]
      : []),
  ]);
  new gateway.Gateway(edge, 'gateway', { metadata: { name: 'edge' }, spec: { gatewayClassName: className, listeners } });
  if (trustedProxies.length === 0) return;
  new eg.ClientTrafficPolicy(edge, 'clients', {
    metadata: { name: 'edge' },
    spec: {
      targetRefs: [{ group: GROUP, kind: 'Gateway', name: 'edge' }],
      clientIpDetection: { xForwardedFor: { trustedCidRs: [...trustedProxies] } },
    },
  });
}

/** Names of the listeners of a host, by what they speak. */
const listenersOf = (edge: Edge, host: string, protocols: readonly string[]) =>
  protocols.map((protocol) => ({ name: 'edge', sectionName: `${protocol}-${edge.hosts.indexOf(host)}` }));

function renderRedirect(edge: Edge): void {
  const redirect = {
    type: gateway.HttpRouteSpecRulesFiltersType.REQUEST_REDIRECT,
    requestRedirect: {
      scheme: gateway.HttpRouteSpecRulesFiltersRequestRedirectScheme.HTTPS,
      statusCode: gateway.HttpRouteSpecRulesFiltersRequestRedirectStatusCode.VALUE_301,
    },
  };
  new gateway.HttpRoute(edge, 'to-https', {
    metadata: { name: 'edge-to-https' },
    spec: {
      parentRefs: edge.hosts.flatMap((host) => listenersOf(edge, host, ['http'])),
      hostnames: [...edge.hosts],
      rules: [{ filters: [redirect] }],
    },
  });
}

/**
 * A route and its policy. One that may become a websocket is two: Envoy holds a websocket back for ever if it reads
 * bodies whole, and does not limit a body that it does not read whole.
 */
function renderRoute(edge: Edge, entry: Entry, isUpgrade: boolean): void {
  const { backend, route, workload, headers } = entry;
  const name = `${entry.name}${isUpgrade ? '-websocket' : ''}`;
  const type = gateway.HttpRouteSpecRulesMatchesPathType;
  const set = Object.entries(headers).map(([header, value]) => ({ name: header, value }));
  const protocols = edge.tls ? ['https', ...(edge.redirect ? [] : ['http'])] : ['http'];
  new gateway.HttpRoute(edge, `${name}-route`, {
    metadata: { name },
    spec: {
      parentRefs: listenersOf(edge, backend.host, protocols),
      hostnames: [backend.host],
      rules: [
        {
          matches: [
            {
              path: { type: route.match === 'exact' ? type.EXACT : type.PATH_PREFIX, value: route.path },
              method: isUpgrade ? gateway.HttpRouteSpecRulesMatchesMethod.GET : undefined,
              headers: isUpgrade
                ? [{ name: 'Upgrade', value: '(?i)websocket', type: gateway.HttpRouteSpecRulesMatchesHeadersType.REGULAR_EXPRESSION }]
                : undefined,
            },
          ],
          filters:
            set.length > 0
              ? [{ type: gateway.HttpRouteSpecRulesFiltersType.RESPONSE_HEADER_MODIFIER, responseHeaderModifier: { set } }]
              : undefined,
          backendRefs: [{ name: workload.name, port: workload.port('http') }],
        },
      ],
    },
  });
  new eg.BackendTrafficPolicy(edge, `${name}-policy`, { metadata: { name }, spec: policyOf(edge, entry, name, isUpgrade) });
}

function policyOf({ options, tls }: Edge, { route, cookie }: Entry, name: string, isUpgrade: boolean): eg.BackendTrafficPolicySpec {
  const { connect, read, send } = timeoutsOf(route);
  const type = eg.BackendTrafficPolicySpecLoadBalancerType;
  // Envoy adds HttpOnly by itself
  const attributes = { Path: '/', ...(tls !== undefined && { Secure: '' }) };
  return {
    targetRefs: [{ group: GROUP, kind: 'HTTPRoute', name }],
    rateLimit: rateLimitOf(route),
    requestBuffer: isUpgrade ? undefined : { limit: eg.BackendTrafficPolicySpecRequestBufferLimit.fromNumber(bytesOf(route.body)) },
    // a request as a whole may take as long as it likes: 15 seconds otherwise
    timeout: { tcp: { connectTimeout: `${connect}s` }, http: { requestTimeout: '0s', streamIdleTimeout: `${Math.min(read, send)}s` } },
    loadBalancer: cookie
      ? {
          type: type.CONSISTENT_HASH,
          consistentHash: {
            type: eg.BackendTrafficPolicySpecLoadBalancerConsistentHashType.COOKIE,
            cookie: { name: cookie, ttl: '0s', attributes },
          },
        }
      : { type: type.LEAST_REQUEST },
    healthCheck: {
      passive: {
        consecutiveGatewayErrors: options.maxFails,
        baseEjectionTime: `${options.failTimeout}s`,
        maxEjectionPercent: 100, // 10 otherwise, which leaves none of three alone
      },
    },
  };
}

/** Each client has a bucket of one second, which fills steadily. More in a larger one would be more for a whole minute. */
function rateLimitOf({ limit }: Entry['route']): eg.BackendTrafficPolicySpecRateLimit | undefined {
  if (!limit) return undefined;
  const selectors = limit.header
    ? [{ headers: [{ name: limit.header, type: DISTINCT_HEADER }] }]
    : ['0.0.0.0/0', '::/0'].map((value) => ({ sourceCidr: { value, type: DISTINCT_CIDR } }));
  return {
    type: eg.BackendTrafficPolicySpecRateLimitType.LOCAL,
    local: {
      rules: selectors.map((selector) => ({
        clientSelectors: [selector],
        limit: { requests: Math.min(limit.rate, limit.burst + 1), unit: SECOND },
      })),
    },
  };
}
