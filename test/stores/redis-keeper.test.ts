import { type Sandbox, withEveryShell } from '../support/sh';
import { storeScript } from './support';

const SECRET = 'Qx7-not-to-be-seen';
const POD_IP = '10.1.0.0';
const PODS = [0, 1, 2, 3, 4, 5];
const nameOf = (pod: number) => `redis-${pod}.redis-nodes`;
const NODES = PODS.map(nameOf).join(' ');
const id = (digit: string | number) => String(digit).repeat(40);
const SLOTS = ['0-5460', '5461-10922', '10923-16383'];

/** A member as `cluster nodes` shows it. */
interface Member {
  readonly id: string;
  readonly ip: string;
  readonly flags: string;
  readonly master?: string;
  readonly link?: string;
  readonly slots?: string;
}

/** Three masters and their replicas, as they are when all is well. */
const WELL: readonly Member[] = PODS.map((pod) => ({
  ...{ id: id(pod), ip: `10.1.0.${pod}` },
  ...(pod < 3 ? { flags: 'master', slots: SLOTS[pod] } : { flags: 'slave', master: id(pod - 3) }),
}));
/** A pod with an empty volume. */
const fresh = (pod: number): Member => ({ id: id('abcdef'[pod] ?? ''), ip: `10.1.0.${pod}`, flags: 'master' });

/** What the servers of the pods answer; a pod that is missing does not. */
interface Answers {
  /** Each pod's own entry. */
  readonly pods: readonly (Member | undefined)[];
  /** The list of this pod, without itself. */
  readonly others: readonly Member[];
  /** What the other pods list beside themselves. */
  readonly theirs?: readonly Member[];
  readonly slots?: number | readonly number[];
  readonly keys?: readonly number[];
  readonly masterHost?: string;
}

function line({ id, ip, flags, master = '-', link = 'connected', slots }: Member): string {
  return [id, `${ip}:6379@16379,some-name`, flags, master, 0, 0, 1, link, slots ?? []].flat().join(' ');
}

function myself(member: Member): string {
  return line({ ...member, flags: `myself,${member.flags}` });
}

function write(place: Sandbox, answers: Answers, self: number): void {
  const { pods, others, theirs = [], slots = 16384, keys = [], masterHost } = answers;
  const say = (host: string, command: string, text: string) => place.write(`state/${host}/${command}`, text);
  for (const [pod, member] of pods.entries()) {
    if (!member) continue;
    const assigned = typeof slots === 'number' ? slots : slots[pod];
    for (const host of [nameOf(pod), ...(pod === self ? [POD_IP] : [])]) {
      const list = [...(pod === self ? others : theirs).map(line), myself(member)];
      say(host, 'cluster nodes', `${list.join('\n')}\n`);
      say(host, 'cluster info', `cluster_state:ok\r\ncluster_slots_assigned:${assigned}\r\n`);
      say(host, 'dbsize', `${keys[pod] ?? 0}\n`);
      say(host, 'info replication', `role:x\r\n${masterHost ? `master_host:${masterHost}\r\n` : ''}`);
    }
  }
}

withEveryShell((sandbox) => {
  /** What a pod does in one round, and with `leave` on SIGTERM. */
  function round(self: number, answers: Answers, leave = false) {
    const place = sandbox();
    write(place, answers, self);
    place.fake(
      'redis-cli',
      `[ "$1" = --cluster ] && exit
      [ "$REDISCLI_AUTH" = ${SECRET} ] || exit 3
      host=$2; shift 2
      if [ "$host $*" = '${POD_IP} cluster nodes' ]; then
        if [ -e first ] && [ -z "$LEAVE" ]; then # one round, no more
          [ -e second ] || { : >second; kill "$(cat pid)"; }
          exit 1
        fi
        : >first
      fi
      [ -e "state/$host/$*" ] || { echo "Could not connect to $host" >&2; exit 1; }
      exec cat "state/$host/$*"`,
    );
    const wrapper = [
      'rm -f first second',
      'echo $$ >pid',
      ...(leave ? ['{ while [ ! -e first ] && kill -0 $$; do sleep 0.1; done; kill $$; } 2>/dev/null &'] : []),
      `. ${storeScript('redis-cluster')}`,
    ];
    const done = place.run(place.write('run.sh', `${wrapper.join('\n')}\n`), {
      PASSWORD_FILE: place.write('password', `${SECRET}\n`),
      ...{ NODES, POD_IP, POD_NAME: `redis-${self}`, PAUSE: leave ? '1' : '0', LEAVE: leave ? 'yes' : '' },
    });
    const calls = place.calls();
    expect(JSON.stringify([calls, done.stdout, done.stderr])).not.toContain(SECRET);
    expect(done).toMatchObject({ status: 0, stderr: '' });
    const changes = / cluster (meet|replicate|forget|reset|failover)|--cluster/;
    return calls
      .filter((call) => changes.test(call))
      .map((call) =>
        call
          .replace(/^redis-cli (-h )?/, '')
          .replace(POD_IP, 'here')
          .replaceAll('.redis-nodes', ''),
      );
  }
  const without = (members: readonly Member[], ...gone: number[]) => members.filter((_, pod) => !gone.includes(pod));

  describe('where all is well', () => {
    test.each([0, 5])('pod %i does nothing', (pod) => {
      const masterHost = pod > 2 ? `10.1.0.${pod - 3}` : undefined;
      expect(round(pod, { pods: WELL, others: without(WELL, pod), masterHost })).toEqual([]);
    });

    test('nothing is done where the own server does not answer', () => {
      const pods = WELL.map((member, pod) => (pod === 0 ? undefined : member));
      const place = sandbox();
      place.write(`state/${POD_IP}/cluster nodes`, '');
      expect(round(0, { pods, others: [] })).toEqual([]);
    });
  });

  describe('forming', () => {
    const pods = PODS.map(fresh);
    const create = `--cluster create ${PODS.map((pod) => `redis-${pod}:6379`).join(' ')} --cluster-replicas 1 --cluster-yes`;
    const resets = PODS.map((pod) => `redis-${pod} cluster reset hard`);

    test('is done by the first pod, when all are there and none has anything', () => {
      expect(round(0, { pods, others: [], slots: 0 })).toEqual([...resets, create]);
    });

    test('starts again where an attempt was cut short', () => {
      expect(round(0, { pods, others: [], slots: [5461, 5462, 0, 0, 0, 0] })).toEqual([...resets, create]);
    });

    test.each([5])('is not done by pod %i', (pod) => {
      expect(round(pod, { pods, others: [], slots: 0 })).toEqual([]);
    });

    test.each([0, 5])('waits for pod %i', (pod) => {
      const there = pods.map((member, index) => (index === pod ? undefined : member));
      expect(round(0, { pods: there, others: [], slots: 0 })).toEqual([]);
    });

    test('is not done while two names lead to one pod', () => {
      const there = pods.map((member, index) => (index === 2 ? pods[1] : member));
      expect(round(0, { pods: there, others: [], slots: 0 })).toEqual([]);
    });

    test.each([0, 5])('is not done where pod %i has keys', (pod) => {
      const keys = PODS.map((index) => (index === pod ? 1 : 0));
      expect(round(0, { pods, others: [], slots: 0, keys })).toEqual([]);
    });

    test.each([5])('is not done where pod %i is in a whole cluster: the first pod joins that', (pod) => {
      const slots = PODS.map((index) => (index === pod ? 16384 : 0));
      expect(round(0, { pods, others: [], slots })).toEqual([`here cluster meet 10.1.0.${pod} 6379`]);
    });
  });

  describe('after all pods got new addresses', () => {
    const others = WELL.map((member) => ({ ...member, ip: '255.255.255.255', link: 'disconnected' }));

    test.each([0, 4])('pod %i meets all others where they are now', (pod) => {
      expect(round(pod, { pods: WELL, others: without(others, pod) })).toEqual(
        PODS.filter((other) => other !== pod).map((other) => `here cluster meet 10.1.0.${other} 6379`),
      );
    });

    test('a link that is still being made to an old address is none', () => {
      const list = without(WELL, 4).map((member) => (member.id === id(2) ? { ...member, ip: '10.9.9.9' } : member));
      expect(round(4, { pods: WELL, others: list, masterHost: '10.1.0.1' })).toEqual(['here cluster meet 10.1.0.2 6379']);
    });

    test('only those are met that answer, and with which there is no link', () => {
      const pods = WELL.map((member, pod) => (pod === 2 ? undefined : member));
      const list = without(others, 4).map((member) => (member.id === id(3) ? (WELL[3] as Member) : member));
      expect(round(4, { pods, others: list })).toEqual([0, 1, 5].map((pod) => `here cluster meet 10.1.0.${pod} 6379`));
    });

    test('addresses may be those of IPv6', () => {
      const pods = WELL.map((member, pod) => ({ ...member, ip: `fd00::${pod}` }));
      expect(round(4, { pods, others: without(others, 4) })).toContain('here cluster meet fd00::2 6379');
    });

    test('a pod with an empty volume is met too', () => {
      const pods = WELL.map((member, pod) => (pod === 2 ? fresh(2) : member));
      const slots = PODS.map((pod) => (pod === 2 ? 0 : 16384));
      const list = without(WELL, 4).map((member) => (member.id === id(2) ? { ...member, flags: 'master,fail' } : member));
      expect(round(4, { pods, others: list, slots })).toEqual(['here cluster meet 10.1.0.2 6379']);
    });
  });

  describe('a replica', () => {
    test('goes to where its master is now', () => {
      expect(round(3, { pods: WELL, others: without(WELL, 3), masterHost: '10.9.9.9' })).toEqual([`here cluster replicate ${id(0)}`]);
    });

    test('stays where it is while its master does not answer', () => {
      const pods = WELL.map((member, pod) => (pod === 0 ? undefined : member));
      expect(round(3, { pods, others: without(WELL, 3), masterHost: '10.9.9.9' })).toEqual([]);
    });

    test('meets its master first: Redis would follow to the address that it knows', () => {
      const others = without(WELL, 3).map((member) => (member.id === id(0) ? { ...member, ip: '10.9.9.9' } : member));
      expect(round(3, { pods: WELL, others, masterHost: '10.9.9.9' })).toEqual(['here cluster meet 10.1.0.0 6379']);
    });
  });

  describe('an empty volume', () => {
    /** The pod came back with a new identity, and everybody knows it. */
    const replaced = (pod: number, rest: readonly Member[], ghost?: Partial<Member>) => ({
      pods: rest.map((member, index) => (index === pod ? fresh(pod) : member)),
      others: [
        ...without(rest, 0, pod),
        fresh(pod),
        ...(ghost ? [{ ...(WELL[pod] as Member), flags: 'slave,fail', link: 'disconnected', ...ghost }] : []),
      ],
    });

    test('makes a replica of the master that has none', () => {
      expect(round(0, replaced(4, WELL))).toEqual([`redis-4 cluster replicate ${id(1)}`]);
    });

    test('is the business of the first pod alone', () => {
      const ghost = { ...(WELL[4] as Member), flags: 'slave,fail', link: 'disconnected' };
      const others = [...without(WELL, 1, 4), fresh(4), ghost];
      expect(round(1, { ...replaced(4, WELL), others })).toEqual([]);
    });

    test('of a master makes a replica of the one that took over', () => {
      const promoted = WELL.map((member, pod) => (pod === 4 ? { ...member, flags: 'master', slots: SLOTS[1] } : member));
      expect(round(0, replaced(1, promoted))).toEqual([`redis-1 cluster replicate ${id(4)}`]);
    });

    test('leaves a member that is forgotten, by all', () => {
      expect(round(0, replaced(4, WELL, {})).slice(0, 6)).toEqual(PODS.map((pod) => `redis-${pod} cluster forget ${id(4)}`));
    });

    test.each(['master,fail', 'master,noaddr'])('leaves a %s whose slots its replica takes over', (flags) => {
      const ghost = { flags, slots: SLOTS[1] };
      expect(round(0, replaced(1, WELL, ghost))[0]).toBe('redis-4 cluster failover force');
    });

    test('of the first pod forgets nobody whose slots only others know of', () => {
      // the first pod lost its own volume, and with it what it knew; its replica is lost too
      const pods = WELL.map((member, pod) => (pod === 0 || pod === 3 ? fresh(pod) : member));
      const ghost = { ...(WELL[0] as Member), flags: 'master,fail', link: 'disconnected' };
      const others = [...without(pods, 0), { ...ghost, slots: undefined }];
      const calls = round(0, { pods, others, theirs: [ghost] });
      expect(calls.filter((call) => /forget|failover/.test(call))).toEqual([]);
      expect(round(0, { pods, others }).filter((call) => call.includes('forget'))).toHaveLength(6);
    });

    test('of the first pod lets the replica take over that only others know of', () => {
      const pods = WELL.map((member, pod) => (pod === 0 ? fresh(0) : member));
      const ghost = { ...(WELL[0] as Member), flags: 'master,fail', link: 'disconnected' };
      const others = [...without(pods, 0), { ...ghost, slots: undefined }];
      expect(round(0, { pods, others, theirs: [ghost] })[0]).toBe('redis-3 cluster failover force');
    });

    test('leaves nobody to take over where the replica is lost too: that is for a person', () => {
      const pods = WELL.map((member, pod) => (pod === 1 || pod === 4 ? fresh(pod) : member));
      const ghost = { ...(WELL[1] as Member), flags: 'master,fail', link: 'disconnected' };
      const calls = round(0, { pods, others: [...without(pods, 0), ghost] });
      expect(calls.filter((call) => /forget|failover/.test(call))).toEqual([]);
    });

    test.each(['slave,fail?', 'slave'])('%s is not forgotten', (flags) => {
      const calls = round(0, replaced(4, WELL, { flags }));
      expect(calls.filter((call) => call.includes('forget'))).toEqual([]);
    });

    test('nobody is forgotten while two names lead to one pod: the other may be that one', () => {
      const { pods, others } = replaced(4, WELL, {});
      const there = pods.map((member, pod) => (pod === 2 ? pods[1] : member));
      expect(round(0, { pods: there, others }).filter((call) => call.includes('forget'))).toEqual([]);
    });

    test('nobody is forgotten while a pod does not answer: it may be that one', () => {
      const { pods, others } = replaced(4, WELL, {});
      const there = pods.map((member, pod) => (pod === 2 ? undefined : member));
      expect(round(0, { pods: there, others }).filter((call) => call.includes('forget'))).toEqual([]);
    });
  });

  describe('on SIGTERM', () => {
    test.each([2])('master %i hands over to its replica', (pod) => {
      const place = sandbox();
      place.write(`state/10.1.0.${pod + 3}/cluster failover`, 'OK\n');
      expect(round(pod, { pods: WELL, others: without(WELL, pod) }, true)).toEqual([`10.1.0.${pod + 3} cluster failover`]);
    });

    test.each([
      ['a replica has nothing to hand over', 3, 'slave'],
      ['a master keeps its slots where its replica failed', 0, 'slave,fail'],
      ['a master keeps its slots where it has no replica', 0, 'master'],
    ])('%s', (_, pod, flags) => {
      const others = without(WELL, pod).map((member) => (member.id === id(3) ? { ...member, flags } : member));
      const masterHost = pod === 3 ? '10.1.0.0' : undefined;
      expect(round(pod, { pods: WELL, others, masterHost }, true)).toEqual([]);
    });
  });
});
