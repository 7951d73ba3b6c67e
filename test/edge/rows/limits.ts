import { pause } from '../support/client';
import { burst, many, POST, passed, steady } from '../support/measures';
import type { Row } from './row';

/** Limits of rates. */
export const limits: readonly Row[] = [
  {
    name: '60 quick requests to /api/: pass at once',
    reference: [20, 21],
    measure: (client) => burst(60, 10, 21, () => client.call('/api/x')),
  },
  {
    name: 'a refused request gets',
    reference: '429',
    measure: async (client) => String((await many(client, 60, '/api/x')).find(({ status }) => status !== 200)?.status),
  },
  { name: '9 requests a second for 10 s: pass, in percent', kind: 'paced', reference: 100, measure: (client) => steady(client, 9) },
  { name: '10 requests a second for 10 s: pass, in percent', kind: 'paced', reference: [98, 100], measure: (client) => steady(client, 10) },
  { name: '11 requests a second for 10 s: pass, in percent', kind: 'paced', reference: [95, 100], measure: (client) => steady(client, 11) },
  { name: '20 requests a second for 10 s: pass, in percent', kind: 'paced', reference: [58, 62], measure: (client) => steady(client, 20) },
  {
    name: 'two clients at once: the second passes, of 20',
    reference: 20,
    measure: async (client) => {
      const second = client.other(1);
      const [, answers] = await Promise.all([many(client, 60, '/api/x'), many(second, 20, '/api/x')]);
      second.close();
      return passed(answers);
    },
  },
  {
    name: '60 quick requests, 1 s, 30 more: pass of these',
    reference: [10, 12],
    measure: async (client) => {
      const started = Date.now();
      await many(client, 60, '/api/x');
      await pause(1);
      return burst(30, 10, 12, () => client.call('/api/x'), started + 1000);
    },
  },
  { name: '15 quick uploads: pass', reference: [5, 6], measure: (client) => burst(15, 1, 6, () => client.call('/upload/x', POST)) },
  {
    name: '15 quick uploads, 2.5 s, 15 more: pass of these',
    reference: [1, 3],
    measure: async (client) => {
      const started = Date.now();
      await many(client, 15, '/upload/x');
      await pause(2.5);
      return burst(15, 1, 3, () => client.call('/upload/x', POST), started + 2500);
    },
  },
  {
    name: '/api/ used up: /upload/ answers',
    reference: '200',
    measure: async (client) => {
      await many(client, 60, '/api/x');
      return String((await client.call('/upload/x', POST)).status);
    },
  },
  {
    name: '60 quick requests, each with another X-Forwarded-For: pass',
    reference: [20, 21],
    measure: (client) => burst(60, 10, 21, (index) => client.call('/api/x', { headers: { 'X-Forwarded-For': `198.51.100.${index}` } })),
  },
];
