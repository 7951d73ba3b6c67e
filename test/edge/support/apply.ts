import { GUIDE_ROUTES, render, STREAMLIT } from '../../edge-room/support';
import type { Rendered } from '../../support/platform';
import type { Context, Target } from '../targets/target';
import { AGENT, APP } from './client';
import { secret, service, slice } from './load';

const KINDS = [
  ...['Ingress', 'Middleware', 'ServersTransport', 'Service', 'ConfigMap'],
  ...['Gateway', 'HTTPRoute', 'BackendTrafficPolicy', 'ClientTrafficPolicy'],
];

/** A policy as the tests of the strategies render it: the guide's routes, and an agent with websockets and a cookie. */
export function objectsOf(controller: string): Rendered[] {
  const files = { path: '/static/', to: 'static' } as const;
  // an exact path that is longer than a prefix of it, and to be preferred to that
  const exact = { path: '/api/ws', match: 'exact', websocket: true } as const;
  const routes = [...GUIDE_ROUTES.map((route) => (route.path === '/static/' ? files : route)), exact];
  const tls = { provider: 'existing', secret: 'tls' };
  const agents = [
    { name: 'agent', host: AGENT, routes },
    { name: 'app', host: APP, sticky: true, routes: STREAMLIT },
  ];
  return render({ controller, className: controller, tls }, ...agents).objects;
}

/**
 * Applies what a controller is to do, in a namespace of its own, with Services that lead to the replicas of a target.
 */
export function apply({ cluster, tls }: Context, { name: controller, number }: Target): void {
  const namespace = `edge-${controller}`;
  const text = JSON.stringify(objectsOf(controller).filter(({ kind }) => KINDS.includes(kind)));
  const objects: Rendered[] = JSON.parse(text.replaceAll('ai-agent-test', namespace));
  const made = objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
  const own = ['agent', 'agent-static', 'app'].map((name) => service(name, namespace));
  const replicas = [11, 12, 13].map((host) => `10.200.${number}.${host}`);
  const slices = [...made, ...own.map(({ metadata }) => metadata.name)].map((name) => slice(name, namespace, replicas));
  const place = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const list = { apiVersion: 'v1', kind: 'List', items: [place, secret(namespace, tls), ...own, ...objects, ...slices] };
  cluster.run(['apply', '--server-side', '-f', '-'], JSON.stringify(list));
}
