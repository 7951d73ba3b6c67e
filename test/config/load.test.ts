import fs, { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { InvalidEnvironment, loadEnvironment } from '../../lib/config';

const memory = z.string().regex(/^\d+[KMG]i$/, { error: 'expected a memory quantity such as 512Mi or 2Gi' });
const Store = z.enum(['postgres', 'redis']);
const schema = z.strictObject({
  name: z.string(),
  domain: z.string(),
  agents: z.record(
    z.string().regex(/^[a-z-]+$/, { error: 'expected lower case letters and "-"' }),
    z.strictObject({
      image: z.string(),
      replicas: z
        .strictObject({ min: z.int().min(1).default(1), max: z.int().default(3) })
        .refine(({ min, max }) => max >= min, { path: ['max'], error: 'expected at least min' })
        .prefault({}),
      uses: z.array(z.union([Store, z.strictObject({ store: Store, url: z.string().optional() })])).default([]),
      env: z.record(z.string(), z.string()).optional(),
      debug: z.boolean().optional(),
    }),
  ),
  stores: z
    .strictObject({
      postgres: z
        .discriminatedUnion('provider', [
          z.strictObject({ provider: z.literal('embedded'), storage: memory.default('50Gi') }),
          z.strictObject({ provider: z.literal('external'), host: z.string(), password: z.int().optional() }),
        ])
        .optional(),
      redis: z.strictObject({ memory: memory.default('1Gi') }).optional(),
    })
    .prefault({}),
});

const GOOD = `# an environment
name: production
domain: agent.example.com
agents:
  agent:
    image: registry.example.com/agent:1
    replicas:
      min: 3
      max: 10
    uses:
      - redis
      - store: postgres
        url: DATABASE_URL
    debug: true
stores:
  postgres:
    provider: external
    host: db.example.com
  redis: { memory: 2Gi }
`;

const home = process.cwd();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

function write(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(name, '..'), { recursive: true });
    writeFileSync(name, text);
  }
}

/** The problems of the first file. */
function problems(files: Readonly<Record<string, string | Buffer>>, file = Object.keys(files)[0] ?? ''): readonly string[] {
  write(files);
  try {
    loadEnvironment(file, schema);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    expect(error.message).toBe(error.lines.join('\n'));
    return error.lines;
  }
}

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

describe('problems in values', () => {
  it('are all reported at once, in file order, at the place of the value or the key', () => {
    const text = `# modeline
name: [production]
domain:
agents:
  agent:
    imagee: x
    replicas: { min: "3", max: 10 }
    uses:
      - redis
      - postgre
      - { stor: redis }
    env:
      PORT: 8080
      "a b": 1
    debug: yes
  Agent 2: {}
  worker: { image: a, replicas: { min: 5, max: 2 } }
  idle:
stores:
  postgres:
    provider: externl
  redis:
    memory:
      512MB
    constructor: {}
    __proto__: {}
  "\\e": 1
`;
    expect(problems({ 'dir/e.yaml': text })).toEqual([
      'dir/e.yaml:2:7: name: got a list, expected text',
      'dir/e.yaml:3:1: domain: got nothing, expected text',
      'dir/e.yaml:5:3: agents.agent.image: got nothing, expected text',
      'dir/e.yaml:6:5: agents.agent.imagee: got an unknown key, expected one of image, replicas, uses, env, debug; did you mean "image"?',
      'dir/e.yaml:7:22: agents.agent.replicas.min: got "3", expected a whole number; remove the quotes',
      'dir/e.yaml:10:9: agents.agent.uses[1]: got "postgre", expected "postgres" or "redis"; did you mean "postgres"?',
      'dir/e.yaml:11:9: agents.agent.uses[2].store: got nothing, expected "postgres" or "redis"',
      'dir/e.yaml:11:11: agents.agent.uses[2].stor: got an unknown key, expected one of store, url; did you mean "store"?',
      'dir/e.yaml:13:13: agents.agent.env.PORT: got 8080, expected text; put it in quotes',
      'dir/e.yaml:14:14: agents.agent.env."a b": got 1, expected text; put it in quotes',
      'dir/e.yaml:15:12: agents.agent.debug: got "yes", expected true or false; did you mean true?',
      'dir/e.yaml:16:3: agents."Agent 2": got "Agent 2", expected lower case letters and "-"',
      'dir/e.yaml:17:48: agents.worker.replicas.max: got 2, expected at least min',
      'dir/e.yaml:18:3: agents.idle: got nothing, expected a map of image, replicas, uses, env, debug',
      'dir/e.yaml:21:15: stores.postgres.provider: got "externl", expected "embedded" or "external"; did you mean "external"?',
      'dir/e.yaml:24:7: stores.redis.memory: got "512MB", expected a memory quantity such as 512Mi or 2Gi; did you mean "512Mi"?',
      'dir/e.yaml:25:5: stores.redis.constructor: got an unknown key, expected memory',
      'dir/e.yaml:26:5: stores.redis.__proto__: got an unknown key, expected one that is not reserved',
      'dir/e.yaml:27:3: stores."\\u001b": got an unknown key, expected one of postgres, redis',
    ]);
  });

  it.each<[title: string, text: string, ...lines: string[]]>([
    ['what the whole lacks', '# x\nname: a\ndomain: b\n', '2:1: agents: got nothing, expected a map'],
    ['a key that is null', 'name: ~\ndomain: b\nagents: {}\n', '1:7: name: got nothing, expected text'],
    ['an empty text', 'name: a\ndomain: b\nagents: {a: {image: "", debug: ""}}\n', '3:32: agents.a.debug: got "", expected true or false'],
    [
      'a key without a value in a flow map',
      'name: a\ndomain: b\nagents: { a, b: {image: c} }\n',
      '3:11: agents.a: got nothing, expected a map of image, replicas, uses, env, debug',
    ],
    [
      'a key that is there twice, and again',
      'name: a\nname: b\ndomain: b\nagents:\n  a:\n    image: b\n    debug: 1\n    image: c\nname: c\n',
      '2:1: name: got the key again, expected it once; it is in line 1 too',
      '7:12: agents.a.debug: got 1, expected true or false',
      '8:5: agents.a.image: got the key again, expected it once; it is in line 6 too',
      '9:1: name: got the key again, expected it once; it is in line 2 too',
    ],
    [
      'a reserved name where any name may be',
      'name: a\ndomain: b\nagents:\n  __proto__: {}\n',
      '4:3: agents.__proto__: got an unknown key, expected one that is not reserved',
    ],
    [
      'a merge key',
      'name: a\ndomain: b\nagents: &a {}\nstores:\n  <<: *a\n',
      '5:3: stores."<<": got an unknown key, expected one of postgres, redis',
    ],
    [
      'an alias in the wrong place',
      'name: &n a\ndomain: b\nagents:\n  a: { image: c, debug: *n }\n',
      '4:25: agents.a.debug: got "a", expected true or false',
    ],
    [
      'a value inside of what an alias stands for',
      'name: a\ndomain: b\nagents:\n  a: &a { image: 1 }\n  b: *a\n',
      '4:18: agents.a.image: got 1, expected text; put it in quotes',
      '4:18: agents.b.image: got 1, expected text; put it in quotes',
    ],
    [
      'an alias without an anchor',
      'name: *b\ndomain: &b b\nagents: { }\n',
      '1:7: name: got *b, expected the name of an anchor that ends further up',
    ],
    [
      'an alias inside of its anchor',
      'name: a\ndomain: b\nagents: &a { a: *a }\n',
      '3:17: agents.a: got *a, expected the name of an anchor that ends further up',
    ],
    [
      'a secret',
      'name: a\ndomain: b\nagents: {}\nstores: { postgres: { provider: external, host: a, password: hunter2 } }\n',
      '4:62: stores.postgres.password: got a hidden value, expected a whole number',
    ],
  ])('%s', (_, text, ...lines) => expect(problems({ 'e.yaml': text })).toEqual(lines.map((line) => `e.yaml:${line}`)));
});

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

describe('extends', () => {
  it('merges maps, replaces lists and scalars, and can be chained', () => {
    write({
      'environments/e.yaml': 'extends: shared/base.yaml\nname: staging\nagents: { agent: { uses: [], replicas: { min: 1 } } }\n',
      'environments/shared/base.yaml': `extends: ../../root.yaml\n${GOOD.replace('debug: true', 'env: { A: a }')}`,
      'root.yaml':
        'name: root\nagents:\n  agent: { debug: false, env: { B: b } }\n  other: { image: o }\nstores: { redis: { memory: 1Gi } }\n',
    });
    expect(loadEnvironment('environments/e.yaml', schema)).toEqual({
      files: ['environments/e.yaml', 'environments/shared/base.yaml', 'root.yaml'],
      value: {
        name: 'staging',
        domain: 'agent.example.com',
        agents: {
          agent: {
            image: 'registry.example.com/agent:1',
            replicas: { min: 1, max: 10 },
            uses: [],
            env: { A: 'a', B: 'b' },
            debug: false,
          },
          other: { image: 'o', replicas: { min: 1, max: 3 }, uses: [] },
        },
        stores: { postgres: { provider: 'external', host: 'db.example.com' }, redis: { memory: '2Gi' } },
      },
    });
  });

  it('replaces a map that chooses another provider, and merges one that names the same', () => {
    write({
      'base.yaml': 'postgres: { provider: embedded, storage: 50Gi }\nedge: { controller: nginx, tls: none }\n',
      'other.yaml': 'extends: base.yaml\npostgres: { provider: external, host: db }\nedge: { controller: none }\n',
      'same.yaml': 'extends: base.yaml\npostgres: { provider: embedded, memory: 2Gi }\n',
    });
    const anything = z.record(z.string(), z.record(z.string(), z.string()));
    expect(loadEnvironment('other.yaml', anything).value).toEqual({
      postgres: { provider: 'external', host: 'db' },
      edge: { controller: 'none' },
    });
    expect(loadEnvironment('same.yaml', anything).value.postgres).toEqual({
      provider: 'embedded',
      storage: '50Gi',
      memory: '2Gi',
    });
  });

  it('keeps the order of the base, so that both render alike', () => {
    write({ 'base.yaml': 'a: 1\nb: 2\n', 'e.yaml': 'extends: base.yaml\nc: 3\nb: 4\n' });
    const { value } = loadEnvironment('e.yaml', z.record(z.string(), z.number()));
    expect(Object.entries(value)).toEqual([
      ['a', 1],
      ['b', 4],
      ['c', 3],
    ]);
  });

  it('names the file that a value came from', () => {
    const base = 'name: 1\nagents:\n  agent:\n    imagee: x\n    debug: 1\n  worker: {}\nstore: {}\n';
    const child = 'extends: base.yaml\nagents:\n  agent:\n    debug: yes\nstores:\n  redis: {memory: 1GiB}\n';
    expect(problems({ 'x/e.yaml': child, 'x/base.yaml': base })).toEqual([
      'x/e.yaml:1:1: domain: got nothing, expected text',
      'x/e.yaml:3:3: agents.agent.image: got nothing, expected text',
      'x/e.yaml:4:12: agents.agent.debug: got "yes", expected true or false; did you mean true?',
      'x/e.yaml:6:19: stores.redis.memory: got "1GiB", expected a memory quantity such as 512Mi or 2Gi; did you mean "1Gi"?',
      'x/base.yaml:1:7: name: got 1, expected text; put it in quotes',
      'x/base.yaml:4:5: agents.agent.imagee: got an unknown key, expected one of image, replicas, uses, env, debug; did you mean "image"?',
      'x/base.yaml:6:11: agents.worker.image: got nothing, expected text',
      'x/base.yaml:7:1: store: got an unknown key, expected one of name, domain, agents, stores; did you mean "stores"?',
    ]);
  });

  it.each<[title: string, files: Record<string, string>, ...lines: string[]]>([
    ['nothing', { 'e.yaml': 'name: a\nextends:\n' }, 'e.yaml:2:1: extends: got nothing, expected the name of a file'],
    ['a list', { 'e.yaml': 'extends: [a.yaml]\n' }, 'e.yaml:1:10: extends: got a list, expected the name of a file'],
    [
      'a file that is not there',
      { 'x/e.yaml': 'name: a\nextends: bsae.yaml\n', 'x/base.yaml': '' },
      'x/e.yaml:2:10: extends: got "bsae.yaml", no such file; did you mean "base.yaml"?',
    ],
    ['a folder', { 'x/e.yaml': 'extends: ..\n' }, 'x/e.yaml:1:10: extends: got "..", a folder, expected a file'],
    ['itself', { 'e.yaml': 'extends: ./e.yaml\n' }, 'e.yaml:1:10: extends: got "./e.yaml", expected no circle: e.yaml -> e.yaml'],
    [
      'a circle',
      { 'e.yaml': 'extends: x/a.yaml\n', 'x/a.yaml': 'extends: b.yaml\n', 'x/b.yaml': 'name: b\nextends: a.yaml\n' },
      'x/b.yaml:2:10: extends: got "a.yaml", expected no circle: x/a.yaml -> x/b.yaml -> x/a.yaml',
    ],
    [
      'a list of values',
      { 'e.yaml': 'extends: b.yaml\n', 'b.yaml': '- a\n' },
      'b.yaml:1:1: got a list, expected lines such as "key: value"',
    ],
    [
      'broken YAML, next to a problem of its own',
      { 'e.yaml': 'extends: b.yaml\nname: a\nname: b\n', 'b.yaml': 'a: @a\n' },
      'e.yaml:3:1: name: got the key again, expected it once; it is in line 2 too',
      'b.yaml:1:4: got a text that starts with @, expected quotes around it',
    ],
  ])('%s', (_, files, ...lines) => expect(problems(files)).toEqual(lines));

  it('takes an absolute name', () => {
    write({ 'base.yaml': 'name: a\n', 'e.yaml': `extends: ${join(folder, 'base.yaml')}\n` });
    expect(loadEnvironment('e.yaml', z.unknown())).toEqual({
      value: { name: 'a' },
      files: ['e.yaml', join(folder, 'base.yaml')],
    });
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
