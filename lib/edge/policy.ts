import { z } from 'zod';
import { byteQuantity, cidr, dnsLabel, seconds, type Workload } from '../kube';
import type { Controller } from './controller';
import { gatewayApi } from './gateway-api';
import { haproxy } from './haproxy';
import { ingressNginx } from './ingress-nginx';
import { nginx } from './nginx';
import { traefik } from './traefik';

const PATH = /^(?!.*\/\.\.?(\/|$))\/([\w.-]+(\/[\w.-]+)*\/?)?$/;

const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, { error: `expected ${expected}` });
/** Names and values as every controller takes them: printable, and without spaces around them. HSTS has words of its own. */
const headers = () =>
  z.record(
    text(
      /^(?!strict-transport-security$)[a-z][a-z0-9-]*$/i,
      'the name of a header other than Strict-Transport-Security, which is edge.hsts',
    ),
    text(/^[!-~]([ -~]*[!-~])?$/, 'printable text without spaces around it'),
  );

/** HAProxy counts no longer than 2^31 milliseconds, which are 24 days: the slowest rate takes 12 for the largest burst. */
const MOST_REQUESTS = 1_000_000;
const DAY = 86_400;

const route = z.strictObject({
  path: text(PATH, 'a path such as /api/').describe('Path of the route. A prefix ends with "/", so that /api/ is not also /apifoo.'),
  match: z.enum(['prefix', 'exact']).default('prefix').describe('Whether everything below the path belongs to it too.'),
  limit: z
    .strictObject({
      rate: z.int().min(1).max(MOST_REQUESTS).describe('Requests per second and client (guide: limit_req_zone rate).'),
      burst: z
        .int()
        .min(0)
        .max(MOST_REQUESTS)
        .describe('Requests that may come at once on top, without delay (guide: limit_req burst, nodelay).'),
      header: text(/^[a-z][a-z0-9-]*$/i, 'a header name such as X-Api-Key')
        .optional()
        .describe("Header that requests are counted by, in place of the client's address; the agent refuses requests without it."),
      status: z
        .int()
        .min(400)
        .max(599)
        .default(429)
        .describe('Status of a refused request: clients know 429 as "slow down", while the guide\'s 503 looks like an outage.'),
    })
    .optional()
    .describe('Rate limit; none if absent.'),
  body: byteQuantity().default('1Mi').describe('Largest request body (nginx: client_max_body_size, whose default this is).'),
  timeout: seconds()
    .max(DAY)
    .default(60)
    .describe('Seconds between two reads of an answer, a stream or a websocket until it is given up (guide: 60s).'),
  connectTimeout: seconds()
    .max(75)
    .optional()
    .describe('Seconds until a replica must have taken the connection; timeout if absent, but 60 at most (nginx: 75 at most).'),
  sendTimeout: seconds().max(DAY).optional().describe('Seconds between two writes of a request; timeout if absent.'),
  requestBuffering: z
    .boolean()
    .default(true)
    .describe('Whether a request is read whole before the agent gets it (guide: off for /upload/).'),
  responseBuffering: z.boolean().default(false).describe('Whether answers wait until a buffer is full. Off: tokens stream as they come.'),
  websocket: z.boolean().default(false).describe('Whether the path may become a websocket.'),
  headers: headers().default({}).describe('Response headers of this path: further ones, or in place of those of every answer.'),
  to: z.enum(['agent', 'static']).default('agent').describe('What answers: the agent, or its static files.'),
});

/** @see Route */
export const RouteSchema = route.refine(({ path, match }) => match === 'exact' || !/^\/.*[^/]$/.test(path), {
  path: ['path'],
  error: 'expected a prefix that ends with "/"',
  params: { hint: 'end it with "/", or say match: exact' },
  when: ({ value }) => value !== null, // beside other problems of the route, not after them
});

/** What the edge does for one path of an agent, in no controller's words. */
export type Route = z.output<typeof RouteSchema>;

/** Something behind the edge: an agent, and who answers its routes, each on its port `http`, under a Service of its name. */
export interface Backend {
  readonly name: string;
  readonly host: string;
  /** Whether a client stays with one replica. */
  readonly sticky: boolean;
  readonly routes: readonly Route[];
  readonly agent: Workload;
  readonly static?: Workload;
}

const redirect = z.boolean().default(true).describe('Whether plain HTTP is sent on to HTTPS; if not, it is answered too.');
const tls = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('cert-manager').describe('cert-manager makes and renews the certificate.'),
    issuer: dnsLabel(63).describe('Name of the issuer.'),
    issuerKind: z.enum(['ClusterIssuer', 'Issuer']).default('ClusterIssuer').describe('Kind of the issuer.'),
    redirect,
  }),
  z.strictObject({
    provider: z.literal('existing').describe('The certificate is in a Secret that the user makes.'),
    secret: dnsLabel(63).describe('Name of the Secret, of type kubernetes.io/tls.'),
    redirect,
  }),
  z.strictObject({ provider: z.literal('none').describe('Plain HTTP: TLS ends before the controller, or nowhere.') }),
]);

/** Security headers of every answer (guide: nginx add_header), sent with errors too. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'X-XSS-Protection': '1; mode=block',
};

const YEAR = 31_536_000;
const hsts = z
  .strictObject({
    maxAge: z.int().min(0).default(YEAR).describe('Seconds that browsers remember it (guide: max-age=31536000); 0 makes them forget.'),
    includeSubDomains: z.boolean().default(false).describe('Whether it holds for all hosts below too.'),
    preload: z.boolean().default(false).describe('Whether browsers may know it before the first visit.'),
  })
  // the conditions of the list that browsers ship (hstspreload.org)
  .refine(({ maxAge, includeSubDomains, preload }) => !preload || (includeSubDomains && maxAge >= YEAR), {
    path: ['preload'],
    error: 'expected includeSubDomains: true and a maxAge of a year beside it',
  });

/** Controllers by name: another one is another file and another entry. */
export const CONTROLLERS = {
  nginx,
  'ingress-nginx': ingressNginx,
  haproxy,
  traefik,
  'gateway-api': gatewayApi,
};

const controllers = (Object.entries(CONTROLLERS) as [keyof typeof CONTROLLERS, Controller][]).map(([name, usual]) =>
  z.strictObject({
    controller: z.literal(name).describe(usual.description),
    className: dnsLabel(63).default(usual.className).describe('IngressClass of the controller.'),
    namespace: dnsLabel(63).default(usual.namespace).describe('Namespace that the controller runs in: only it reaches the agents.'),
    podLabels: z
      .record(text(/^([a-z0-9.-]+\/)?[\w.-]+$/i, 'a label such as app.kubernetes.io/name'), z.string())
      .default({ ...usual.pods })
      .describe('Labels of its pods there; {} lets all pods of the namespace in.'),
    tls: tls.default({ provider: 'none' }).describe('Where the certificate comes from.'),
    headers: headers().default(SECURITY_HEADERS).describe('Headers of every answer (guide: add_header).'),
    hsts: z
      .union([z.literal(false), hsts])
      .default(hsts.parse({}))
      .describe('Strict-Transport-Security, sent over HTTPS only (RFC 6797, 8.1); false sends none.'),
    trustedProxies: z
      .array(cidr())
      .default([])
      .describe("Load balancers whose word for the client's address is taken; from anyone else X-Forwarded-For is a forgery."),
    proxyProtocol: z.boolean().default(false).describe('Whether these say it by PROXY protocol; by X-Forwarded-For otherwise.'),
    maxFails: z.int().min(1).default(3).describe('Failed tries after which a replica is left alone (guide: max_fails=3).'),
    failTimeout: seconds().default(30).describe('Seconds for which it is left alone (guide: fail_timeout=30s).'),
  }),
);
const none = z.strictObject({ controller: z.literal('none').describe('Nothing: agents are reached inside the cluster only.') });

/** What stands between clients and agents. */
export const EdgeSchema = z.discriminatedUnion('controller', [...controllers, none] as [(typeof controllers)[number], typeof none]);

/** @see EdgeSchema */
export type EdgeOptions = z.output<typeof EdgeSchema>;
/** Options of an edge that has a controller. */
export type ControllerOptions = Exclude<EdgeOptions, { controller: 'none' }>;
