import type { z } from 'zod';
import { type Backend, type ControllerOptions, Edge, EdgeSchema, RouteSchema } from '../../lib/edge';
import { Component, type PlatformContext, parse, Workload } from '../../lib/kube';
import { find, type Rendered, rendered, testScope } from '../support/platform';

export type RouteInput = z.input<typeof RouteSchema>;

/** The guide's three locations, and the health page of its last step. */
export const GUIDE_ROUTES: readonly RouteInput[] = [
  { path: '/api/', limit: { rate: 10, burst: 20 } },
  { path: '/upload/', limit: { rate: 1, burst: 5 }, body: '100Mi', requestBuffering: false },
  { path: '/health', match: 'exact', limit: { rate: 10, burst: 20 } },
  { path: '/static/', to: 'static', headers: { 'Cache-Control': 'public, max-age=31536000, immutable' } },
];

/** What the platform gives a Streamlit agent. */
export const STREAMLIT: readonly RouteInput[] = [{ path: '/', websocket: true, timeout: 3600, body: '100Mi', requestBuffering: false }];

export const CERT_MANAGER = { provider: 'cert-manager', issuer: 'letsencrypt', issuerKind: 'ClusterIssuer' } as const;

export const NGINX = ['nginx', 'ingress-nginx'] as const;
export const CONTROLLERS = [...NGINX, 'haproxy', 'traefik', 'gateway-api'] as const;

export interface AgentInput {
  readonly name?: string;
  readonly host?: string;
  readonly sticky?: boolean;
  readonly static?: boolean;
  /** Whether something scrapes the platform; of the first agent. */
  readonly metrics?: boolean;
  readonly routes?: readonly RouteInput[];
}

/** A rendered edge, with the agents behind it. */
export interface Result {
  readonly objects: Rendered[];
  readonly context: PlatformContext;
  /** Annotations of the one Ingress of a name. */
  annotations(name: string): Record<string, string>;
}

/**
 * Renders an edge in front of agents; options are parsed, so that defaults are the real ones, but that Traefik gets
 * routes that it can express: answers that do not stream.
 */
export function render(options: Record<string, unknown>, ...agents: readonly AgentInput[]): Result {
  const base = options.controller === 'traefik' ? { responseBuffering: true } : {};
  const scope = testScope({ metrics: agents[0]?.metrics ?? true });
  const backends = agents.map((agent): Backend => {
    const { name = 'agent', host = 'agent.example.com', sticky = false, routes = GUIDE_ROUTES } = agent;
    const component = new Component(scope, name, { order: 'agent' });
    return {
      name,
      host,
      sticky,
      routes: routes.map((route) => parse(RouteSchema, { ...base, ...route }, 'route')),
      agent: workload(component, name, 8501),
      static: agent.static === false ? undefined : workload(component, `${name}-static`, 8080),
    };
  });
  new Edge(scope, 'edge', { options: controllerOptions(options), backends });
  for (const { agent, static: files } of backends) for (const pods of [agent, files]) pods?.renderNetworkPolicy();
  const objects = rendered(scope);
  return {
    objects,
    context: scope.context,
    annotations: (name) => find(objects, 'Ingress', name).metadata.annotations ?? {},
  };
}

/** Options with their defaults. */
export function controllerOptions(options: Record<string, unknown>): ControllerOptions {
  const parsed = parse(EdgeSchema, options, 'edge');
  if (parsed.controller === 'none') throw new Error('expected a controller');
  return parsed;
}

function workload(component: Component, name: string, http: number): Workload {
  const resources = { cpu: 1, memory: '1Gi' };
  return new Workload(component, {
    kind: 'Deployment',
    name,
    component: 'agent',
    replicas: 3,
    user: { uid: 10001, gid: 10001 },
    containers: [{ name: 'main', image: 'registry.example.com/ai-agent:1.4.2', ports: { http }, resources }],
  });
}

/** An error with exactly these lines. */
export function lines(...texts: readonly string[]): Error {
  return new Error(texts.join('\n'));
}
