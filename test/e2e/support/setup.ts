import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { get, kubectl, NAMESPACE, SURGERY, settled } from './kubernetes';

const ROOT = resolve(__dirname, '../../..');

export default async function setup(): Promise<void> {
  delete process.env.E2E;
  const isRequired = process.env.REQUIRE_TIERS?.split(/[\s,]+/).includes('e2e');
  if (!process.env.KUBECONFIG) {
    const message = 'needs KUBECONFIG, of a throw-away cluster that runs pods and has the images (test/e2e/README.md)';
    if (isRequired) throw new Error(`tier e2e is in REQUIRE_TIERS: ${message}`);
    console.log(`tier e2e skipped: ${message}`);
    return;
  }
  const active = get('namespace').filter(({ status }) => status.phase === 'Active');
  const namespaces = active.map(({ metadata }) => metadata.name);
  const [platform] = namespaces.filter((name) => name.startsWith('ai-agent-'));
  // what an earlier run of these tests left is in a cluster that has the namespace of their surgeon
  if (platform && !namespaces.includes(SURGERY)) throw new Error(`tier e2e: expected a throw-away cluster, found namespace ${platform}`);
  const dist = mkdtempSync(join(tmpdir(), 'e2e-dist-'));
  const environment = join(ROOT, 'test/e2e/environment.yaml');
  const synth = spawnSync(process.execPath, ['build/main.js', 'synth', environment, '--out', dist], { cwd: ROOT, encoding: 'utf8' });
  if (synth.status !== 0) throw new Error(`synth: exit ${synth.status}\n${synth.stderr}`);
  process.env.E2E = JSON.stringify({ dist: join(dist, 'e2e') });
  kubectl(['apply', '--server-side', '-f', join(ROOT, 'test/e2e/support/pods.yaml')]);
  await settled('e2e-edge', 120);
  await settled('e2e-node', 120);
  console.log(`tier e2e: ${process.env.KUBECONFIG}, platform in ${NAMESPACE}`);
}
