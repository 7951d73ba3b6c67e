import { z } from 'zod';
import { InvalidInput, parse, validate } from '../../lib/kube/problems';
import { Agent, Label, Memory, Provider, problems, range, testProblems } from './problems-support';

testProblems('problems of values', [
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
  // messages of the schema
  ['a message', Label, 'My_Name', 'it: got "My_Name", expected lower case letters and "-"'],
  ['a message, nothing given', z.string({ error: 'expected an image' }), undefined, 'it: got nothing, expected an image'],
  ['a message in other words', z.string().refine(() => false, { error: 'which is taken' }), 'a', 'it: got "a", which is taken'],
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
]);

describe('problems', () => {
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
