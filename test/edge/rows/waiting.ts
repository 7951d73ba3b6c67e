import { AGENT, APP, pause } from '../support/client';
import { websocket } from '../support/measures';
import type { Row } from './row';

/** Answers that take their time, and websockets. */
export const waiting: readonly Row[] = [
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
  { name: 'a websocket where none is wanted', reference: '200', measure: (client) => websocket(client, '/api/x', AGENT, 0) },
  {
    name: 'a websocket at an exact path below that',
    reference: 'echo of 8 bytes',
    measure: (client) => websocket(client, '/api/ws', AGENT, 0),
  },
];
