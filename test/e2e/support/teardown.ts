import { join } from 'node:path';
import { tell } from '../../support/figures';
import { EDGE, kubectl, NAMESPACE, SURGERY } from './kubernetes';

/** Tells the figures of the run, and with E2E_WRITE=1 writes them into docs/reliability.md. Leaves the cluster as it was found. */
export default function teardown(): void {
  // jest has loaded kubernetes.ts before setup.ts set this
  if (!process.env.E2E) return;
  const { dist }: { dist: string } = JSON.parse(process.env.E2E);
  tell(join(dist, '../figures.jsonl'), { name: 'figures', head: ['what', 'figure'], write: process.env.E2E_WRITE !== undefined });
  // E2E_KEEP=1 leaves it as the tests did
  if (!process.env.E2E_KEEP)
    kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', NAMESPACE, 'ai-agent-dev', EDGE, SURGERY]);
}
