import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { amount } from '../../lib/kube';
import { Memcached, type MemcachedProps } from '../../lib/stores';
import { endPods, type Pod, start } from '../support/container';
import { rendered, testScope } from '../support/platform';
import { figure, needs } from '../support/services';

const { describe } = needs('bwrap', 'memcached');
afterEach(endPods);

function startMember(props: MemcachedProps = {}, ordinal = 0): Promise<Pod> {
  return start({ objects: rendered(new Memcached(testScope(), 'memcached', props)), workload: 'memcached', ordinal });
}

async function client({ address }: Pod): Promise<Socket> {
  const socket = connect({ host: address, port: 11211 });
  await once(socket, 'connect');
  return socket.setEncoding('utf8');
}

/** Says something, and gives what is answered up to and with the last line that is expected. */
function ask(socket: Socket, request: string, last: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const lost = () => reject(new Error(`connection lost after ${answer}`));
    const listen = (data: string) => {
      answer += data;
      if (!last.test(answer)) return;
      socket.off('data', listen).off('close', lost);
      resolve(answer);
    };
    socket.on('data', listen).once('close', lost);
    socket.write(request);
  });
}

const statistic = async (socket: Socket, name: string) =>
  Number(new RegExp(`STAT ${name} (\\d+)`).exec(await ask(socket, 'stats\r\n', /END\r\n$/))?.[1]);

describe('Memcached', () => {
  test('starts as rendered, serves under its name, and ends when it is told to', async () => {
    const pods = await Promise.all([0, 1].map((ordinal) => startMember({ replicas: 2 }, ordinal)));
    await Promise.all(pods.map((pod) => pod.ready()));
    const [one, other] = pods as [Pod, Pod];
    expect((await one.probe('liveness')).status).toBe(0);
    expect(await ask(await client(one), 'set a 0 0 1\r\n1\r\n', /\r\n$/)).toBe('STORED\r\n');
    // a pool of strangers: whoever asks chooses
    expect(await ask(await client(other), 'get a\r\n', /END\r\n$/)).toBe('END\r\n');
    expect((await one.exec(['getent', 'hosts', 'memcached-1.memcached'])).stdout).toContain(other.address);
    expect(await ask(await client(one), 'lru_crawler metadump all\r\n', /\r\n$/)).toMatch(/^ERROR/);
    expect(await one.stop({ preStop: false })).toEqual({ memcached: 0 });
    expect((await one.probe('liveness')).status).toBe(1);
  });

  test('filled beyond its memory with all connections in use, it stays below the limit', async () => {
    const pod = await startMember({ memory: '128Mi', connections: 1024 });
    await pod.ready();
    const { peak, outcome } = await pod.measured(async () => {
      const sockets = await Promise.all(Array.from({ length: 1024 }, () => client(pod)));
      const [socket] = sockets as [Socket];
      for (let round = 0; round < 100; round++) {
        const sets = Array.from({ length: 250 }, (_, item) => `set key:${round}:${item} 0 0 4000 noreply\r\n${'v'.repeat(4000)}\r\n`);
        await ask(socket, `${sets.join('')}version\r\n`, /VERSION/);
      }
      // and each of them asks for something at the same time
      await Promise.all(sockets.map((each) => ask(each, 'get key:99:1\r\n', /END\r\n$/)));
      const evicted = await statistic(socket, 'evictions');
      for (const each of sockets) each.destroy();
      return evicted;
    });
    expect(outcome).toBeGreaterThan(5000);
    expect(peak).toBeLessThan(amount('128Mi'));
    figure('Memcached', 'filled with 25000 values of 4 kB by 1024 connections', `at most ${Math.round(peak / 2 ** 20)} of 128 MiB`);
  });

  test('serves as many clients as it says, and without a connection to spare is alive', async () => {
    const pod = await startMember({ connections: 16, cpu: 16 });
    await pod.ready();
    const sockets = await Promise.all(Array.from({ length: 16 }, () => client(pod)));
    for (const socket of sockets) expect(await ask(socket, 'version\r\n', /\r\n$/)).toMatch(/^VERSION/);
    const more = await Promise.all(Array.from({ length: 100 }, () => client(pod)));
    const answers = await Promise.all(more.map((socket) => ask(socket, 'version\r\n', /\r\n$/).catch(String)));
    expect(answers.join('')).toContain('Too many open connections');
    expect((await pod.probe('liveness')).status).toBe(0);
    for (const socket of [...sockets, ...more]) socket.destroy();
  });
});
