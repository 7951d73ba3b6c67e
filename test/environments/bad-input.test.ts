import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMap, isPair, isScalar, LineCounter, type Pair, parseDocument, type Scalar, visit } from 'yaml';
import { cli } from '../support/cli';
import { snapshotOf } from '../support/folder';

const source = readFileSync('environments/production.yaml', 'utf8');
const lines = new LineCounter();
const document = parseDocument(source, { lineCounter: lines });

/** Maps whose keys are the user's own: another name there is no mistake. */
const OWN_KEYS = /^(agents|agents\.agent\.env|agents\.agent\.secretEnv)$/;

interface Place {
  readonly path: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

function place(node: Scalar, path: string): Place {
  const [start = 0, end = 0] = node.range ?? [];
  return { path, line: lines.linePos(start).line, start, end };
}

const keys: Place[] = [];
const values: Place[] = [];
visit(document, {
  Pair(_, pair, ancestors) {
    const { key, value } = pair as Pair<Scalar<string>, unknown>;
    const above = ancestors.filter((node): node is Pair<Scalar<string>> => isPair(node)).map((node) => node.key.value);
    if (!OWN_KEYS.test(above.join('.'))) keys.push(place(key, [...above, key.value].join('.')));
    if (isScalar(value)) values.push(place(value, [...above, key.value].join('.')));
  },
});

let folder: string;
let out: string;
let before: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
  out = join(folder, 'out');
  const good = join(folder, 'good.yaml');
  writeFileSync(good, source);
  expect(cli('synth', good, '--out', out).status).toBe(0);
  before = snapshotOf(out);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The problem with one place of the file changed: it must name that line, and nothing may be written. */
function problem({ start, end }: Place, replacement: string): string {
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, source.slice(0, start) + replacement + source.slice(end));
  const { status, stderr } = cli('synth', file, '--out', out);
  expect(status).toBe(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('fault of cdk8s-ai-agent');
  expect(snapshotOf(out)).toBe(before);
  return stderr.replaceAll(`${file}:`, '');
}

it('knows every key and value of the file', () => {
  expect(isMap(document.contents)).toBe(true);
  expect(keys.length).toBeGreaterThan(35);
  expect(values.length).toBeGreaterThan(30);
});

it.each(keys)('a typo in the key $path is told with its line', (key) => {
  const typo = `${source.slice(key.start, key.end)}q`;
  expect(problem(key, typo)).toMatch(new RegExp(`^${key.line}:\\d+: [\\w.-]*${typo}: got an unknown key, expected`, 'm'));
});

it.each(values)('a value of a wrong type at $path is told with its line', (value) => {
  expect(problem(value, '[1]')).toMatch(new RegExp(`^${value.line}:\\d+: \\S+: got a list, expected`, 'm'));
});
