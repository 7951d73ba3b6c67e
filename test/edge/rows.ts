import { kill } from './support/backends';
import { APP, bodyOf, type Client, pause } from './support/client';
import {
  ALL_HEADERS,
  burst,
  cookieOf,
  MIB,
  many,
  oldestTls,
  POST,
  passed,
  securityOf,
  steady,
  stick,
  tooLarge,
  upload,
  websocket,
} from './support/measures';

/** What a client meets: a text or a number that is the same on every run, or nearly. */
export type Measured = string | number;
/** What is expected: the same, or a number between two. */
export type Expected = Measured | readonly [least: number, most: number];

export interface Row {
  readonly name: string;
  /** What nginx with the guide's configuration does. */
  readonly reference: Expected;
  /**
   * slow: takes a minute and nearly no work, so all of them run beside the others; paced: needs a machine with nothing
   * else to do; heavy: gives it plenty.
   */
  readonly kind?: 'slow' | 'paced' | 'heavy';
  measure(client: Client): Promise<Measured>;
}

export const ROWS: readonly Row[] = [
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
  ...[99, 100, 101].flatMap((size) =>
    [false, true].map((isChunked) => ({
      name: `${size} MiB to /upload/, ${isChunked ? 'in chunks' : 'with its length'}`,
      reference: size > 100 ? '413' : '200',
      kind: 'heavy' as const,
      measure: (client: Client) => upload(client, size * MIB, isChunked),
    })),
  ),
  {
    name: '2 MiB to /api/',
    reference: '413 at once',
    measure: async (client) => {
      const { status, isAtOnce } = await tooLarge(client);
      return `${status} ${isAtOnce ? 'at once' : 'when the limit had come'}`;
    },
  },
  {
    name: 'a body in 20 parts over 10 s',
    kind: 'slow',
    reference: '200',
    measure: async (client) => {
      const { headers } = bodyOf(20, false);
      const body = async (request: { write(text: string): void; end(): void }) => {
        for (let part = 0; part < 20; part += 1) {
          request.write('x');
          await pause(0.5);
        }
        request.end();
      };
      return String((await client.call('/upload/slow', { method: 'POST', headers, body })).status);
    },
  },
  {
    name: 'an answer after 57 s',
    kind: 'slow',
    reference: '200',
    measure: async (client) => String((await client.call('/api/x?delay=57')).status),
  },
  {
    name: 'an answer after 63 s',
    kind: 'slow',
    // nginx tries the next replica, for as long again
    reference: 'not sent on',
    measure: async (client) => {
      const answer = await Promise.race([client.call('/api/x?delay=63').catch(() => undefined), pause(80)]);
      return answer?.status === 200 ? 'sent on' : 'not sent on';
    },
  },
  {
    name: 'an event every 10 s for 90 s: come within 2 s each',
    kind: 'slow',
    reference: '10 of 10',
    measure: async (client) => {
      let inTime = 0;
      const onData = (chunk: string) => {
        for (const [, sent] of chunk.matchAll(/data: \d+ (\d+)/g)) if (Date.now() - Number(sent) < 2000) inTime += 1;
      };
      await client.call('/api/stream?events=10&every=10', { onData });
      return `${inTime} of 10`;
    },
  },
  { name: 'a websocket', reference: 'echo of 8 bytes', measure: (client) => websocket(client, '/_stcore/stream', APP, 0) },
  {
    name: 'a websocket that was silent for 70 s',
    kind: 'slow',
    reference: 'echo of 8 bytes',
    measure: (client) => websocket(client, '/_stcore/stream', APP, 70),
  },
  { name: 'a websocket where none is wanted', reference: '200', measure: (client) => websocket(client, '/api/x', 'agent.example.com', 0) },
  { name: 'headers with 200', reference: `200: ${ALL_HEADERS}`, measure: async (client) => securityOf(await client.call('/api/x')) },
  {
    name: 'headers with 404 of the agent',
    reference: `404: ${ALL_HEADERS}`,
    measure: async (client) => securityOf(await client.call('/api/x?status=404')),
  },
  {
    name: 'headers with 500 of the agent',
    reference: `500: ${ALL_HEADERS}`,
    measure: async (client) => securityOf(await client.call('/api/x?status=500')),
  },
  {
    name: 'headers with a refusal',
    reference: `429: ${ALL_HEADERS}`,
    measure: async (client) => {
      const refused = (await many(client, 60, '/api/x')).find(({ status }) => status !== 200);
      return refused ? securityOf(refused) : 'none refused';
    },
  },
  {
    name: 'headers with a body that is too large',
    reference: `413: ${ALL_HEADERS}`,
    measure: async (client) => securityOf(await tooLarge(client)),
  },
  { name: '/api', reference: '301', measure: async (client) => String((await client.call('/api')).status) },
  { name: '/apifoo', reference: '404', measure: async (client) => String((await client.call('/apifoo')).status) },
  { name: 'another path', reference: '404', measure: async (client) => String((await client.call('/')).status) },
  { name: '/health', reference: '200', measure: async (client) => String((await client.call('/health')).status) },
  { name: '/healthy', reference: '404', measure: async (client) => String((await client.call('/healthy')).status) },
  ...['/api/../upload/x', '/api/%2e%2e/upload/x'].map((path) => ({
    name: `15 quick requests to ${path}: pass`,
    reference: [5, 6] as const,
    measure: (client: Client) => burst(15, 1, 6, () => client.call(path)),
  })),
  {
    name: 'the agent sees the address of the client',
    reference: 'yes',
    measure: async (client) => {
      const { seen } = await client.call('/api/x', { headers: { 'X-Forwarded-For': '198.51.100.7' } });
      return seen.headers?.['x-forwarded-for']?.split(/,\s*/).at(-1) === client.address ? 'yes' : 'no';
    },
  },
  {
    name: 'the agent sees that it was https',
    reference: 'https',
    measure: async (client) => String((await client.call('/api/x')).seen.headers?.['x-forwarded-proto']),
  },
  {
    name: 'plain HTTP',
    reference: '301 to https://agent.example.com/api/x?a=1',
    measure: async (client) => {
      const { status, headers } = await client.call('/api/x?a=1', { plain: true });
      return `${status} to ${String(headers.location).replace(':443/', '/')}`;
    },
  },
  {
    name: 'plain HTTP: Strict-Transport-Security',
    reference: 'undefined',
    measure: async (client) => String((await client.call('/api/x', { plain: true })).headers['strict-transport-security']),
  },
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
  {
    name: 'static files may be kept',
    reference: 'public, max-age=31536000, immutable',
    measure: async (client) => String((await client.call('/static/app.js')).headers['cache-control']),
  },
  {
    name: 'a missing static file may be kept',
    reference: 'undefined',
    measure: async (client) => String((await client.call('/static/missing.js')).headers['cache-control']),
  },
  {
    name: 'oldest TLS',
    reference: 'TLSv1.2',
    measure: (client) => oldestTls(client),
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
