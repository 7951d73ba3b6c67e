import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EDGE, kubectl, NAMESPACE, SURGERY } from './kubernetes';

/** Tells the figures of the run, and with E2E_WRITE=1 writes them into docs/reliability.md. Leaves the cluster as it was found. */
export default function teardown(): void {
  // jest has loaded kubernetes.ts before setup.ts set this
  if (!process.env.E2E) return;
  const { dist }: { dist: string } = JSON.parse(process.env.E2E);
  const file = join(dist, '../figures.jsonl');
  const figures: [string, string][] = existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  const table = ['| what | figure |', '|---|---|', ...figures.map(([what, value]) => `| ${what} | ${value} |`)].join('\n');
  console.log(table);
  if (process.env.E2E_WRITE) {
    const [before = '', , after = ''] = readFileSync('docs/reliability.md', 'utf8').split(/(?<=<!-- figures -->\n)|(?=<!-- end -->)/);
    writeFileSync('docs/reliability.md', `${before}${table}\n${after}`);
  }
  // E2E_KEEP=1 leaves it as the tests did
  if (!process.env.E2E_KEEP)
    kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', NAMESPACE, 'ai-agent-dev', EDGE, SURGERY]);
}
