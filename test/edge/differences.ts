import type { FEATURES } from '../../lib/edge';
import type { Expected } from './rows';

interface Difference {
  readonly is: Expected;
  /** The ability of the controller that says so; `reader` where Traefik reads ingress-nginx's annotations otherwise. */
  readonly because: keyof typeof FEATURES | 'reader';
}

const noHsts = (status: number) => ({ is: `${status}: DENY, nosniff, 1; mode=block, none`, because: 'hsts' }) as const;

/** Where an edge is not as the reference. */
export const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, Difference>>>> = {
  nginx: {
    'plain HTTP: Strict-Transport-Security': { is: 'max-age=31536000', because: 'hsts' },
  },
  haproxy: {
    // a burst is in the window for as long as the rate takes for it
    '11 requests a second for 10 s: pass, in percent': { is: [86, 100], because: 'rate' },
    '20 requests a second for 10 s: pass, in percent': { is: [45, 62], because: 'rate' },
    '60 quick requests, 1 s, 30 more: pass of these': { is: [0, 12], because: 'rate' },
    '15 quick uploads, 2.5 s, 15 more: pass of these': { is: [0, 3], because: 'rate' },
    '99 MiB to /upload/, in chunks': { is: '411', because: 'body' },
    '100 MiB to /upload/, in chunks': { is: '411', because: 'body' },
    '101 MiB to /upload/, in chunks': { is: '411', because: 'body' },
    '/api': { is: '200', because: 'prefix' },
    '15 quick requests to /api/../upload/x: pass': { is: 0, because: 'dots' },
    '15 quick requests to /api/%2e%2e/upload/x: pass': { is: 0, because: 'dots' },
    '15 quick requests to //upload/x: pass': { is: 0, because: 'dots' },
    'what the cookie says of itself': { is: 'Path=/', because: 'sticky' },
  },
  traefik: {
    '15 quick uploads: pass': { is: [2, 3], because: 'longBurst' },
    '15 quick requests to /api/../upload/x: pass': { is: [2, 3], because: 'longBurst' },
    '15 quick requests to /api/%2e%2e/upload/x: pass': { is: [2, 3], because: 'longBurst' },
    '15 quick requests to //upload/x: pass': { is: [2, 3], because: 'longBurst' },
    'an event every 10 s for 90 s: come within 2 s each': { is: '1 of 10', because: 'responseStreaming' },
    '/api': { is: '404', because: 'prefix' },
  },
  'ingress-nginx': {
    // a client is forgotten after two seconds, and has a whole burst again
    '15 quick uploads, 2.5 s, 15 more: pass of these': { is: [1, 6], because: 'reader' },
    '101 MiB to /upload/, with its length': { is: '200', because: 'reader' },
    '101 MiB to /upload/, in chunks': { is: '200', because: 'reader' },
    'a websocket where none is wanted': { is: 'echo of 8 bytes', because: 'noWebsocket' },
    'headers with 200': noHsts(200),
    'headers with 404 of the agent': noHsts(404),
    'headers with 500 of the agent': noHsts(500),
    'headers with a refusal': { is: '429: none, none, none, none', because: 'reader' },
    'headers with a body that is too large': { is: '413: none, none, none, none', because: 'reader' },
    '/api': { is: '200', because: 'reader' },
    'plain HTTP': { is: '308 to https://agent.example.com/api/x?a=1', because: 'reader' },
  },
  'gateway-api': {
    // what comes at once is one second of the rate; the rest is what the rate lets through until all are answered
    '60 quick requests to /api/: pass at once': { is: [10, 21], because: 'burst' },
    '20 requests a second for 10 s: pass, in percent': { is: [50, 57], because: 'burst' },
    'two clients at once: the second passes, of 20': { is: [10, 20], because: 'burst' },
    '15 quick uploads: pass': { is: [1, 3], because: 'burst' },
    '60 quick requests, each with another X-Forwarded-For: pass': { is: [10, 21], because: 'burst' },
    '15 quick requests to /api/../upload/x: pass': { is: [1, 3], because: 'burst' },
    '15 quick requests to /api/%2e%2e/upload/x: pass': { is: [1, 3], because: 'burst' },
    '15 quick requests to //upload/x: pass': { is: [1, 3], because: 'burst' },
    '2 MiB to /api/': { is: '413 when the limit had come', because: 'body' },
    'a websocket where none is wanted': { is: '403', because: 'noWebsocket' },
    '/api': { is: '200', because: 'prefix' },
  },
};
