import { z } from 'zod';
import { Provider, range, testProblems, Use } from './problems-support';

testProblems('problems of unions', [
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
]);
