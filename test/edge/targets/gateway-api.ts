import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../cluster/support/kubectl';
import { apply } from '../support/apply';
import type { Context, Target } from './target';

const SYSTEM = 'envoy-gateway-system';
const CONTROLLER = 'gateway.envoyproxy.io/gatewayclass-controller';
const OF_GATEWAY = ['-n', SYSTEM, '-l', 'gateway.envoyproxy.io/owning-gateway-name=edge'];
/** Envoy's interface for its operator; Envoy Gateway has its own at 19000. */
export const ENVOY_ADMIN = 19100;

/** Envoy Gateway on the API server, and the Envoy that it asks for, which no kubelet starts. */
export const gatewayApi: Target = {
  name: 'gateway-api',
  number: 4,
  // Envoy listens at all addresses, and is spared the ports that only root may have
  ports: { http: 10080, https: 10443 },
  start: async (context) => {
    startGateway(context);
    apply(context, gatewayApi, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', controllerName: CONTROLLER });
    await startEnvoy(context);
  },
};

/** Starts the controller. */
export function startGateway({ cluster, assets, folder, launch }: Context): void {
  cluster.run(['apply', '--server-side', '-f', join(assets, 'envoy-gateway-crds.yml')]);
  // what it does not find when it starts, it does not look for again
  cluster.run(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  cluster.run(['create', 'namespace', SYSTEM]);
  const configuration = join(folder, 'configuration.yaml');
  const kubernetes = { leaderElection: { disable: true }, proxyTopologyInjector: { disabled: true } };
  writeFileSync(
    configuration,
    JSON.stringify({
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'EnvoyGateway',
      gateway: { controllerName: CONTROLLER },
      provider: { type: 'Kubernetes', kubernetes },
    }),
  );
  // it reads its certificates at a fixed path
  const sandbox = ['--dev-bind', '/dev', '/dev', '--bind', tmpdir(), tmpdir(), '--ro-bind', assets, assets];
  const program = join(assets, 'bin/envoy-gateway');
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: cluster.access.kubeconfig };
  const { status, stdout, stderr } = spawnSync('bwrap', [...sandbox, program, 'certgen', '--disable-topology-injector'], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`envoy-gateway certgen: ${stdout}${stderr}`);
  writeCertificates(cluster, 'envoy-gateway', join(folder, 'certs'));
  launch('bwrap', [...sandbox, '--ro-bind', join(folder, 'certs'), '/certs', program, 'server', '--config-path', configuration]);
}

/** Starts Envoy with the arguments of its Deployment. */
export async function startEnvoy({ cluster, assets, folder, launch }: Context): Promise<void> {
  await eventually(60, () => (deployments(cluster).length > 0 ? [] : ['the Deployment of Envoy']));
  const [deployment] = deployments(cluster);
  const container = deployment?.spec.template.spec.containers.find(({ name }) => name === 'envoy');
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
  for (const { data } of cluster.items<Data>(['configmaps', ...OF_GATEWAY]))
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

const deployments = (cluster: Cluster) => cluster.items<Deployment>(['deployments', ...OF_GATEWAY]);

/** What Envoy Gateway made for itself and for Envoy. */
function writeCertificates(cluster: Cluster, secret: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { data } of cluster.items<Data>(['secret', secret, '-n', SYSTEM]))
    for (const [key, text] of Object.entries(data)) writeFileSync(join(folder, key), Buffer.from(text, 'base64'));
}
