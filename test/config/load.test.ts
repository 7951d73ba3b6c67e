import fc from 'fast-check';
import { z } from 'zod';
import { loadEnvironment } from '../../lib/config';
import { GOOD, inFolderOfItsOwn, problems, schema, write } from './support';

inFolderOfItsOwn();

describe('a good file', () => {
  const value = {
    name: 'production',
    domain: 'agent.example.com',
    agents: {
      agent: {
        image: 'registry.example.com/agent:1',
        replicas: { min: 3, max: 10 },
        uses: ['redis', { store: 'postgres', url: 'DATABASE_URL' }],
        debug: true,
      },
    },
    stores: { postgres: { provider: 'external', host: 'db.example.com' }, redis: { memory: '2Gi' } },
  };

  it.each([
    ['as it is', GOOD],
    ['with a byte order mark and CRLF', `\uFEFF${GOOD.replaceAll('\n', '\r\n')}`],
    ['with document marks', `---\n${GOOD}...\n`],
    ['with YAML 1.1 asked for', `%YAML 1.1\n---\n${GOOD}`],
    ['with aliases', GOOD.replace('production', '&n production').replace('"DATABASE_URL"', '*n')],
    ['with a closing bracket at the margin', `${GOOD.replace('{ memory: 2Gi }', '{\n    memory: 2Gi\n  }')}`],
  ])('%s', (_, text) => {
    write({ 'e.yaml': text });
    expect(loadEnvironment('e.yaml', schema)).toEqual({ value, files: ['e.yaml'] });
  });

  it('reads keys as text, and yes, no, on and 010 as YAML 1.2 does', () => {
    write({ 'e.yaml': '1: yes\ntrue: no\non: 010\nnull: ~\n' });
    const { value } = loadEnvironment('e.yaml', z.record(z.string(), z.unknown()));
    expect(value).toEqual({ '1': 'yes', true: 'no', on: 10, null: null });
  });

  it('keeps an alias apart from a later anchor of the same name', () => {
    write({ 'e.yaml': 'a: &x [1]\nb: &y [*x]\nc: &x [2]\nd: [*x, *y]\n' });
    expect(loadEnvironment('e.yaml', z.unknown()).value).toEqual({ a: [1], b: [[1]], c: [2], d: [[2], [[1]]] });
  });
});

describe('whatever is changed in a good file', () => {
  const lines = GOOD.split('\n');
  const numbered = lines.map((text, index) => ({ text, at: `e.yaml:${index + 1}:` }));
  const change = (at: string, to: string) => numbered.map((line) => (line.at === at ? to : line.text)).join('\n');

  it.each(numbered.filter(({ text }) => /^\s*(- )?(?!agent:)\w+:/.test(text)))('a typo in "$text" is found there', ({ text, at }) => {
    const typo = text.replace(/(\w)(\w)(\w*):/, '$2$1$3:');
    expect(problems({ 'e.yaml': change(at, typo) })).toContainEqual(expect.stringMatching(new RegExp(`^${at}.*unknown key.*did you mean`)));
  });

  it.each(numbered.filter(({ text }) => /\w$/.test(text) && !text.startsWith('#')))(
    'a wrong type in "$text" is found there',
    ({ text, at }) => {
      const wrong = text.replace(/([\w./:-]+)$/, '[[]]');
      expect(problems({ 'e.yaml': change(at, wrong) })).toEqual([
        expect.stringMatching(new RegExp(`^${at}${wrong.indexOf('[[') + 1}: .*got a list, expected`)),
      ]);
    },
  );

  it('gives a value or problems with a place inside of the file', () => {
    const edit = fc.record({
      at: fc.nat(GOOD.length),
      drop: fc.nat(9),
      add: fc.string({ unit: fc.constantFrom(...'\n\t :-{}[],"\'&*!|>#%@`ax1?'), maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const text = edits.reduce((all, { at, drop, add }) => all.slice(0, at) + add + all.slice(at + drop), GOOD);
        for (const line of problems({ 'e.yaml': text })) {
          const [, row, column] = /^e\.yaml:(\d+):(\d+): .*(got|no such file)/.exec(line) ?? [];
          const there = text.split('\n')[Number(row) - 1];
          expect({ line, isInside: there !== undefined && Number(column) <= there.length + 1 }).toEqual({
            line,
            isInside: true,
          });
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
