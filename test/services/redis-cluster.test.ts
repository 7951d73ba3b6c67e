import { RedisCluster } from '../../lib/stores';
import { endPods, type Pod, type PodOptions, start } from '../support/container';
import { type Rendered, rendered, testScope } from '../support/platform';
import { eventually, figure, needs } from '../support/services';
import { VALKEY_IMAGE, VALKEY_SERVER, valkeyPrograms } from './support/valkey';

/** Whose servers form a cluster: for Valkey's, what is about an image is tried, and the rest is the same. */
const SERVERS = [
  { name: 'Redis', wholly: true, suite: needs('bwrap', 'redis-server', 'redis-cli').describe },
  { name: 'Valkey', wholly: false, suite: needs('bwrap', 'redis-cli', VALKEY_SERVER !== '').describe, image: VALKEY_IMAGE },
];
const PODS = [0, 1, 2, 3, 4, 5];
const KEYS = 1000;

/** Six pods of a cluster, their claims and passwords. */
class Cluster {
  pods: Pod[] = [];
  password = 'first one';
  private readonly objects: Rendered[];
  private readonly programs: string[];
  private claims: (string | undefined)[] = [];

  constructor(image?: string) {
    this.objects = rendered(new RedisCluster(testScope(), 'redis', { memory: '64Mi', image }));
    this.programs = image === VALKEY_IMAGE ? [valkeyPrograms()] : [];
  }

  async start(ordinal: number, more: Partial<PodOptions> = {}): Promise<void> {
    this.pods[ordinal] = await start({
      ...{ objects: this.objects, workload: 'redis', ordinal, claims: this.claims[ordinal], programs: this.programs },
      secrets: { 'redis-auth': { password: this.password } },
      // the keeper looks around more often
      env: { cluster: { PAUSE: '1' } },
      ...more,
    });
    this.claims[ordinal] = this.pods[ordinal]?.claims;
  }

  /** All pods at once, as after the loss of every node; each has another address than before. */
  async startAll(): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod.end()));
    await Promise.all(PODS.map((ordinal) => this.start(ordinal)));
  }

  /** Seconds until all pods are ready. */
  async ready(): Promise<number> {
    const begin = Date.now();
    await Promise.all(this.pods.map((pod) => pod.ready(100)));
    return Math.round((Date.now() - begin) / 1000);
  }

  at(ordinal: number): Pod {
    return this.pods[ordinal] as Pod;
  }

  /** Runs commands by a client that follows MOVED, from pod 0; gives a line for each. */
  async client(commands: string, ordinal = 0): Promise<string[]> {
    const follow = `${commands} | REDISCLI_AUTH='${this.password}' redis-cli -c -h redis.ai-agent-test.svc`;
    const { stdout } = await this.at(ordinal).exec(['sh', '-c', follow]);
    return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('-> Redirected'));
  }

  async ask(ordinal: number, ...command: string[]): Promise<string> {
    const pod = this.at(ordinal);
    const { stdout } = await pod.exec(['env', `REDISCLI_AUTH=${this.password}`, 'redis-cli', '-h', pod.address, ...command]);
    return stdout;
  }

  /** Waits until three masters have a replica each, in step with them. */
  async inStep(): Promise<void> {
    await eventually('three masters with a replica in step', async () => {
      const infos = await Promise.all(PODS.map((pod) => this.ask(pod, 'info', 'replication')));
      const count = (line: RegExp) => infos.filter((info) => line.test(info)).length;
      return (count(/^connected_slaves:1\r$/m) === 3 && count(/^master_link_status:up\r$/m) === 3) || undefined;
    });
  }

  /** How many of the keys of a test are there. */
  async found(prefix: string): Promise<number> {
    const values = await this.client(`seq 1 ${KEYS} | sed 's/.*/GET ${prefix}:&/'`);
    return values.filter((value, index) => value === String(index + 1)).length;
  }

  async write(prefix: string): Promise<number> {
    const replies = await this.client(`seq 1 ${KEYS} | sed 's/.*/SET ${prefix}:& &/'`);
    return replies.filter((reply) => reply === 'OK').length;
  }
}

for (const { name, wholly, suite, image } of SERVERS)
  suite(`a ${name} Cluster of six`, () => {
    let cluster: Cluster;
    beforeAll(() => {
      cluster = new Cluster(image);
    });
    afterAll(() => endPods());

    it('forms itself; a client that follows MOVED to names writes and reads', async () => {
      await cluster.startAll();
      const seconds = await cluster.ready();
      expect(/^valkey_version/m.test(await cluster.ask(0, 'info', 'server'))).toBe(name === 'Valkey');
      expect(await cluster.ask(3, 'cluster', 'info')).toContain('cluster_state:ok\r\ncluster_slots_assigned:16384');
      expect(await cluster.write('formed')).toBe(KEYS);
      expect(await cluster.found('formed')).toBe(KEYS);
      const moved = (await Promise.all(PODS.map((pod) => cluster.ask(pod, 'GET', 'formed:1')))).filter((reply) =>
        reply.startsWith('MOVED'),
      );
      expect(moved[0]).toMatch(/^MOVED \d+ redis-\d\.redis-nodes\.ai-agent-test\.svc:6379\n/);
      expect(moved).toHaveLength(5);
      // they answer before their replicas are assigned
      await cluster.inStep();
      figure(`${name} Cluster`, 'six empty pods form a cluster', `${seconds} s`);
    });

    if (wholly)
      it('hands a master over before it ends, and takes the pod back at another address', async () => {
        const before = cluster.at(0).address;
        const writing = cluster.client(`for i in $(seq 1 ${KEYS}); do echo SET during:$i $i; sleep 0.004; done`, 1);
        expect(await cluster.at(0).stop()).toEqual({ redis: 0, cluster: 0 });
        const lost = (await writing).filter((reply) => reply !== 'OK');
        await cluster.start(0);
        const seconds = await cluster.ready();
        expect(cluster.at(0).address).not.toBe(before);
        expect(await cluster.found('formed')).toBe(KEYS);
        figure(
          `${name} Cluster`,
          'a master is replaced while a client writes',
          `${lost.length} of ${KEYS} writes refused; whole again after ${seconds} s`,
        );
      });

    it('finds itself again when all pods are lost and come back with other addresses', async () => {
      expect(await cluster.write('before')).toBe(KEYS);
      const before = cluster.pods.map(({ address }) => address);
      await cluster.startAll();
      expect(cluster.pods.filter(({ address }) => before.includes(address))).toEqual([]);
      const seconds = await cluster.ready();
      expect(await cluster.found('formed')).toBe(KEYS);
      expect(await cluster.found('before')).toBe(KEYS);
      expect(await cluster.write('after')).toBe(KEYS);
      figure(
        `${name} Cluster`,
        'all six killed at once, back with other addresses',
        `whole after ${seconds} s, ${2 * KEYS} of ${2 * KEYS} keys there`,
      );
    });

    if (wholly)
      it('takes a new password when all pods start anew', async () => {
        await Promise.all(cluster.pods.map((pod) => pod.end()));
        cluster.password = 'second';
        await cluster.startAll();
        await cluster.ready();
        expect(await cluster.found('after')).toBe(KEYS);
        const logs = cluster.pods.map((pod) => pod.log() + pod.log('cluster') + pod.commandLines().join('\n'));
        expect(logs.join('\n')).not.toMatch(/second\b(?! )|first one/);
      });

    it('gives every master a replica, all of them in step', async () => {
      await cluster.inStep();
    });
  });
