import { spawnSync } from 'node:child_process';
import { amount } from '../../lib/kube';
import { Redis, type RedisProps } from '../../lib/stores';
import { endPods, type Pod, type PodOptions, start } from '../support/container';
import { rendered, testScope } from '../support/platform';
import { RedisClient } from '../support/redis-client';
import { eventually, figure, needs } from '../support/services';

const { describe } = needs('bwrap', 'redis-server', 'redis-cli');
const PASSWORD = 'Qx7-not "to" be\\seen';
const secrets = (password = PASSWORD) => ({ 'redis-auth': { password } });
const MIB = 2 ** 20;
const mib = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;

afterEach(endPods);

function startRedis(props: RedisProps = {}, options: Partial<PodOptions> = {}): Promise<Pod> {
  return start({ objects: rendered(new Redis(testScope(), 'redis', props)), workload: 'redis', secrets: secrets(), ...options });
}

/** What the three probes say, as `startup readiness liveness`. */
async function health(pod: Pod): Promise<string> {
  const answers = await Promise.all((['startup', 'readiness', 'liveness'] as const).map((kind) => pod.probe(kind)));
  return answers.map(({ status }) => (status === 0 ? 'yes' : 'no')).join(' ');
}

describe('Redis', () => {
  test('starts as rendered, and tells its password to nobody', async () => {
    const pod = await startRedis();
    await pod.ready();
    expect(await health(pod)).toBe('yes yes yes');
    expect(pod.log()).not.toMatch(/\berror\b|can't|Can't|Failed/);
    const everyone = spawnSync('sh', ['-c', 'cat /proc/[0-9]*/cmdline'], { encoding: 'latin1' }).stdout;
    for (const text of [everyone, pod.log(), (await pod.exec(['sh', '-c', 'cat /proc/1/environ; cat /data/*/* /etc/redis/*'])).stdout])
      expect(text).not.toContain('not "to" be');
    const stranger = await RedisClient.connect(pod.address);
    await expect(stranger.ask('GET', 'a')).rejects.toThrow('NOAUTH');
    await expect(stranger.ask('AUTH', 'wrong')).rejects.toThrow('WRONGPASS');
    expect(await stranger.ask('AUTH', PASSWORD)).toBe('OK');
    expect((await pod.exec(['redis-cli', '-h', 'redis.ai-agent-test.svc', 'ping'])).stdout).toContain('NOAUTH');
    expect(await pod.stop()).toEqual({ redis: 0 });
  });

  test('without a connection to spare it is alive, and gets no more of them', async () => {
    const pod = await startRedis({ maxClients: 2 });
    await pod.ready();
    const clients = [await RedisClient.connect(pod.address, PASSWORD), await RedisClient.connect(pod.address, PASSWORD)];
    expect((await pod.probe('readiness')).output).toContain('max number of clients reached');
    expect(await health(pod)).toBe('yes no yes');
    for (const client of clients) client.close();
    await pod.ready();
  });

  test('a Secret that changes is not the password before the pod starts anew, and then it is', async () => {
    const pod = await startRedis();
    await pod.ready();
    const client = await RedisClient.connect(pod.address, PASSWORD);
    await client.ask('SET', 'kept', 'yes');
    pod.changeSecrets(secrets('new'));
    expect(await health(pod)).toBe('yes yes yes');
    expect(await client.ask('AUTH', PASSWORD)).toBe('OK');
    await pod.stop();
    const next = await startRedis({}, { claims: pod.claims, secrets: secrets('new') });
    await next.ready();
    const later = await RedisClient.connect(next.address, 'new');
    expect(await later.ask('GET', 'kept')).toBe('yes');
    await expect(later.ask('AUTH', PASSWORD)).rejects.toThrow('WRONGPASS');
    // a password that is set by hand is lost to the probes: the kubelet starts the server anew, with the Secret's
    await later.ask('CONFIG', 'SET', 'requirepass', 'by hand');
    expect((await next.probe('liveness')).output).toContain('WRONGPASS');
    expect(await health(next)).toBe('no no no');
  });

  test('while it loads a large file it is alive and not ready; what was acknowledged before kill -9 is there', async () => {
    const pod = await startRedis();
    await pod.ready();
    const bulk = await RedisClient.connect(pod.address, PASSWORD);
    await bulk.ask('EVAL', "for i = 1, 600000 do redis.call('SET', 'bulk:' .. i, i) end", 0);
    const writer = await RedisClient.connect(pod.address, PASSWORD);
    const acknowledged: { readonly key: number; readonly at: number }[] = [];
    let last = 0;
    const write = async () => {
      for (;;) {
        const key = ++last;
        if ((await writer.send('SET', `load:${key}`, key)) !== 'OK') return;
        acknowledged.push({ key, at: Date.now() });
      }
    };
    const load = Promise.all(Array.from({ length: 50 }, write));
    await eventually('a second of writes', () => (acknowledged.at(-1)?.at ?? 0) > (acknowledged[0]?.at ?? Infinity) + 1500 || undefined);
    const killed = Date.now();
    await pod.kill('SIGKILL');
    await load;
    await pod.restart();
    const begun = Date.now();
    await eventually('the loading', async () => {
      const { output } = await pod.probe('readiness');
      return (/LOADING/.test(output) && (await pod.probe('liveness')).status === 0) || undefined;
    });
    await pod.ready();
    const seconds = (Date.now() - begun) / 1000;
    const reader = await RedisClient.connect(pod.address, PASSWORD);
    expect(await reader.ask('GET', 'bulk:600000')).toBe('600000');
    const found = new Set<string>();
    for (let first = 0; first < acknowledged.length; first += 1000) {
      const keys = acknowledged.slice(first, first + 1000).map(({ key }) => `load:${key}`);
      for (const value of (await reader.ask('MGET', ...keys)) as string[]) found.add(value);
    }
    const lost = acknowledged.filter(({ key }) => !found.has(String(key)));
    // appendfsync everysec: of a lost node, a second
    expect(lost.filter(({ at }) => at < killed - 1000)).toEqual([]);
    figure(
      'Redis',
      'kill -9 under write load',
      `${acknowledged.length} writes acknowledged, ${lost.length} of them lost; back after ${seconds.toFixed(1)} s with 600000 keys more`,
    );
  });

  test('filled beyond its memory while its file is rewritten, it stays below the limit', async () => {
    const pod = await startRedis({ memory: '256Mi' });
    await pod.ready();
    const client = await RedisClient.connect(pod.address, PASSWORD);
    const value = 'v'.repeat(4000);
    let key = 0;
    const fill = async (megabytes: number) => {
      for (let round = 0; round < megabytes; round++)
        await Promise.all(Array.from({ length: 250 }, () => client.ask('SET', `key:${key++}`, value + key)));
    };
    const { peak } = await pod.measured(async () => {
      await fill(200);
      await client.ask('BGREWRITEAOF').catch(() => undefined); // it is under way already
      await fill(100);
      await eventually('the rewrite', async () => (await client.info('aof_rewrite_in_progress')) === '0' || undefined);
    });
    expect(Number(await client.info('evicted_keys'))).toBeGreaterThan(10_000);
    expect(Number(await client.info('aof_rewrites'))).toBeGreaterThan(0);
    expect(await client.info('aof_last_bgrewrite_status')).toBe('ok');
    expect(peak).toBeLessThan(amount('256Mi'));
    figure('Redis', `filled with ${key} values of 4 kB, twice its maxmemory, and its file rewritten`, `at most ${mib(peak)} of 256 MiB`);
  });

  test('a client that takes too much is cut off, and costs no keys', async () => {
    const pod = await startRedis({ memory: '128Mi' });
    await pod.ready();
    const client = await RedisClient.connect(pod.address, PASSWORD);
    for (let key = 0; key < 1000; key++) await client.ask('SET', `key:${key}`, 'v'.repeat(10_000));
    const greedy = await RedisClient.connect(pod.address, PASSWORD);
    const { peak } = await pod.measured(async () => {
      await expect(greedy.ask('SET', 'large', 'x'.repeat(100 * MIB))).rejects.toThrow('connection lost');
    });
    expect(await client.ask('DBSIZE')).toBe(1000);
    expect(peak).toBeLessThan(amount('128Mi'));
  });
});
