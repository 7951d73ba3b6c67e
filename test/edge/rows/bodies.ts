import { bodyOf, type Client, pause } from '../support/client';
import { MIB, tooLarge, upload } from '../support/measures';
import type { Row } from './row';

/** Bodies of requests. */
export const bodies: readonly Row[] = [
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
];
