import { readFileSync, writeFileSync } from 'node:fs';
import type { Measured, Row } from '../rows';

const FILE = 'docs/edge.md';
const MARKS = ['<!-- measured -->\n', '<!-- /measured -->'] as const;

/** Writes what was measured into docs/edge.md. */
export function writeTable(targets: readonly string[], rows: readonly Row[], results: ReadonlyMap<string, Measured>): void {
  const lines = rows.map(({ name }) => `| ${[name, ...targets.map((target) => results.get(`${target}: ${name}`))].join(' | ')} |`);
  const table = [`| | ${targets.join(' | ')} |`, `|---|${'---|'.repeat(targets.length)}`, ...lines].join('\n');
  const text = readFileSync(FILE, 'utf8');
  const [before = '', rest = ''] = text.split(MARKS[0]);
  writeFileSync(FILE, `${before}${MARKS[0]}\n${table}\n\n${rest.slice(rest.indexOf(MARKS[1]))}`);
}
