import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Keeps one line of a table of figures: its cells. */
export function keep(file: string, ...cells: readonly string[]): void {
  appendFileSync(file, `${JSON.stringify(cells)}\n`);
}

/** Tells what was kept as a table, and if it is wanted writes it into a document, between `<!-- name -->` and `<!-- end name -->`. */
export function tell(file: string, { name, head, write }: { name: string; head: readonly string[]; write: boolean }): void {
  if (!existsSync(file)) return;
  const kept: string[][] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  // stable: what belongs to one thing stands together, in the order of its tests
  if (head.length > 2) kept.sort(([a = ''], [b = '']) => a.localeCompare(b));
  const table = [head, head.map(() => '---'), ...kept].map((cells) => `| ${cells.join(' | ')} |\n`.replace(/ (---) /g, '$1')).join('');
  console.log(table);
  if (!write) return;
  const document = 'docs/reliability.md';
  const between = new RegExp(`(?<=<!-- ${name} -->\n)[^]*(?=<!-- end ${name} -->)`);
  writeFileSync(
    document,
    readFileSync(document, 'utf8').replace(between, () => table),
  );
}
