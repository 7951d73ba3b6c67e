import { statSync } from 'node:fs';
import { type Sandbox, withEveryShell } from '../support/sh';
import { storeScript } from './support';

const SECRET = 'Qx7-not-to-be-seen';

/** Runs a script with arguments, by the sandbox's shell. */
function run(place: Sandbox, name: string, args: string, env: Record<string, string> = {}) {
  return place.run(place.write('run.sh', `set -- ${args}\n. ${storeScript(name)}\n`), env);
}

withEveryShell((sandbox) => {
  const start = (password: string, env: Record<string, string> = {}) => {
    const place = sandbox();
    place.fake('redis-server', 'umask');
    const done = run(place, 'redis-start', '/etc/redis/redis.conf --cluster-announce-ip 10.0.0.7', {
      PASSWORD_FILE: place.write('password', password),
      AUTH_FILE: place.at('auth.conf'),
      JOINED_FILE: place.write('joined', ''),
      ...env,
    });
    return { place, done };
  };

  describe('redis-start', () => {
    test('gives the server its arguments, and the password by a file that only it can read', () => {
      const { place, done } = start(SECRET);
      expect(done).toMatchObject({ status: 0, stderr: '' });
      expect(Number.parseInt(done.stdout, 8)).toBe(0o77);
      expect(place.calls()).toEqual(['redis-server /etc/redis/redis.conf --cluster-announce-ip 10.0.0.7']);
      expect(place.read('auth.conf')).toBe(`requirepass "${SECRET}"\nmasterauth "${SECRET}"\n`);
      expect(statSync(place.at('auth.conf')).mode & 0o777).toBe(0o600);
    });

    test.each([
      ['a "quoted" one', 'a \\"quoted\\" one'],
      ['back\\slash', 'back\\\\slash'],
      ['\\"', '\\\\\\"'],
      ["$HOME `id` $(id) 'x' # % & / * [a-z]", "$HOME `id` $(id) 'x' # % & / * [a-z]"],
      ['a line that ends\n', 'a line that ends'],
      ['schlüssel-密码', 'schlüssel-密码'],
    ])('%j is quoted as Redis reads it', (password, quoted) => {
      const { place } = start(password);
      expect(place.read('auth.conf')).toBe(`requirepass "${quoted}"\nmasterauth "${quoted}"\n`);
    });

    test.each(['', '\n'])('%j starts nothing: it would mean no password at all', (password) => {
      const { place, done } = start(password);
      expect(done).toEqual({
        status: 1,
        stdout: '',
        stderr: `redis-start: ${place.at('password')} is empty, and Redis would ask nobody for a password\n`,
      });
      expect(place.calls()).toEqual([]);
    });

    test('a missing password starts nothing', () => {
      const { place, done } = start(SECRET, { PASSWORD_FILE: '/nowhere' });
      expect(done.status).not.toBe(0);
      expect(place.calls()).toEqual([]);
    });

    test('peers lose the addresses that they had; names, slots and its own stay', () => {
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(40));
      const before = [
        // Redis 7.0, 7.4 and one without a name, with IPv6
        `${a} 10.0.0.1:6379@16379,redis-0.redis-nodes.ns.svc master - 0 1700000000000 1 connected 0-5460`,
        `${b} 10.0.0.2:6379@16379,redis-1,tls-port=0,shard-id=5d7a myself,master - 0 0 2 connected 5461-10922 [1->-${a}]`,
        `${c} fd00::3:6379@16379 slave ${a} 0 0 1 connected`,
        `${d} :0@0 master,noaddr - 0 0 0 disconnected`,
        'vars currentEpoch 6 lastVoteEpoch 0',
        '',
      ];
      const file = sandbox().write('nodes.conf', before.join('\n'));
      const { place, done } = start(SECRET, { NODES_FILE: file });
      expect(done.status).toBe(0);
      expect(place.read('nodes.conf').split('\n')).toEqual([
        `${a} 255.255.255.255:6379@16379,redis-0.redis-nodes.ns.svc master - 0 1700000000000 1 connected 0-5460`,
        before[1],
        `${c} 255.255.255.255:6379@16379 slave ${a} 0 0 1 connected`,
        `${d} 255.255.255.255:0@0 master,noaddr - 0 0 0 disconnected`,
        ...before.slice(4),
      ]);
      expect(place.list('.')).not.toContain('nodes.conf.new');
      // ready again only when it has found them
      expect(place.list('.')).not.toContain('joined');
    });

    test.each(['absent', 'empty'])('where nodes.conf is %s, it stays so', (kind) => {
      const file = sandbox().at('nodes.conf');
      if (kind === 'empty') sandbox().write('nodes.conf', '');
      const { place, done } = start(SECRET, { NODES_FILE: file });
      expect(done.status).toBe(0);
      expect(place.list('.').filter((name) => name.startsWith('nodes'))).toEqual(kind === 'empty' ? ['nodes.conf'] : []);
    });
  });

  describe('redis-probe', () => {
    const AUTH = `requirepass "${SECRET}"\nmasterauth "${SECRET}"\n`;
    const LINKED = ['x 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-5460'];
    const WHOLE = 'cluster_enabled:1\r\ncluster_state:ok\r\ncluster_slots_assigned:16384\r\n';
    const probe = (question: string, ping: string, answers: Record<string, string> = {}) => {
      const place = sandbox();
      place.fake(
        'redis-cli',
        `[ "$REDISCLI_AUTH" = ${SECRET} ] || { echo 'NOAUTH Authentication required.'; exit 0; }
        case $* in
          '-h 127.0.0.1 ping') echo "$PING" ;;
          *'cluster info') printf %s "$INFO" ;;
          *'cluster nodes') printf %s "$VIEW" ;;
          *'info replication') printf %s "$REPLICATION" ;;
        esac`,
      );
      const done = run(place, 'redis-probe', question, {
        AUTH_FILE: place.write('auth.conf', AUTH),
        JOINED_FILE: place.at('joined'),
        ...{ PING: ping, INFO: WHOLE, VIEW: LINKED.join('\n'), REPLICATION: 'role:master\r\n' },
        ...answers,
      });
      expect(JSON.stringify([done, place.read('calls')])).not.toContain(SECRET);
      return { place, done, joined: place.list('.').includes('joined') };
    };

    test.each([
      ['PONG', 0, 0],
      ['LOADING Redis is loading the dataset in memory', 0, 1],
      ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 0, 1],
      ['NOAUTH Authentication required.', 1, 1],
      ['WRONGPASS invalid username-password pair', 1, 1],
      ['ERR max number of clients reached', 0, 1],
      ['BUSY Redis is busy running a script.', 1, 1],
      ['Could not connect to Redis at 127.0.0.1:6379: Connection refused', 1, 1],
      ['', 1, 1],
      ['PONG?', 1, 1],
    ])('%j is alive: %i, ready: %i', (answer, alive, ready) => {
      expect(probe('alive', answer).done.status).toBe(alive);
      const { done } = probe('ready', answer);
      expect(done).toMatchObject({ status: ready, stdout: ready === 0 ? '' : `redis-probe: ${answer}\n`, stderr: '' });
    });

    test('knows a password with quotes and backslashes as the server does', () => {
      const odd = 'a "quoted" \\ one \\\\" $x';
      const { place } = start(odd);
      place.fake('redis-cli', 'printf %s "$REDISCLI_AUTH" >asked; echo PONG');
      expect(run(place, 'redis-probe', 'ready', { AUTH_FILE: place.at('auth.conf') }).status).toBe(0);
      expect(place.read('asked')).toBe(odd);
    });

    test('a server that does not answer in time is not alive', () => {
      const place = sandbox();
      place.fake('redis-cli', 'exec sleep 20');
      const began = Date.now();
      const env = { AUTH_FILE: place.write('auth.conf', AUTH) };
      expect(run(place, 'redis-probe', 'alive', env).status).not.toBe(0);
      // before the kubelet's own limit of five seconds
      expect(Date.now() - began).toBeLessThan(4900);
    });

    test('a wrong or missing password is not ready', () => {
      const place = sandbox();
      expect(probe('ready', 'PONG').done.status).toBe(0);
      expect(run(place, 'redis-probe', 'ready', { PING: 'PONG', AUTH_FILE: place.write('auth.conf', 'requirepass "x"\n') })).toMatchObject({
        status: 1,
        stdout: 'redis-probe: NOAUTH Authentication required.\n',
      });
      expect(run(place, 'redis-probe', 'alive', { PING: 'PONG', AUTH_FILE: '/nowhere' }).status).toBe(1);
    });

    test('a member of a whole cluster is ready, and remembered as such', () => {
      expect(probe('member', 'PONG')).toMatchObject({ done: { status: 0, stdout: '' }, joined: true });
      // the cluster fails later: those who serve go on serving
      expect(probe('member', 'PONG', { INFO: 'cluster_state:fail\r\n' }).done.status).toBe(0);
      expect(probe('member', 'LOADING').done.status).toBe(1);
    });

    const peers = (up: number, down: number) =>
      [
        ...LINKED,
        ...Array.from({ length: up + down }, (_, i) => `y 10.0.0.9:6379@16379 slave x 0 0 1 ${i < up ? '' : 'dis'}connected`),
      ].join('\n');

    test.each([
      ['is in no cluster', { INFO: 'cluster_state:fail\r\ncluster_slots_assigned:0\r\n' }, 'is not in a whole cluster'],
      ['is in part of one', { INFO: WHOLE.replace('16384', '5461') }, 'is not in a whole cluster'],
      ['is in one that failed', { INFO: WHOLE.replace(':ok', ':fail') }, 'is not in a whole cluster'],
      ['has not found its peers', { VIEW: peers(2, 3) }, 'is not in a whole cluster'],
      ['still looks for its peers', { VIEW: peers(5, 0).replaceAll('10.0.0.9', '255.255.255.255') }, 'is not in a whole cluster'],
      ['is not in step', { REPLICATION: 'role:slave\r\nmaster_link_status:down\r\n' }, 'still copies its master'],
    ])('a pod that %s is not ready', (_, answers, why) => {
      const { done, joined } = probe('member', 'PONG', answers);
      expect(done).toMatchObject({ status: 1, stdout: `redis-probe: ${why}\n` });
      expect(joined).toBe(false);
    });

    test.each([
      ['most of its peers', { VIEW: peers(3, 2) }],
      ['its master', { REPLICATION: 'role:slave\r\nmaster_link_status:up\r\n' }],
    ])('a pod that has found %s is ready', (_, answers) => {
      expect(probe('member', 'PONG', answers)).toMatchObject({ done: { status: 0 }, joined: true });
    });
  });
});
