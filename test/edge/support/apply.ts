import { readFileSync } from 'node:fs';
import { GUIDE_ROUTES, render, STREAMLIT } from '../../edge-room/support';
import type { Rendered } from '../../support/platform';
import type { Context, Target } from '../targets/target';
import { AGENT, APP } from './client';

const KINDS = [
  ...['Ingress', 'Middleware', 'ServersTransport', 'Service', 'ConfigMap'],
  ...['Gateway', 'HTTPRoute', 'BackendTrafficPolicy', 'ClientTrafficPolicy'],
];

/** An IngressClass or a GatewayClass, with what stands in its spec. */
interface Class {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: string;
}

/** A policy as the tests of the strategies render it: the guide's routes, and an agent with websockets and a cookie. */
export function objectsOf(controller: string): Rendered[] {
  const files = { path: '/static/', to: 'static' } as const;
  const routes = GUIDE_ROUTES.map((route) => (route.path === '/static/' ? files : route));
  const tls = { provider: 'existing', secret: 'tls' };
  const agents = [
    { name: 'agent', host: AGENT, routes },
    { name: 'app', host: APP, sticky: true, routes: STREAMLIT },
  ];
  return render({ controller, className: controller, tls }, ...agents).objects;
}

/**
 * Applies what a controller is to do, in a namespace of its own, with Services that lead to the replicas of a target.
 *
 * @param ownClass the class that the controller looks for
 */
export function apply({ cluster, tls }: Context, { name: controller, number }: Target, ownClass: Class): void {
  const namespace = `edge-${controller}`;
  const text = JSON.stringify(objectsOf(controller).filter(({ kind }) => KINDS.includes(kind)));
  const objects: Rendered[] = JSON.parse(text.replaceAll('ai-agent-test', namespace));
  const made = objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
  const own = ['agent', 'agent-static', 'app'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ name: 'http', port: name === 'agent-static' ? 8080 : 8501 }] },
  }));
  const slices = [...made, ...own.map(({ metadata }) => metadata.name)].map((name) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-replicas`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    // 8080 is a port of Envoy Gateway
    ports: [{ name: 'http', port: name.includes('static') ? 8502 : 8501, protocol: 'TCP' }],
    endpoints: [11, 12, 13].map((host) => ({ addresses: [`10.200.${number}.${host}`], conditions: { ready: true } })),
  }));
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tls', namespace },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': readFileSync(tls.cert, 'utf8'), 'tls.key': readFileSync(tls.key, 'utf8') },
  };
  const place = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const { apiVersion, kind, ...spec } = ownClass;
  const found = { apiVersion, kind, metadata: { name: controller }, spec };
  const list = { apiVersion: 'v1', kind: 'List', items: [place, found, secret, ...own, ...objects, ...slices] };
  cluster.run(['apply', '--server-side', '-f', '-'], JSON.stringify(list));
}
