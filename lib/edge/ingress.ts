import * as k8s from '../../imports/k8s';
import { amount, type Component, type Problem, type Workload } from '../kube';
import type { Backend, ControllerOptions, Route } from './policy';

/** One route of one agent, and the Ingress that it becomes. */
export interface Entry {
  readonly backend: Backend;
  readonly route: Route;
  /** Name of the Ingress: the agent and the path. */
  readonly name: string;
  /** Who answers. */
  readonly workload: Workload;
  /** Where the route stands in an environment. */
  readonly path: Problem['path'];
  /** The cookie that keeps a client with one replica: one for each agent, for several may share a host. */
  readonly cookie?: string;
}

/**
 * Renders the routes for one controller. What it cannot express is a problem; what it expresses nearly, and what it must
 * be set to, the context is told.
 */
export type Strategy = (edge: Component, options: ControllerOptions, entries: readonly Entry[]) => Problem[];

/** Status of a refused request: clients know 429 as "slow down", while the guide's 503 looks like an outage. */
export const TOO_MANY_REQUESTS = 429;

/** Name of the Secret that cert-manager writes. */
export const TLS_SECRET = 'edge-tls';

/** nginx waits no longer than 75 seconds for a connection; this is its default. */
const LONGEST_CONNECT = 60;

/** Name of the Secret with the certificate; none where TLS ends elsewhere. */
export function tlsSecret({ tls }: ControllerOptions): string | undefined {
  if (tls.provider === 'none') return undefined;
  return tls.provider === 'existing' ? tls.secret : TLS_SECRET;
}

/** The routes of all agents with names for their Ingresses, and what does not fit together. */
export function entriesOf(backends: readonly Backend[]): { entries: Entry[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const reject = (path: Problem['path'], message: string) => problems.push({ path, message });
  const owners = new Map<string, string>();
  const names = new Set<string>();
  const entries = backends.flatMap((backend) =>
    backend.routes.map((route, index): Entry => {
      const path = ['agents', backend.name, 'routes', index];
      const claim = backend.host + route.path;
      const owner = owners.get(claim);
      if (owner) reject(path, `got "${claim}", expected a path that ${owner} does not answer already; give one a host of its own`);
      owners.set(claim, owner ?? `agents.${backend.name}.routes[${index}]`);
      const isStatic = route.to === 'static';
      if (isStatic && !backend.static) reject([...path, 'to'], 'got "static", expected "agent"; the agent has no static files');
      const workload = (isStatic && backend.static) || backend.agent;
      const cookie = backend.sticky && !isStatic ? `replica_${backend.name.replaceAll('-', '_')}` : undefined;
      return { backend, route, name: freeName(names, backend.name, route.path), workload, path, cookie };
    }),
  );
  for (const { name, host } of backends)
    if (!host) reject(['agents', name], 'got no host, expected one here, or a domain for the platform');
  return { entries, problems };
}

/** `<agent>-<path>`, the path in 40 characters; where two paths read the same, the later ones are numbered. */
function freeName(names: Set<string>, agent: string, path: string): string {
  const words = path.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const base = `${agent}-${words.slice(0, 40).replace(/^-|-$/g, '') || 'root'}`;
  let name = base;
  for (let count = 2; names.has(name); count += 1) name = `${base}-${count}`;
  names.add(name);
  return name;
}

/** All host names, each once. */
export function hostsOf(entries: readonly Entry[]): string[] {
  return [...new Set(entries.map(({ backend }) => backend.host))].sort();
}

/** The headers of every answer, and apart from them the one that is for HTTPS only (RFC 6797, 8.1). */
export function headersOf(options: ControllerOptions): { headers: Record<string, string>; hsts?: string } {
  const isHsts = ([name]: [string, string]) => name.toLowerCase() === 'strict-transport-security';
  const all = Object.entries(options.headers);
  return { headers: Object.fromEntries(all.filter((header) => !isHsts(header))), hsts: all.find(isHsts)?.[1] };
}

/** The headers of a path: those of every answer, unless it has a word of its own for them. */
export function headersFor(route: Route, common: Record<string, string>): Record<string, string> {
  const own = new Set(Object.keys(route.headers).map((name) => name.toLowerCase()));
  const others = Object.entries(common).filter(([name]) => !own.has(name.toLowerCase()));
  return { ...Object.fromEntries(others), ...route.headers };
}

/** Annotations of the timeouts: both controllers name them alike, one wants a unit. */
export function timeouts({ timeout }: Route, unit: 's' | ''): Record<string, string> {
  return {
    'proxy-connect-timeout': `${Math.min(timeout, LONGEST_CONNECT)}${unit}`,
    'proxy-read-timeout': `${timeout}${unit}`,
    'proxy-send-timeout': `${timeout}${unit}`,
  };
}

/** A quantity of bytes as nginx writes it: `100Mi` is `100m`. */
export function nginxSize(quantity: string): string {
  const bytes = Math.ceil(amount(quantity));
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20}m`;
  return bytes % 2 ** 10 === 0 ? `${bytes / 2 ** 10}k` : String(bytes);
}

/** An Ingress: of a route, or of a host alone. Annotations go by the controller's prefix; those without a value are left out. */
interface IngressOptions {
  readonly of: Entry | string;
  readonly tls?: string;
  readonly prefix: string;
  readonly annotations: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** One Ingress of one host. */
export function ingress(edge: Component, { className }: ControllerOptions, { of, tls, prefix, annotations }: IngressOptions): void {
  const { name, host, paths } =
    typeof of === 'string' ? { name: of, host: of } : { name: of.name, host: of.backend.host, paths: [pathOf(of)] };
  const given = Object.entries(annotations).filter(([, value]) => value !== undefined);
  new k8s.KubeIngress(edge, `${name}-ingress`, {
    metadata: { name, annotations: Object.fromEntries(given.map(([key, value]) => [`${prefix}/${key}`, String(value)])) },
    spec: {
      ingressClassName: className,
      tls: tls ? [{ hosts: [host], secretName: tls }] : undefined,
      rules: [{ host, http: paths && { paths } }],
    },
  });
}

function pathOf({ route, workload }: Entry): k8s.HttpIngressPath {
  const pathType = route.match === 'exact' ? 'Exact' : 'Prefix';
  return { path: route.path, pathType, backend: { service: { name: workload.name, port: { name: 'http' } } } };
}
