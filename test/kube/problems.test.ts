import { z } from 'zod';
import { InvalidInput, parse, validate } from '../../lib/kube/problems';
import { suggestion } from '../../lib/kube/wording';

const Provider = z.discriminatedUnion('provider', [
  z.strictObject({ provider: z.literal('embedded'), storage: z.string().optional() }),
  z.strictObject({ provider: z.literal('external'), host: z.string() }),
]);
const Store = z.enum(['postgres', 'redis', 'memcached']);
const Use = z.union([Store, z.strictObject({ store: Store, env: z.record(z.string(), z.string()).optional() })]);
const Agent = z.strictObject({ image: z.string(), replicas: z.int().default(1), uses: z.array(Use).default([]) });
const Memory = z.string().regex(/^\d+[KMG]i$/, { error: 'expected a memory quantity such as 512Mi or 2Gi' });
const Label = z.string().regex(/^[a-z-]+$/, { error: 'expected lower case letters and "-"' });
const range = z.strictObject({ min: z.int().default(1), max: z.int().default(3) });

function problems(schema: z.ZodType, input: unknown): string {
  const outcome = validate(schema, input);
  return outcome.ok ? 'ok' : new InvalidInput('it', outcome.problems).message;
}

/** What is given, to which schema, and the whole text that comes of it. */
const CASES: readonly [title: string, schema: z.ZodType, input: unknown, text: string][] = [
  // kinds of value
  ['nothing for text', z.string(), undefined, 'it: got nothing, expected text'],
  ['null for a number', z.number(), null, 'it: got nothing, expected a number'],
  ['a number for text', z.string(), 8080, 'it: got 8080, expected text; put it in quotes'],
  ['true for text', z.string().min(1), true, 'it: got true, expected text; put it in quotes'],
  ['nothing for text with a rule', Memory, undefined, 'it: got nothing, expected a memory quantity such as 512Mi or 2Gi'],
  ['a number for text with a rule', Memory, 512, 'it: got 512, expected a memory quantity such as 512Mi or 2Gi'],
  ['a list for text', z.string(), ['a'], 'it: got a list, expected text'],
  ['an empty list for a map', z.record(z.string(), z.string()), [], 'it: got an empty list, expected a map'],
  ['a map for a number', z.number(), {}, 'it: got a map, expected a number'],
  ['not a number', z.number(), Number.NaN, 'it: got NaN, expected a number'],
  ['quoted number', z.number(), '3', 'it: got "3", expected a number; remove the quotes'],
  ['quoted whole number', z.int(), '-3', 'it: got "-3", expected a whole number; remove the quotes'],
  ['a word for a number', z.int(), '30s', 'it: got "30s", expected a whole number'],
  ['part of a number', z.int(), 1.5, 'it: got 1.5, expected a whole number'],
  ['quoted boolean', z.boolean(), 'true', 'it: got "true", expected true or false; remove the quotes'],
  ['YAML 1.1 boolean', z.boolean(), 'yes', 'it: got "yes", expected true or false; did you mean true?'],
  ['YAML 1.1 boolean', z.boolean(), 'Off', 'it: got "Off", expected true or false; did you mean false?'],
  ['a value for a list', z.array(z.string()), 'redis', 'it: got "redis", expected a list; did you mean ["redis"]?'],
  ['a value for an object', range, 3, 'it: got 3, expected a map of min, max'],
  ['what must not be there', z.never(), 3, 'it: got 3, expected nothing'],
  // limits
  ['too small', z.int().min(1), 0, 'it: got 0, expected at least 1'],
  ['not more', z.number().positive(), 0, 'it: got 0, expected more than 0'],
  ['too big', z.int().max(9), 10, 'it: got 10, expected at most 9'],
  ['not less', z.number().lt(1), 1, 'it: got 1, expected less than 1'],
  ['too short', z.string().min(1), '', 'it: got "", expected at least 1 character'],
  ['too long', z.string().max(3), 'four', 'it: got "four", expected at most 3 characters'],
  ['too few', z.array(z.string()).min(1), [], 'it: got an empty list, expected at least 1 item'],
  ['too many', z.array(z.string()).max(2), ['a', 'b', 'c'], 'it: got a list, expected at most 2 items'],
  ['no multiple', z.int().multipleOf(256), 3, 'it: got 3, expected a multiple of 256'],
  ['pattern without a message', z.string().regex(/^a+$/), 'b', 'it: got "b", expected text that matches /^a+$/'],
  ['format without a message', z.ipv4(), 'b', 'it: got "b", expected a valid ipv4'],
  ['refinement without a message', z.string().refine(() => false), 'b', 'it: got "b", expected another value'],
  // words
  ['a slip in an enum', Store, 'reids', 'it: got "reids", expected "postgres", "redis" or "memcached"; did you mean "redis"?'],
  ['the start of a word', Store, 'mem', 'it: got "mem", expected "postgres", "redis" or "memcached"; did you mean "memcached"?'],
  ['capitals', Store, 'Redis', 'it: got "Redis", expected "postgres", "redis" or "memcached"; did you mean "redis"?'],
  ['another word', Store, 'kafka', 'it: got "kafka", expected "postgres", "redis" or "memcached"'],
  ['a literal', z.literal('v1'), 'v2', 'it: got "v2", expected "v1"; did you mean "v1"?'],
  ['a number among numbers', z.literal([1, 2]), 3, 'it: got 3, expected 1 or 2'],
  // messages of the schema
  ['a message', Label, 'My_Name', 'it: got "My_Name", expected lower case letters and "-"'],
  ['a message, nothing given', z.string({ error: 'expected an image' }), undefined, 'it: got nothing, expected an image'],
  ['a message in other words', z.string().refine(() => false, { error: 'which is taken' }), 'a', 'it: got "a", which is taken'],
  ['1GiB', Memory, '1GiB', 'it: got "1GiB", expected a memory quantity such as 512Mi or 2Gi; did you mean "1Gi"?'],
  ['512MB', Memory, '512MB', 'it: got "512MB", expected a memory quantity such as 512Mi or 2Gi; did you mean "512Mi"?'],
  ['2gb', Memory, '2gb', 'it: got "2gb", expected a memory quantity such as 512Mi or 2Gi; did you mean "2Gi"?'],
  ['1 Gi', Memory, '1 Gi', 'it: got "1 Gi", expected a memory quantity such as 512Mi or 2Gi; did you mean "1Gi"?'],
  ['1mi', Memory, '1mi', 'it: got "1mi", expected a memory quantity such as 512Mi or 2Gi; did you mean "1Mi"?'],
  ['no quantity at all', Memory, 'much', 'it: got "much", expected a memory quantity such as 512Mi or 2Gi'],
  [
    'a rule across keys',
    range.refine(({ min, max }) => max >= min, { path: ['max'], error: 'expected at least min' }),
    { min: 5, max: 2 },
    'it.max: got 2, expected at least min',
  ],
  [
    'a rule with its own words for what it got, and a hint',
    range.superRefine((_, context) =>
      context.addIssue({
        code: 'custom',
        path: ['max'],
        message: 'expected at most 100 connections',
        params: { got: '120 connections', hint: 'lower max to 2' },
      }),
    ),
    {},
    'it.max: got 120 connections, expected at most 100 connections; lower max to 2',
  ],
  [
    'a rule that knows the words',
    z.string().refine(() => false, { error: 'expected a store', params: { known: ['redis'], hint: 'add it' } }),
    'redsi',
    'it: got "redsi", expected a store; did you mean "redis"?',
  ],
  [
    'a rule that knows the words, but not this one',
    z.string().refine(() => false, { error: 'expected a store', params: { known: ['redis'], hint: 'add it' } }),
    'kafka',
    'it: got "kafka", expected a store; add it',
  ],
  // keys
  ['no key at all', z.strictObject({}), { a: 1 }, 'it.a: got an unknown key, expected none'],
  ['one key', z.strictObject({ b: z.int() }), { b: 1, a: 1 }, 'it.a: got an unknown key, expected b'],
  [
    'unknown keys, one problem for each',
    Agent,
    { image: 'a', replica: 1, zzz: 2 },
    'it.replica: got an unknown key, expected one of image, replicas, uses; did you mean "replicas"?\n' +
      'it.zzz: got an unknown key, expected one of image, replicas, uses',
  ],
  [
    'reserved keys',
    Agent,
    JSON.parse('{"image":"a","constructor":1,"__proto__":{}}'),
    'it.constructor: got an unknown key, expected one of image, replicas, uses\n' +
      'it.__proto__: got an unknown key, expected one of image, replicas, uses',
  ],
  [
    'unknown keys where the schema has a message',
    z.strictObject({ a: z.string() }, { error: 'expected an a' }),
    { a: '', b: 1, c: 2 },
    'it.b: got an unknown key, expected an a\nit.c: got an unknown key, expected an a',
  ],
  [
    'a key that is none of the enum',
    z.partialRecord(Store, z.int()),
    { redsi: 1 },
    'it.redsi: got an unknown key, expected one of postgres, redis, memcached; did you mean "redis"?',
  ],
  ['a key against the rule', z.record(Label, z.int()), { 'A b': 1 }, 'it."A b": got "A b", expected lower case letters and "-"'],
  ['a key that is missing below a list', z.array(Agent), [{}], 'it[0].image: got nothing, expected text'],
  ['what a default lacks', z.strictObject({ agent: Agent.prefault({} as never) }), {}, 'it.agent.image: got nothing, expected text'],
  // unions
  ['no discriminator', Provider, {}, 'it.provider: got nothing, expected "embedded" or "external"'],
  [
    'a slip in the name of the discriminator',
    Provider,
    { provder: 'external' },
    'it.provider: got nothing, expected "embedded" or "external"\n' +
      'it.provder: got an unknown key, expected provider; did you mean "provider"?',
  ],
  ['no map', Provider, 'external', 'it: got "external", expected a map'],
  [
    'an unknown discriminator',
    Provider,
    { provider: 'extern' },
    'it.provider: got "extern", expected "embedded" or "external"; did you mean "external"?',
  ],
  [
    'the chosen branch only',
    Provider,
    { provider: 'external', storage: '1Gi' },
    'it.host: got nothing, expected text\nit.storage: got an unknown key, expected one of provider, host',
  ],
  ['the scalar branch', Use, 'redi', 'it: got "redi", expected "postgres", "redis" or "memcached"; did you mean "redis"?'],
  ['the map branch', Use, { store: 'redis', env: { url: 1 } }, 'it.env.url: got 1, expected text; put it in quotes'],
  ['no branch', Use, 5, 'it: got 5, expected "postgres", "redis" or "memcached" or a map of store, env'],
  ['no branch, nothing given', z.union([z.string(), z.int()]), undefined, 'it: got nothing, expected text or a whole number'],
  [
    'several scalar branches',
    z.union([z.string().startsWith('a', 'expected an a'), z.string().startsWith('b', 'expected a b').min(3), z.int()]),
    'c',
    'it: got "c", expected an a or a b',
  ],
  [
    'a union with a message',
    z.union([z.int().positive(), z.literal('auto')], { error: 'expected cores such as 2, or auto' }),
    'much',
    'it: got "much", expected cores such as 2, or auto',
  ],
  [
    'a union with a message, and a map that one branch explains',
    z.union([z.int(), range], { error: 'expected pods or a range' }),
    { min: 'one' },
    'it.min: got "one", expected a whole number',
  ],
  // what must not be seen, and what is too long to be
  [
    'a password',
    z.strictObject({ password: z.int() }),
    { password: 'hunter2' },
    'it.password: got a hidden value, expected a whole number',
  ],
  [
    'a secret in place of its reference',
    z.strictObject({ secretEnv: z.record(z.string(), range) }),
    { secretEnv: { WHATEVER: 'hunter2' } },
    'it.secretEnv.WHATEVER: got a hidden value, expected a map of min, max',
  ],
  [
    'a list of tokens',
    z.strictObject({ tokens: z.array(z.int()) }),
    { tokens: ['123'] },
    'it.tokens[0]: got a hidden value, expected a whole number',
  ],
  [
    'an API key in env',
    z.record(z.string(), z.int()),
    { OPENAI_API_KEY: 'sk-1' },
    'it.OPENAI_API_KEY: got a hidden value, expected a whole number',
  ],
  [
    'a URL with a password',
    z.strictObject({ url: z.int() }),
    { url: 'redis://:pw@x' },
    'it.url: got a hidden value, expected a whole number',
  ],
  [
    'a reference to a Secret',
    z.strictObject({ secretEnv: z.record(z.string(), z.strictObject({ secret: Label })) }),
    { secretEnv: { KEY: { secret: 'My' } } },
    'it.secretEnv.KEY.secret: got "My", expected lower case letters and "-"',
  ],
  [
    'a number below such a key',
    z.strictObject({ maxTokens: z.int().min(1) }),
    { maxTokens: 0 },
    'it.maxTokens: got 0, expected at least 1',
  ],
  ['a long text', z.int(), 'x'.repeat(99), `it: got "${'x'.repeat(60)}…", expected a whole number`],
  ['a text of several lines', z.int(), 'a\nb', 'it: got "a\\nb", expected a whole number'],
];

describe('problems', () => {
  test.each(CASES)('%s', (_, schema, input, text) => expect(problems(schema, input)).toBe(text));

  it('are all reported at once, in the order of the schema', () => {
    expect(problems(z.strictObject({ a: Agent, b: Provider, c: Memory }), { a: { image: 1 }, c: '1' })).toBe(
      [
        'it.a.image: got 1, expected text; put it in quotes',
        'it.b: got nothing, expected a map',
        'it.c: got "1", expected a memory quantity such as 512Mi or 2Gi',
      ].join('\n'),
    );
  });

  it('are thrown by parse, which returns the output of the schema otherwise', () => {
    expect(() => parse(Agent, {}, 'Agent')).toThrow(
      new InvalidInput('Agent', [{ path: ['image'], message: 'got nothing, expected text' }]),
    );
    expect(parse(Agent, { image: 'a' }, 'Agent')).toEqual({ image: 'a', replicas: 1, uses: [] });
  });

  it('mark the key where the key is what is wrong', () => {
    expect(validate(Agent, { image: 'a', x: 1 })).toMatchObject({ problems: [{ path: ['x'], key: true }] });
    expect(validate(z.record(Label, z.int()), { X: 1 })).toMatchObject({ problems: [{ path: ['X'], key: true }] });
  });
});

test.each([
  ['redis', 'redis'],
  ['rdis', 'redis'],
  ['redisx', 'redis'],
  ['rexis', 'redis'],
  ['reids', 'redis'],
  ['REDDSI', 'redis'],
  ['post', 'postgres'],
  ['postgresql', 'postgres'],
  ['cpus', 'cpu'],
  ['xpy', undefined],
  ['re', undefined],
  ['', undefined],
])('suggestion for %j is %j', (word, expected) => {
  expect(suggestion(word, ['postgres', 'redis', 'cpu'])).toBe(expected ? `; did you mean "${expected}"?` : '');
});
