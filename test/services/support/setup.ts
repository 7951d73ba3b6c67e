import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a place for the figures of this run. */
export default function setup(): void {
  process.env.SERVICES_FIGURES = join(mkdtempSync(join(tmpdir(), 'services-')), 'figures.jsonl');
}
