import { kill } from '../support/backends';
import { APP, pause } from '../support/client';
import { cookieOf, passed, stick } from '../support/measures';
import type { Row } from './row';

/** Clients that stay with a replica. */
export const sessions: readonly Row[] = [
  {
    name: '12 requests with a cookie: replicas',
    reference: 1,
    measure: async (client) => {
      const cookie = cookieOf(await client.call('/', { host: APP }))?.split(';')[0] ?? 'none=';
      return new Set((await stick(client, cookie, 12)).map(({ seen }) => seen.replica)).size;
    },
  },
  {
    name: '24 clients without a cookie: more than one replica',
    reference: 'yes',
    measure: async (client) => {
      const answers = await Promise.all(Array.from({ length: 24 }, () => client.call('/', { host: APP })));
      return new Set(answers.map(({ seen }) => seen.replica)).size > 1 ? 'yes' : 'no';
    },
  },
  {
    name: 'what the cookie says of itself',
    reference: 'HttpOnly, Path=/, Secure',
    measure: async (client) => {
      const [, ...words] = (cookieOf(await client.call('/_stcore/health', { host: APP })) ?? '').split(/;\s*/);
      const kept = words.filter((word) => /^(httponly|secure|path=)/i.test(word));
      return (
        kept
          .map((word) =>
            word
              .replace(/^path/i, 'Path')
              .replace(/^httponly/i, 'HttpOnly')
              .replace(/^secure/i, 'Secure'),
          )
          .sort()
          .join(', ') || 'nothing'
      );
    },
  },
];

/** Measured last, for it takes a replica away. */
export const DYING: Row = {
  name: 'the replica of a cookie dies: 20 requests with it, of which the agent answers at least',
  reference: [19, 20],
  measure: async (client) => {
    const first = await client.call('/', { host: APP });
    const cookie = cookieOf(first)?.split(';')[0] ?? 'none=';
    await kill(String(first.seen.replica));
    let answered = 0;
    for (let count = 0; count < 20; count += 1) {
      answered += passed(await stick(client, cookie, 1));
      await pause(0.1);
    }
    return answered;
  },
};
