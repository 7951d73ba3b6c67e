import * as k8s from '../../imports/k8s';
import type { Annotations } from './controller';
import type { Edge, Entry } from './edge';

/** One Ingress for one host: for a route of it, or without paths for what belongs to the whole host. */
export interface IngressParts {
  readonly name: string;
  readonly host: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether it has the certificate. */
  readonly tls: boolean;
  readonly path?: k8s.HttpIngressPath;
}

export function ingress(edge: Edge, { name, host, annotations, tls, path }: IngressParts): void {
  new k8s.KubeIngress(edge, `${name}-ingress`, {
    metadata: { name, annotations },
    spec: {
      ingressClassName: edge.options.className,
      tls: tls && edge.tls ? [{ hosts: [host], secretName: edge.tls }] : undefined,
      rules: [{ host, http: path && { paths: [path] } }],
    },
  });
}

/** Annotations as objects have them. */
export function prefixed(prefix: string, annotations: Annotations): Record<string, string> {
  const given = Object.entries(annotations).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [`${prefix}/${key}`, String(value)]));
}

/** The path of a route, answered by a Service. */
export function pathOf({ route, workload }: Entry, service = workload.name): k8s.HttpIngressPath {
  const pathType = route.match === 'exact' ? 'Exact' : 'Prefix';
  return { path: route.path, pathType, backend: { service: { name: service, port: { name: 'http' } } } };
}

/**
 * Name of a Service with annotations in front of a route's pods. The agent's own would have those of one route for all,
 * and others use it; routes that ask for the same share one.
 */
export function annotatedService(edge: Edge, { workload }: Entry, annotations: Readonly<Record<string, string>>): string {
  for (let count = 1; ; count += 1) {
    const name = `${workload.name}-edge${count > 1 ? `-${count}` : ''}`;
    const made = edge.node.tryFindChild(`${name}-service`) as k8s.KubeService | undefined;
    if (!made)
      new k8s.KubeService(edge, `${name}-service`, {
        metadata: { name, annotations },
        spec: {
          selector: workload.pods,
          ports: [{ name: 'http', port: workload.port('http'), targetPort: k8s.IntOrString.fromString('http') }],
        },
      });
    else if (wordsOf(made.toJson().metadata.annotations) !== wordsOf(annotations)) continue;
    return name;
  }
}

const wordsOf = (annotations: Readonly<Record<string, string>>) => Object.entries(annotations).sort().join('\n');
