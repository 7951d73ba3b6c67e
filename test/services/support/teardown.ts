import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { tell } from '../../support/figures';

/** Tells the figures of this run; with SERVICES_WRITE=1 of a whole run, docs/reliability.md has them. */
export default function teardown(): void {
  const file = process.env.SERVICES_FIGURES ?? '';
  tell(file, { name: 'services', head: ['server', 'what', 'figure'], write: process.env.SERVICES_WRITE === '1' });
  rmSync(dirname(file), { recursive: true });
}
