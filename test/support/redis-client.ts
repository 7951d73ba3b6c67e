import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

type Reply = string | number | null | Error | readonly Reply[];

/** A client of Redis that sends many commands at once, and knows which of them were acknowledged. */
export class RedisClient {
  private received: Buffer = Buffer.alloc(0);
  private readonly waiting: ((reply: Reply) => void)[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('data', (data: Buffer) => {
      this.received = this.received.length > 0 ? Buffer.concat([this.received, data]) : data;
      this.parse();
    });
    socket.on('error', () => undefined); // it closes
    socket.on('close', () => {
      for (const settle of this.waiting.splice(0)) settle(new Error('connection lost'));
    });
  }

  static async connect(host: string, password?: string): Promise<RedisClient> {
    const socket = connect({ host, port: 6379 });
    await once(socket, 'connect');
    const client = new RedisClient(socket);
    if (password !== undefined) await client.ask('AUTH', password);
    return client;
  }

  /** The reply; an error of the server, or a lost connection, is thrown. */
  async ask(...command: readonly (string | number)[]): Promise<Reply> {
    const reply = await this.send(...command);
    if (reply instanceof Error) throw reply;
    return reply;
  }

  /** As {@link ask}, with errors as replies. Commands go out at once, and replies come in their order. */
  send(...command: readonly (string | number)[]): Promise<Reply> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve(new Error('connection lost'));
      this.waiting.push(resolve);
      const words = command.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
      this.socket.write(`*${command.length}\r\n${words.join('')}`);
    });
  }

  /** A field of INFO. */
  async info(field: string): Promise<string | undefined> {
    return new RegExp(`^${field}:(.*)\r$`, 'm').exec(String(await this.ask('INFO', 'everything')))?.[1];
  }

  close(): void {
    this.socket.destroy();
  }

  private parse(): void {
    let at = 0;
    for (;;) {
      const read = readReply(this.received, at);
      if (!read) break;
      at = read.end;
      this.waiting.shift()?.(read.reply);
    }
    this.received = this.received.subarray(at);
  }
}

/** The reply that begins at a place (RESP2), and where it ends; nothing if it is not there as a whole. */
function readReply(data: Buffer, start: number): { reply: Reply; end: number } | undefined {
  const line = data.indexOf('\r\n', start);
  if (line < 0) return undefined;
  const [kind, text] = [String.fromCharCode(data[start] ?? 0), data.toString('utf8', start + 1, line)];
  let end = line + 2;
  if (kind === '+') return { reply: text, end };
  if (kind === '-') return { reply: new Error(text), end };
  if (kind === ':') return { reply: Number(text), end };
  const length = Number(text);
  if (length < 0) return { reply: null, end };
  if (kind === '$')
    return data.length < end + length + 2 ? undefined : { reply: data.toString('utf8', end, end + length), end: end + length + 2 };
  const items: Reply[] = [];
  for (let item = 0; item < length; item++) {
    const read = readReply(data, end);
    if (!read) return undefined;
    items.push(read.reply);
    end = read.end;
  }
  return { reply: items, end };
}
