import { z } from 'zod';
import { Agent, Label, Store, testProblems } from './problems-support';

testProblems('problems of keys', [
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
]);
