import type { ClientRequest } from 'node:http';
import { connect, type TLSSocket } from 'node:tls';
import { type Answer, APP, bodyOf, type Client, pause } from './client';

export const MIB = 2 ** 20;
export const passed = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;
export const POST = { method: 'POST', headers: { 'Content-Length': '0' } };
export const many = (client: Client, count: number, path: string) => Promise.all(Array.from({ length: count }, () => client.call(path)));

/**
 * How many of a burst passed; what the rate let through while it lasted is taken off, down to `full`.
 *
 * @param started when what is in `full` was there, in milliseconds
 */
export async function burst(
  count: number,
  rate: number,
  full: number,
  send: (index: number) => Promise<Answer>,
  started = Date.now(),
): Promise<number> {
  const all = passed(await Promise.all(Array.from({ length: count }, (_, index) => send(index))));
  return Math.max(Math.min(all, full), all - Math.ceil(((Date.now() - started) / 1000) * rate));
}

/** Of a steady pace for ten seconds: the share that passed, in percent. */
export async function steady(client: Client, rate: number): Promise<number> {
  const started = Date.now();
  const answers: Promise<Answer>[] = [];
  for (let sent = 0; sent < 10 * rate; sent += 1) {
    await pause(Math.max(0, started / 1000 + sent / rate - Date.now() / 1000));
    answers.push(client.call('/api/steady'));
  }
  return Math.round((100 * passed(await Promise.all(answers))) / (10 * rate));
}

/** Status of a body to /upload/, and whether the agent got all of it. */
export async function upload(client: Client, bytes: number, isChunked: boolean): Promise<string> {
  // an edge that refuses a body may close before it has read it
  const refused = { status: 413, seen: {} as Answer['seen'] };
  const { status, seen } = await client.call('/upload/file', bodyOf(bytes, isChunked)).catch(() => refused);
  return status === 200 && seen.bytes !== bytes ? `200 with ${seen.bytes} bytes` : String(status);
}

/** 2 MiB to /api/, whose limit is 1 MiB: nothing comes of it for a second, then a byte more than the limit. */
export async function tooLarge(client: Client): Promise<Answer & { readonly isAtOnce: boolean }> {
  let isAtOnce = true;
  const body = (request: ClientRequest) => {
    request.flushHeaders();
    const timer = setTimeout(() => {
      isAtOnce = false;
      request.write(Buffer.alloc(MIB + 1));
    }, 1000);
    request.on('response', () => clearTimeout(timer));
  };
  const answer = await client.call('/api/x', { method: 'POST', headers: { 'Content-Length': String(2 * MIB) }, body });
  return { ...answer, isAtOnce };
}

export const SECURITY = ['x-frame-options', 'x-content-type-options', 'x-xss-protection', 'strict-transport-security'];
export const securityOf = ({ status, headers }: Answer) => `${status}: ${SECURITY.map((name) => headers[name] ?? 'none').join(', ')}`;
export const ALL_HEADERS = 'DENY, nosniff, 1; mode=block, max-age=31536000';

/** Opens a websocket, sends a frame after so many seconds of silence, and tells what came back. */
export function websocket(client: Client, path: string, host: string, idle: number): Promise<string> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  return new Promise((resolve, reject) => {
    const request = client.open(path, { host, headers });
    request.on('upgrade', (_response, socket) => {
      setTimeout(() => socket.write(Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6b])), idle * 1000);
      socket.on('data', (chunk: Buffer) => {
        socket.destroy();
        resolve(`echo of ${chunk.length} bytes`);
      });
      socket.on('close', () => resolve('closed'));
      socket.on('error', () => resolve('closed'));
    });
    request.on('response', (response) => {
      response.resume();
      resolve(`${response.statusCode}`);
    });
    request.on('timeout', () => undefined);
    request.on('error', reject);
    request.end();
  });
}

/** The cookie that an answer sets, without its value. */
export const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.find((cookie) => cookie.startsWith('replica_'));
export const stick = (client: Client, cookie: string, count: number, path = '/') =>
  Promise.all(Array.from({ length: count }, () => client.call(path, { host: APP, headers: { Cookie: cookie } })));

export async function oldestTls(client: Client): Promise<string> {
  for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
    const isSpoken = await new Promise<boolean>((resolve) => {
      const options = {
        host: client.edge,
        port: client.ports.https,
        servername: APP,
        rejectUnauthorized: false,
        ciphers: 'ALL@SECLEVEL=0',
      };
      const socket: TLSSocket = connect({ ...options, minVersion: version, maxVersion: version }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (isSpoken) return version;
  }
  return 'none';
}
