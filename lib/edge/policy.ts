import { z } from 'zod';
import { byteQuantity, dnsLabel, seconds, type Workload } from '../kube';
import type { Controller } from './controller';
import { ingressNginx } from './ingress-nginx';
import { nginx } from './nginx';

const PATH = /^(?!.*\/\.\.?(\/|$))\/([\w.-]+(\/[\w.-]+)*\/?)?$/;

const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, { error: `expected ${expected}` });
/** Names and values as every controller takes them: printable, and without spaces around them. */
const headers = (name: RegExp, expected: string) =>
  z.record(text(name, expected), text(/^[!-~]([ -~]*[!-~])?$/, 'printable text without spaces around it'));

const route = z.strictObject({
  path: text(PATH, 'a path such as /api/').describe('Path of the route. A prefix ends with "/", so that /api/ is not also /apifoo.'),
  match: z.enum(['prefix', 'exact']).default('prefix').describe('Whether everything below the path belongs to it too.'),
  limit: z
    .strictObject({
      rate: z.int().min(1).describe('Requests per second and client address (guide: limit_req_zone rate).'),
      burst: z.int().min(0).describe('Requests that may come at once on top, without delay (guide: limit_req burst, nodelay).'),
    })
    .optional()
    .describe('Rate limit; none if absent.'),
  body: byteQuantity().default('1Mi').describe('Largest request body (nginx: client_max_body_size, whose default this is).'),
  timeout: seconds().default(60).describe('Seconds between two reads or writes until the connection is given up (guide: 60s).'),
  requestBuffering: z
    .boolean()
    .default(true)
    .describe('Whether a request is read whole before the agent gets it (guide: off for /upload/).'),
  responseBuffering: z.boolean().default(false).describe('Whether answers wait until a buffer is full. Off: tokens stream as they come.'),
  websocket: z.boolean().default(false).describe('Whether the path may become a websocket.'),
  headers: headers(
    /^(?!strict-transport-security$)[a-z][a-z0-9-]*$/i,
    'the name of a header other than Strict-Transport-Security, which is for whole hosts',
  )
    .default({})
    .describe('Response headers of this path: further ones, or in place of those of every answer.'),
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

const tls = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('cert-manager').describe('cert-manager makes and renews the certificate.'),
    issuer: dnsLabel(63).describe('Name of the issuer.'),
    issuerKind: z.enum(['ClusterIssuer', 'Issuer']).default('ClusterIssuer').describe('Kind of the issuer.'),
  }),
  z.strictObject({
    provider: z.literal('existing').describe('The certificate is in a Secret that the user makes.'),
    secret: dnsLabel(63).describe('Name of the Secret, of type kubernetes.io/tls.'),
  }),
  z.strictObject({ provider: z.literal('none').describe('Plain HTTP: TLS ends before the controller, or nowhere.') }),
]);

/** Security headers of every answer (guide: nginx add_header), sent with errors too. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'X-XSS-Protection': '1; mode=block',
  'Strict-Transport-Security': 'max-age=31536000',
};

/** Controllers by name: another one is another file and another entry. */
export const CONTROLLERS = {
  nginx,
  'ingress-nginx': ingressNginx,
};

const controllers = (Object.entries(CONTROLLERS) as [keyof typeof CONTROLLERS, Controller][]).map(([name, usual]) =>
  z.strictObject({
    controller: z.literal(name).describe(usual.description),
    className: dnsLabel(63).default(usual.className).describe('IngressClass of the controller.'),
    namespace: dnsLabel(63).default(usual.namespace).describe('Namespace that the controller runs in: only it reaches the agents.'),
    tls: tls.default({ provider: 'none' }).describe('Where the certificate comes from.'),
    headers: headers(/^[a-z][a-z0-9-]*$/i, 'a header name such as X-Frame-Options')
      .default(SECURITY_HEADERS)
      .describe('Headers of every answer (guide: add_header).'),
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
