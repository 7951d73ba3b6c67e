import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { toYaml } from '../../lib/render/yaml';
import { TEXTS } from '../support/yaml-texts';

/** What the readers of both versions of YAML make of a text. */
const READERS: Record<string, (text: string) => unknown> = {
  'YAML 1.1': (text) => parse(text, { version: '1.1', maxAliasCount: 0 }),
  'YAML 1.2': (text) => parse(text, { version: '1.2', maxAliasCount: 0 }),
};

/** The characters that a YAML document may have (YAML 1.2, c-printable; Go's reader refuses others). */
const PRINTABLE = /^[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Fails unless every reader gets back what was written. */
function expectRoundTrip(document: unknown): void {
  const text = toYaml(document);
  expect(text).toMatch(PRINTABLE);
  expect(text.endsWith('\n')).toBe(true);
  for (const [name, read] of Object.entries(READERS)) expect({ name, document: read(text) }).toEqual({ name, document });
}

const shown = (text: string) =>
  JSON.stringify(text).replaceAll(/[^ -~]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
const cases = Object.entries(TEXTS).flatMap(([what, texts]) => texts.map((text) => ({ what, text, shown: shown(text) })));

test.each(cases)('$what: $shown', ({ text }) => {
  expectRoundTrip({ value: text, after: 'x' });
  expectRoundTrip({ list: [text, text], last: { value: text } });
  expectRoundTrip({ deep: { list: [{ first: text, second: [text, [text]] }] } });
  if (text.length < 1000) expectRoundTrip({ [text]: { [text]: text }, after: 1 });
});

test.each<[unknown]>([
  [{ a: 1, b: -1, c: 1.5, d: 0, e: 65535, f: 2147483647, g: 9007199254740991 }],
  [{ a: true, b: false, c: null }],
  [{ a: {}, b: [], c: [{}], d: [[]], e: '' }],
  [{ a: [[1, 2], [[3]]], b: [{ c: [{ d: [] }] }] }],
  [[1, 'a', { b: [] }]],
  [[]],
  [{}],
  ['yes'],
])('%j is read as it was written', (document) => {
  expectRoundTrip(document);
});

test('any document is read as it was written', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom('a', ' ', '\n', '\t', ':', '-', '#', "'", '"', '1', '\\', '|', '{', '\u2028', '\ufeff'),
    }),
    fc.constantFrom(...cases.map((each) => each.text)),
  );
  const key = text.filter((each) => each !== '__proto__');
  const scalar = fc.oneof({ weight: 4, arbitrary: text }, fc.integer(), fc.boolean());
  const { document } = fc.letrec<{ document: unknown; value: unknown }>((tie) => ({
    document: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 4 }), tie('document')),
  }));
  fc.assert(fc.property(document, expectRoundTrip), { numRuns: 500, seed: 20260102 });
});

test('reads well: keys sorted below the first level, words bare, lists below their key, scripts as they are', () => {
  const document = {
    kind: 'Job',
    metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'a', version: '1.0' } },
    spec: { ports: [{ port: 80, protocol: 'TCP' }], command: ['sh', '-c', 'a\nb'], on: true },
    data: { 'run.sh': '#!/bin/sh\nset -eu\n\necho "$1"\n' },
    empty: {},
  };
  expect(toYaml(document)).toBe(`kind: Job
metadata:
  labels:
    app.kubernetes.io/name: a
    version: "1.0"
  name: a
spec:
  command:
  - sh
  - "-c"
  - |-
    a
    b
  "on": true
  ports:
  - port: 80
    protocol: TCP
data:
  run.sh: |
    #!/bin/sh
    set -eu

    echo "$1"
empty: {}
`);
});

test('documents stay apart whatever stands in them', () => {
  const documents = cases.map(({ text }) => ({ text, list: [text] }));
  const text = documents.map(toYaml).join('---\n');
  expect(parseAllDocuments(text).map((document) => document.toJS())).toEqual(documents);
});
