import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, type ClusterAccess } from './kubectl';

export interface ControlPlane {
  readonly access: ClusterAccess;
  stop(): void;
}

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager'];
const START_SECONDS = 60;

/** Neither a folder with the programs nor a cluster was given. */
export class NoCluster extends Error {}

/** The cluster of KUBECONFIG if only that is set, else one of our own from the programs in KUBEBUILDER_ASSETS. */
export async function controlPlane(env: NodeJS.ProcessEnv): Promise<ControlPlane> {
  if (env.KUBEBUILDER_ASSETS) return startControlPlane(env.KUBEBUILDER_ASSETS);
  if (env.KUBECONFIG) return givenCluster(env.KUBECONFIG);
  throw new NoCluster('set KUBEBUILDER_ASSETS or KUBECONFIG');
}

interface KubeconfigCluster {
  readonly server: string;
  readonly 'certificate-authority-data'?: string;
}

function givenCluster(kubeconfig: string): ControlPlane {
  const dir = mkdtempSync(join(tmpdir(), 'cluster-'));
  const stop = (): void => rmSync(dir, { recursive: true, force: true });
  const caFile = join(dir, 'ca.crt');
  const access = { own: false, kubectl: 'kubectl', kubeconfig, server: '', caFile, cacheDir: join(dir, 'cache') };
  try {
    const view = new Cluster(access).run(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
    const cluster = (JSON.parse(view) as { clusters: { cluster: KubeconfigCluster }[] }).clusters[0]?.cluster;
    if (!cluster) throw new Error(`${kubeconfig} names no cluster`);
    writeFileSync(caFile, Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64'));
    return { access: { ...access, server: cluster.server }, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function startControlPlane(assets: string): Promise<ControlPlane> {
  const absent = PROGRAMS.filter((program) => !existsSync(join(assets, program)));
  if (absent.length > 0) throw new Error(`KUBEBUILDER_ASSETS=${assets} has no ${absent.join(', ')}`);

  const dir = mkdtempSync(join(tmpdir(), 'control-plane-'));
  const file = (name: string): string => join(dir, name);
  const children: ChildProcess[] = [];
  const start = (program: string, args: Record<string, string | number | boolean>): ChildProcess => {
    const log = openSync(file(`${program}.log`), 'w');
    const flags = Object.entries(args).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(join(assets, program), flags, { cwd: dir, stdio: ['ignore', log, log] });
    children.push(child);
    return child;
  };
  const stop = (): void => {
    // SIGKILL: the API server would drain for a minute, and nothing in the temp folder is wanted any more
    for (const child of children) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    process.off('exit', stop);
  };
  process.once('exit', stop);

  const [clientPort, peerPort, apiPort] = await freePorts();
  const etcd = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const server = `https://127.0.0.1:${apiPort}`;
  const token = randomBytes(16).toString('hex');
  // the API server makes its own certificate in cert-dir; that file is also what clients trust
  const caFile = file('pki/apiserver.crt');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(file('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(file('tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  writeFileSync(file('kubeconfig'), kubeconfigText(server, caFile, token), { mode: 0o600 });
  const ownKubectl = join(assets, 'kubectl');
  const access: ClusterAccess = {
    own: true,
    kubectl: existsSync(ownKubectl) ? ownKubectl : 'kubectl',
    kubeconfig: file('kubeconfig'),
    server,
    caFile,
    cacheDir: file('kubectl-cache'),
  };

  try {
    start('etcd', {
      'data-dir': file('etcd'),
      'listen-client-urls': etcd,
      'advertise-client-urls': etcd,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `default=${peer}`,
      'unsafe-no-fsync': true,
    });
    start('kube-apiserver', {
      'etcd-servers': etcd,
      'bind-address': '127.0.0.1',
      'advertise-address': '127.0.0.1',
      // there is no network to publish an address of the API server in
      'endpoint-reconciler-type': 'none',
      'secure-port': apiPort,
      'cert-dir': file('pki'),
      'token-auth-file': file('tokens.csv'),
      // all admission plugins stay at their defaults: a missing ServiceAccount must show
      'authorization-mode': 'RBAC',
      'service-cluster-ip-range': '10.96.0.0/16',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': file('sa.key'),
      'service-account-signing-key-file': file('sa.key'),
      'allow-privileged': true,
      profiling: false,
    });
    await until('the API server', children, dir, () => {
      const ready = new Cluster(access).kubectl(['get', '--raw', '/readyz', '--request-timeout=5s']);
      return ready.status === 0;
    });
    start('kube-controller-manager', {
      kubeconfig: file('kubeconfig'),
      'leader-elect': false,
      'secure-port': 0,
      'use-service-account-credentials': false,
      'service-account-private-key-file': file('sa.key'),
      'root-ca-file': caFile,
      'horizontal-pod-autoscaler-sync-period': '2s',
      // no kubelet reports: a Node object made by a test stays as it was made
      'node-monitor-grace-period': '24h',
      'node-startup-grace-period': '24h',
      'kube-api-qps': 200,
      'kube-api-burst': 300,
    });
    await until('the controller manager', children, dir, () => {
      const account = new Cluster(access).kubectl(['get', 'serviceaccount', 'default', '-n', 'default']);
      return account.status === 0;
    });
  } catch (error) {
    stop();
    throw error;
  }
  return { access, stop };
}

async function until(what: string, children: ChildProcess[], dir: string, ready: () => boolean): Promise<void> {
  const end = Date.now() + START_SECONDS * 1000;
  while (!ready()) {
    // the pause also lets Node see a child that ended
    await new Promise((resolve) => setTimeout(resolve, 200));
    const dead = children.find((child) => child.exitCode !== null || child.signalCode !== null);
    if (!dead && Date.now() < end) continue;
    const program = dead?.spawnfile.split('/').pop();
    const logs = (program ? [program] : PROGRAMS)
      .map((name) => join(dir, `${name}.log`))
      .filter(existsSync)
      .map((log) => `--- ${log}\n${readFileSync(log, 'utf8').split('\n').slice(-15).join('\n')}`);
    throw new Error(`${what} did not come up: ${program ? `${program} ended` : 'timeout'}\n${logs.join('\n')}`);
  }
}

/** Ports that are free now, all different because all are held at the same time. */
async function freePorts(): Promise<[number, number, number]> {
  const held: Server[] = [];
  const hold = async (): Promise<number> => {
    const server = createServer().listen(0, '127.0.0.1');
    held.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const ports: [number, number, number] = [await hold(), await hold(), await hold()];
  await Promise.all(held.map((server) => once(server.close(), 'close')));
  return ports;
}

function kubeconfigText(server: string, caFile: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': caFile } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  });
}
