import { connect } from 'node:net';
import type { Rendered } from '../platform';
import type { Ended } from './process';
import { here } from './sandbox';

/** What a probe answers. 0 is healthy. */
export interface Answer {
  readonly status: number;
  readonly output: string;
}

/** The container that is asked. */
interface Asked {
  readonly address: string;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  exec(command: readonly string[], seconds: number): Promise<Ended>;
}

/** Asks a rendered probe once, for as long as it may take: by exec inside, by HTTP or TCP from outside. */
export async function ask({ exec, httpGet, tcpSocket, timeoutSeconds = 1 }: Rendered['spec'], asked: Asked): Promise<Answer> {
  const { address, ports = [] } = asked;
  if (exec) {
    const { status, stdout, stderr } = await asked.exec(here(exec.command, address), timeoutSeconds);
    return { status, output: stdout + stderr };
  }
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const port = ports.find(({ name }) => name === (httpGet ?? tcpSocket).port)?.containerPort ?? 0;
  try {
    if (tcpSocket) return await connected(address, port, signal);
    const response = await fetch(`http://${address}:${port}${httpGet.path}`, { signal, redirect: 'manual' });
    return { status: response.status < 400 ? 0 : 1, output: await response.text() };
  } catch (error) {
    return { status: 1, output: String((error as Error).cause ?? error) };
  }
}

function connected(host: string, port: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve({ status: 0, output: '' });
    });
  });
}
