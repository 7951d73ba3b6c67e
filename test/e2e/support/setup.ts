import { get, kubectl, NAMESPACE, render, SURGERY, settled } from './kubernetes';

export default async function setup(): Promise<void> {
  delete process.env.E2E;
  const isRequired = process.env.REQUIRE_TIERS?.split(/[\s,]+/).includes('e2e');
  if (!process.env.KUBECONFIG) {
    const message = 'needs KUBECONFIG, of a throw-away cluster that runs pods and has the images (test/e2e/README.md)';
    if (isRequired) throw new Error(`tier e2e is in REQUIRE_TIERS: ${message}`);
    console.log(`tier e2e skipped: ${message}`);
    return;
  }
  const all = get('namespace').filter(({ metadata }) => /^(ai-agent|e2e)-/.test(metadata.name));
  const namespaces = all.filter(({ status }) => status.phase === 'Active').map(({ metadata }) => metadata.name);
  const [platform] = namespaces.filter((name) => name.startsWith('ai-agent-'));
  // what an earlier run of these tests left is in a cluster that has the namespace of their surgeon
  if (platform && !namespaces.includes(SURGERY)) throw new Error(`tier e2e: expected a throw-away cluster, found namespace ${platform}`);
  // or it is on its way out
  const leaving = all.filter(({ status }) => status.phase !== 'Active').map(({ metadata }) => `namespace/${metadata.name}`);
  if (leaving.length > 0) kubectl(['wait', '--for=delete', '--timeout=180s', ...leaving]);
  process.env.E2E = JSON.stringify({ dist: render('test/e2e/environment.yaml') });
  kubectl(['apply', '--server-side', '-f', 'test/e2e/support/pods.yaml']);
  await settled('e2e-edge', 120);
  await settled('e2e-node', 120);
  console.log(`tier e2e: ${process.env.KUBECONFIG}, platform in ${NAMESPACE}`);
}
