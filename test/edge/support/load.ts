import { readFileSync } from 'node:fs';
import type { Rendered } from '../../support/platform';
import type { Context } from '../targets/target';

/** Of each policy two ports, above those that controllers take. */
const FIRST_PORT = 20_000;

/**
 * What random policies became, for one controller that takes all of them at once: each has a namespace, host names and,
 * where it says them itself, ports of its own. What no controller reads is left out.
 */
export function sideBySide(controller: string, policies: readonly (readonly Rendered[])[], tls: Context['tls']): Rendered[] {
  return policies.flatMap((objects, index) => {
    const namespace = `${controller}-${index}`;
    const text = JSON.stringify(objects.filter(({ kind }) => kind !== 'NetworkPolicy'))
      .replaceAll('ai-agent-test', namespace)
      .replaceAll('.example.com', `.${index}.example.com`)
      .replace(/"port":(80|443),"protocol"/g, (_, port) => `"port":${FIRST_PORT + 2 * index + (port === '443' ? 1 : 0)},"protocol"`);
    const own: Rendered[] = JSON.parse(text);
    const made = new Set(own.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name));
    const asked = new Set([...text.matchAll(/(?:"service":|"backendRefs":\[)\{"name":"([^"]+)"/g)].map(([, name]) => name ?? ''));
    const agents = [...asked].filter((name) => !made.has(name));
    // Envoy gets nothing of a route that has no replica
    const slices = text.includes('"backendRefs"') ? agents.map((name) => slice(name, namespace, ['10.200.0.11'])) : [];
    const services = [...agents.map((name) => service(name, namespace)), ...slices];
    return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, secret(namespace, tls), ...services, ...own];
  });
}

/** A Service of an agent, or of its static files. */
export const service = (name: string, namespace: string): Rendered => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { ports: [{ name: 'http', port: name.endsWith('-static') ? 8080 : 8501 }] },
});

/** Where the replicas behind a Service are. */
export const slice = (name: string, namespace: string, addresses: readonly string[]): Rendered => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-replicas`, namespace, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  // 8080 is a port of Envoy Gateway
  ports: [{ name: 'http', port: name.includes('static') ? 8502 : 8501, protocol: 'TCP' }],
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
});

/** The Secret with the certificate. */
export const secret = (namespace: string, { cert, key }: Context['tls']): Rendered => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'tls', namespace },
  type: 'kubernetes.io/tls',
  stringData: { 'tls.crt': readFileSync(cert, 'utf8'), 'tls.key': readFileSync(key, 'utf8') },
});
