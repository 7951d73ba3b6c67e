import { z } from 'zod';
import { suggestion } from '../../lib/kube/wording';
import { Label, Memory, range, Store, testProblems } from './problems-support';

testProblems('suggestions', [
  ['a slip in an enum', Store, 'reids', 'it: got "reids", expected "postgres", "redis" or "memcached"; did you mean "redis"?'],
  ['the start of a word', Store, 'mem', 'it: got "mem", expected "postgres", "redis" or "memcached"; did you mean "memcached"?'],
  ['capitals', Store, 'Redis', 'it: got "Redis", expected "postgres", "redis" or "memcached"; did you mean "redis"?'],
  ['another word', Store, 'kafka', 'it: got "kafka", expected "postgres", "redis" or "memcached"'],
  ['a literal', z.literal('v1'), 'v2', 'it: got "v2", expected "v1"; did you mean "v1"?'],
  ['a number among numbers', z.literal([1, 2]), 3, 'it: got 3, expected 1 or 2'],
  ['1GiB', Memory, '1GiB', 'it: got "1GiB", expected a memory quantity such as 512Mi or 2Gi; did you mean "1Gi"?'],
  ['512MB', Memory, '512MB', 'it: got "512MB", expected a memory quantity such as 512Mi or 2Gi; did you mean "512Mi"?'],
  ['2gb', Memory, '2gb', 'it: got "2gb", expected a memory quantity such as 512Mi or 2Gi; did you mean "2Gi"?'],
  ['1 Gi', Memory, '1 Gi', 'it: got "1 Gi", expected a memory quantity such as 512Mi or 2Gi; did you mean "1Gi"?'],
  ['1mi', Memory, '1mi', 'it: got "1mi", expected a memory quantity such as 512Mi or 2Gi; did you mean "1Mi"?'],
  ['no quantity at all', Memory, 'much', 'it: got "much", expected a memory quantity such as 512Mi or 2Gi'],
]);

testProblems('what must not be seen, and what is too long to be', [
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
]);

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
