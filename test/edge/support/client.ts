import { type ClientRequest, Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as overHttp } from 'node:http';
import { Agent, request as overHttps } from 'node:https';

export const AGENT = 'agent.example.com';
/** The host of an agent with websockets and a cookie. */
export const APP = 'app.example.com';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** What the replica saw; empty if something else answered. */
  readonly seen: { replica?: string; url?: string; bytes?: number; headers?: Record<string, string> };
}

export interface Call {
  readonly method?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly plain?: boolean;
  /** Writes the body and ends the request. */
  readonly body?: (request: ClientRequest) => void;
  readonly onData?: (chunk: string) => void;
}

/** A client with an address of its own, in front of one edge: no two rows of the table share a rate. */
export class Client {
  private readonly agent: Agent;
  private readonly plainAgent: HttpAgent;

  constructor(
    readonly edge: string,
    readonly address: string,
    readonly ports = { http: 80, https: 443 },
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 20, localAddress: address });
    this.plainAgent = new HttpAgent({ localAddress: address });
  }

  /** Another client of the same edge. */
  other(index: number): Client {
    return new Client(
      this.edge,
      this.address.replace(/\d+$/, (last) => String(Number(last) + index)),
      this.ports,
    );
  }

  open(path: string, { method = 'GET', host = AGENT, headers = {}, plain = false }: Call): ClientRequest {
    const options = { host: this.edge, path, method, headers: { Host: host, ...headers }, timeout: 120_000 };
    if (plain) return overHttp({ ...options, port: this.ports.http, agent: this.plainAgent });
    return overHttps({ ...options, port: this.ports.https, agent: this.agent, servername: host, rejectUnauthorized: false });
  }

  call(path: string, call: Call = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.open(path, call);
      let isAnswered = false;
      request.on('response', (response: IncomingMessage) => {
        isAnswered = true;
        let text = '';
        response.setEncoding('utf8');
        const done = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text, seen: seenIn(text) });
        response.on('data', (chunk: string) => {
          text += chunk;
          call.onData?.(chunk);
        });
        response.on('end', done);
        response.on('error', done);
      });
      request.on('timeout', () => request.destroy(new Error('no answer within two minutes')));
      // an edge that refuses a body may close before it has read it
      request.on('error', (error) => setTimeout(() => isAnswered || reject(error), 200));
      if (call.body) call.body(request);
      else request.end();
    });
  }

  close(): void {
    this.agent.destroy();
    this.plainAgent.destroy();
  }
}

function seenIn(text: string): Answer['seen'] {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export const pause = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

/** A body of so many bytes, with its length or in chunks. */
export function bodyOf(bytes: number, isChunked: boolean): Call {
  const headers: Record<string, string> = isChunked ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(bytes) };
  const chunk = Buffer.alloc(64 << 10);
  const body = (request: ClientRequest) => {
    let left = bytes;
    let isAnswered = false;
    request.once('response', () => {
      isAnswered = true;
    });
    const write = () => {
      while (left > 0 && !request.destroyed && !isAnswered) {
        const part = left < chunk.length ? chunk.subarray(0, left) : chunk;
        left -= part.length;
        if (!request.write(part)) {
          request.once('drain', write);
          return;
        }
      }
      request.end();
    };
    // an edge may refuse before it has read any: what it says is lost if it then closes upon a body that still comes
    request.flushHeaders();
    setTimeout(write, 200);
  };
  return { method: 'POST', headers, body };
}
