import fs from 'node:fs';
import { z } from 'zod';
import { loadEnvironment } from '../../lib/config';
import { GOOD, inFolderOfItsOwn, problems, write } from './support';

inFolderOfItsOwn();

describe('files that are no environment', () => {
  it.each<[title: string, text: string | Buffer, ...lines: string[]]>([
    ['empty', '', ':1:1: got an empty file, expected lines such as "key: value"'],
    ['comments only', '# a\n# b\n', ':1:1: got an empty file, expected lines such as "key: value"'],
    ['a document mark only', '---\n', ':1:4: got an empty file, expected lines such as "key: value"'],
    ['a list', '# a\n- a\n', ':2:1: got a list, expected lines such as "key: value"'],
    ['a scalar', 'name:production\n', ':1:1: got "name:production", expected lines such as "key: value"'],
    ['UTF-16', Buffer.from('\uFEFFname: a', 'utf16le'), ': not UTF-8 text, expected a YAML file'],
    ['several documents', 'a: 1\n---\nb: 1\n---\nc: 1\n', ':2:1: got a second document, expected one; remove the "---"'],
    ['tabs', 'a:\n\tb: 1\n', ':2:1: got a tab, expected spaces as indentation'],
    ['a colon too many', 'a: b: c\n', ':1:4: got a second "key: value", expected one a line; check the indentation, or quote the text'],
    ['no space after a colon', 'a: 1\nb:1\nc: 1\n', ':2:1: got no "key: value", expected a key, a colon and a space'],
    ['no colon', 'a: 1\nb\n', ':2:1: got no "key: value", expected a key, a colon and a space'],
    ['an open quote', 'a:\n  b: "x\nc: 1\n', ':2:6: got an open quote, expected a closing "'],
    [
      'open brackets',
      'a: [1,2\nb: {a: [1\nc: 1\n',
      ':1:4: got an open bracket, expected a closing ]',
      ':2:8: got an open bracket, expected a closing ]',
    ],
    ['indentation', 'a:\n    b: 1\n  c: 1\n', ':3:1: got an indentation that fits no line above, expected the column of a neighbour'],
    [
      'reserved characters',
      'a: @x\nb: `x\nc: %x\n',
      ':1:4: got a text that starts with @, expected quotes around it',
      ':2:4: got a text that starts with `, expected quotes around it',
      ':3:4: got a text that starts with %, expected quotes around it',
    ],
    [
      'schedules',
      'a: * * * * *\nb: */5 * * * *\n',
      ':1:4: got a text that starts with *, expected quotes around it',
      ':2:8: got a text that starts with *, expected quotes around it',
    ],
    ['text after a quote', 'a: "b" c\n', ':1:8: got more text after the end of a value, expected quotes around the whole'],
    ['templates', 'a: {{ .Values.a }}\n', ':1:5: got a map or a list as a key, expected text; quote a text that starts with {'],
    ['a list as a key', '? [a]\n: b\n', ':1:3: got a map or a list as a key, expected text; quote a text that starts with {'],
    [
      'tags',
      'a: !Ref b\nb: !!binary aGk=\nc: !!str 5\n',
      ':1:4: got the tag !Ref, expected a plain value',
      ':2:4: got the tag binary, expected a plain value',
    ],
    ['an escape', 'a: "\\q"\n', ':1:5: got the escape \\q, expected \\\\ for a backslash; or use single quotes'],
    ['a comment too close', 'a: "b"#c\n', ':1:7: got a # right after a value, expected a space before it'],
    ['text after a bar', 'a: |b\n  c\n', ':1:5: got text after | or >, expected it on the next line'],
    ['anything else', 'a: {b: 1,, c: 1}\n', ':1:10: got broken YAML: unexpected , in flow map'],
    [
      'deep',
      `a: ${'['.repeat(60)}${']'.repeat(60)}\n`,
      expect.stringMatching(/^:1:54: a(\[0\]){50}: got more than 50 levels, expected a few$/),
    ],
    [
      'very deep',
      `a: ${'['.repeat(9999)}${']'.repeat(9999)}\n`,
      expect.stringMatching(/^:1:\d+: got too many lists or maps inside each other, expected a few levels$/),
    ],
    [
      'a billion laughs',
      [...'abcdefghi'].map((name, i) => `${name}: &${name} [${Array(9).fill(i ? `*${'abcdefghi'[i - 1]}` : 'lol')}]`).join('\n'),
      ':5:8: e[0]: got *d, expected aliases for at most 10000 values in all',
    ],
    [
      'aliases that nest',
      Array.from({ length: 30 }, (_, i) => `k${i}: &k${i} ${'{a: '.repeat(48)}${i ? `*k${i - 1}` : '1'}${'}'.repeat(48)}`).join('\n'),
      expect.stringContaining('got *k19, expected aliases for at most 10000 values in all'),
    ],
  ])('%s', (_, text, ...lines) => expect(problems({ 'e.yaml': text }).map((line) => line.replace(/^e\.yaml/, ''))).toEqual(lines));

  it('loads what stays just below the limits, however deep', () => {
    const text = Array.from({ length: 20 }, (_, i) => `k${i}: &k${i} ${'{a: '.repeat(48)}${i ? `*k${i - 1}` : '1'}${'}'.repeat(48)}`).join(
      '\n',
    );
    write({ 'base.yaml': text, 'e.yaml': `extends: base.yaml\n${text}` });
    expect(loadEnvironment('e.yaml', z.unknown()).files).toEqual(['e.yaml', 'base.yaml']);
  });

  it.each([
    ['is not there', 'dev.yaml', 'dev.yaml: no such file'],
    ['is not there, but a similar one is', 'prodution.yaml', 'prodution.yaml: no such file; did you mean "production.yaml"?'],
    ['is in no folder', 'nowhere/dev.yaml', 'nowhere/dev.yaml: no such file'],
    ['is a folder', '.', '.: a folder, expected a file'],
    ['is below a file', 'production.yaml/dev.yaml', 'production.yaml/dev.yaml: not readable (ENOTDIR)'],
  ])('%s', (_, file, line) => expect(problems({ 'production.yaml': GOOD }, file)).toEqual([line]));

  it('may not be read', () => {
    jest.spyOn(fs, 'readFileSync').mockImplementationOnce(() => {
      throw Object.assign(new Error(), { code: 'EACCES' });
    });
    expect(problems({}, 'e.yaml')).toEqual(['e.yaml: not readable (EACCES)']);
  });
});
