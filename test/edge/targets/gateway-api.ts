import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../cluster/support/kubectl';
import { apply } from '../support/apply';
import { troublesOf } from './gateway-api-status';
import type { Context, Target } from './target';

const SYSTEM = 'envoy-gateway-system';
const CONTROLLER = 'gateway.envoyproxy.io/gatewayclass-controller';
const OF_ENVOY = ['-n', SYSTEM, '-l', 'app.kubernetes.io/component=proxy'];

/** Envoy Gateway on the API server, and the Envoy that it asks for, which no kubelet starts. */
export const gatewayApi: Target = {
  name: 'gateway-api',
  number: 4,
  // Envoy listens at all addresses, and is spared the ports that only root may have
  ports: { http: 10080, https: 10443 },
  start: async (context) => {
    startGateway(context);
    apply(context, gatewayApi);
    await startEnvoy(context);
  },
  load: async (context, objects) => {
    // one Envoy for all Gateways
    startGateway(context, { mergeGateways: true });
    await startEnvoy(context);
    return troublesOf(context.cluster, objects);
  },
};

/** Starts the controller. */
function startGateway({ cluster, assets, folder, launch }: Context, proxy = {}): void {
  const apiVersion = 'gateway.envoyproxy.io/v1alpha1';
  const gatewayClass = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: gatewayApi.name },
    spec: {
      controllerName: CONTROLLER,
      parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name: 'edge', namespace: SYSTEM },
    },
  };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM } },
    { apiVersion, kind: 'EnvoyProxy', metadata: { name: 'edge', namespace: SYSTEM }, spec: proxy },
    gatewayClass,
  ];
  cluster.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const configuration = join(folder, 'configuration.yaml');
  const kubernetes = {
    leaderElection: { disable: true },
    proxyTopologyInjector: { disabled: true },
    client: { rateLimit: { qps: 1000, burst: 1000 } },
  };
  const provider = { type: 'Kubernetes', kubernetes };
  writeFileSync(configuration, JSON.stringify({ apiVersion, kind: 'EnvoyGateway', gateway: { controllerName: CONTROLLER }, provider }));
  // it reads its certificates at a fixed path
  const sandbox = ['--die-with-parent', '--dev-bind', '/dev', '/dev', '--bind', tmpdir(), tmpdir(), '--ro-bind', assets, assets];
  const program = join(assets, 'bin/envoy-gateway');
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: cluster.access.kubeconfig };
  const { status, stderr } = spawnSync('bwrap', [...sandbox, program, 'certgen', '--disable-topology-injector'], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`envoy-gateway certgen: exit ${status} ${stderr}`);
  writeCertificates(cluster, 'envoy-gateway', join(folder, 'certs'));
  launch('bwrap', [...sandbox, '--ro-bind', join(folder, 'certs'), '/certs', program, 'server', '--config-path', configuration]);
}

/** Starts Envoy with the arguments of its Deployment. */
async function startEnvoy({ cluster, assets, folder, launch }: Context): Promise<void> {
  const deployments = () => cluster.items<Deployment>(['deployments', ...OF_ENVOY]);
  await eventually(120, () => (deployments().length > 0 ? [] : ['the Deployment of Envoy']));
  const container = deployments()[0]?.spec.template.spec.containers.find(({ name }) => name === 'envoy');
  const own = join(folder, 'envoy');
  writeCertificates(cluster, 'envoy', join(own, 'certs'));
  const here = (text: string) =>
    text
      .replaceAll(/\/(certs|sds)\//g, `${own}/$1/`)
      .replaceAll(`envoy-gateway.${SYSTEM}.svc.cluster.local.`, '127.0.0.1')
      .replaceAll('$(ENVOY_POD_NAME)', 'envoy-0')
      .replaceAll('$(ENVOY_SERVICE_ZONE)', '')
      .replaceAll(/\b1900([013])\b/g, '1910$1');
  mkdirSync(join(own, 'sds'));
  for (const { data } of cluster.items<Data>(['configmaps', ...OF_ENVOY]))
    for (const [key, text] of Object.entries(data)) writeFileSync(join(own, 'sds', key), here(text));
  launch(join(assets, 'bin/envoy'), (container?.args ?? []).map(here));
}

interface Data {
  readonly data: Readonly<Record<string, string>>;
}
interface Deployment {
  readonly spec: { template: { spec: { containers: { name: string; args: string[] }[] } } };
}
type Cluster = Context['cluster'];

/** What Envoy Gateway made for itself and for Envoy. */
function writeCertificates(cluster: Cluster, secret: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { data } of cluster.items<Data>(['secret', secret, '-n', SYSTEM]))
    for (const [key, text] of Object.entries(data)) writeFileSync(join(folder, key), Buffer.from(text, 'base64'));
}
