import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generatedEnvironments } from '../../support/generated';
import { type ControlPlane, controlPlane, NoCluster } from './control-plane';
import { Cluster, type ClusterAccess } from './kubectl';

const ROOT = resolve(__dirname, '../../..');

/** What the tests are told, through the environment variable TEST_CLUSTER. */
export interface TestCluster {
  readonly access: ClusterAccess;
  readonly dist: string;
}

/** Kept for teardown.ts, which jest loads as a module of its own. */
export const running = globalThis as { clusterTier?: { stop(): void } };

export default async function setup(): Promise<void> {
  const started = Date.now();
  delete process.env.TEST_CLUSTER;
  // an interrupted run ends the ordinary way, so that what it started ends with it
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  let plane: ControlPlane;
  try {
    plane = await controlPlane(process.env);
  } catch (error) {
    if (!(error instanceof NoCluster)) throw error;
    if (process.env.REQUIRE_TIERS?.split(/[\s,]+/).includes('cluster')) {
      throw new Error(`tier cluster is in REQUIRE_TIERS: ${error.message}`);
    }
    console.log(`tier cluster skipped: ${error.message}`);
    return;
  }
  const dist = mkdtempSync(join(tmpdir(), 'cluster-dist-'));
  running.clusterTier = {
    stop: () => {
      plane.stop();
      rmSync(dist, { recursive: true, force: true });
    },
  };
  process.once('exit', running.clusterTier.stop);
  try {
    const cluster = new Cluster(plane.access);
    const version = JSON.parse(cluster.run(['get', '--raw', '/version'])) as { gitVersion: string };
    const crds = ['-f', join(ROOT, 'imports/crds')];
    cluster.run(['apply', '--server-side', ...crds]);
    cluster.run(['wait', '--for=condition=Established', '--timeout=60s', ...crds]);
    if (plane.access.own) addNode(cluster);
    const rendered = process.env.CLUSTER_DIST ? resolve(process.env.CLUSTER_DIST) : synth(dist);
    process.env.TEST_CLUSTER = JSON.stringify({ access: plane.access, dist: rendered } satisfies TestCluster);
    console.log(`tier cluster: Kubernetes ${version.gitVersion}, ready in ${(Date.now() - started) / 1000}s`);
  } catch (error) {
    running.clusterTier.stop();
    throw error;
  }
}

/** A node that never runs anything, so that DaemonSets have somewhere to make a pod for. */
function addNode(cluster: Cluster): void {
  cluster.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'paper' } }));
  const conditions = [{ type: 'Ready', status: 'True', reason: 'Test', message: 'a node on paper' }];
  cluster.run(['patch', 'node', 'paper', '--subresource=status', '-p', JSON.stringify({ status: { conditions } })]);
}

/** Renders the reference environments, those of this tier, and as many generated ones as CLUSTER_GENERATED says. */
function synth(out: string): string {
  const folders = ['environments', 'test/cluster'].map((folder) => join(ROOT, folder));
  const references = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join(folder, name)),
  );
  const generated = generatedEnvironments(Number(process.env.CLUSTER_GENERATED ?? 5)).map(({ name, yaml }) => {
    const file = join(out, `${name}.yaml`);
    writeFileSync(file, yaml);
    return file;
  });
  const dist = join(out, 'dist');
  const args = [join(ROOT, 'build/main.js'), 'synth', ...references, ...generated, '--out', dist];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`synth: exit ${status}\n${stdout}${stderr}`);
  return dist;
}
