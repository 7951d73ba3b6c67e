import type { Sandbox } from '../support/sh';
import { storeScript } from './support';

const SECRET = 'Qx7-not-to-be-seen';
export const POD_IP = '10.1.0.0';
export const PODS = [0, 1, 2, 3, 4, 5];
const nameOf = (pod: number) => `redis-${pod}.redis-nodes`;
const NODES = PODS.map(nameOf).join(' ');
export const id = (digit: string | number) => String(digit).repeat(40);
export const SLOTS = ['0-5460', '5461-10922', '10923-16383'];

/** A member as `cluster nodes` shows it. */
export interface Member {
  readonly id: string;
  readonly ip: string;
  readonly flags: string;
  readonly master?: string;
  readonly link?: string;
  readonly slots?: string;
}

/** Three masters and their replicas, as they are when all is well. */
export const WELL: readonly Member[] = PODS.map((pod) => ({
  ...{ id: id(pod), ip: `10.1.0.${pod}` },
  ...(pod < 3 ? { flags: 'master', slots: SLOTS[pod] } : { flags: 'slave', master: id(pod - 3) }),
}));
/** A pod with an empty volume. */
export const fresh = (pod: number): Member => ({ id: id('abcdef'[pod] ?? ''), ip: `10.1.0.${pod}`, flags: 'master' });

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

export const without = (members: readonly Member[], ...gone: number[]) => members.filter((_, pod) => !gone.includes(pod));

/** What a pod does in one round, and with `leave` on SIGTERM. */
export function rounds(sandbox: () => Sandbox) {
  return function round(self: number, answers: Answers, leave = false): string[] {
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
  };
}
