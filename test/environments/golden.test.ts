import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from '../support/cli';
import { snapshotOf } from '../support/folder';

/** The one golden: dist is what the environments render to, so that a pull request shows every change of YAML. */
it('dist is what npm run synth writes', () => {
  const out = mkdtempSync(join(tmpdir(), 'golden-'));
  const files = readdirSync('environments').map((name) => join('environments', name));
  try {
    expect(cli('synth', ...files, '--out', out).status).toBe(0);
    expect(snapshotOf(out).replaceAll(out, 'dist')).toBe(snapshotOf('dist'));
  } finally {
    rmSync(out, { recursive: true });
  }
});
