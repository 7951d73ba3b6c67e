import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from '../../../lib/agent';
import { Postgres, type PostgresProps } from '../../../lib/stores';
import { type Pod, type PodOptions, start } from '../../support/container';
import { type Rendered, rendered, testScope } from '../../support/platform';
import { POSTGRES_PROGRAMS } from '../../support/services';

/** Awkward ones: nothing that passes them on may quote too little. */
export const PASSWORDS = { owner: `o'wn"er $1 \\`, superuser: `su'per $(id)`, monitoring: 'moni`tor`ing' };
export const SECRETS = Object.fromEntries(
  Object.entries({ auth: PASSWORDS.owner, superuser: PASSWORDS.superuser, monitoring: PASSWORDS.monitoring }).map(([name, password]) => [
    `postgres-${name}`,
    { password },
  ]),
);

/** A PostgreSQL that the agents of the guide use: eleven replicas, four workers, pools of two. */
export function postgresObjects(props: PostgresProps = {}): Rendered[] {
  const scope = testScope();
  const store = new Postgres(scope, 'postgres', props);
  new Agent(scope, 'agent', { image: 'registry.test/agent:1' }).uses(store);
  return rendered(store);
}

/** Its pod. */
export function startPostgres(props: PostgresProps = {}, options: Partial<PodOptions> = {}): Promise<Pod> {
  return start({ objects: postgresObjects(props), workload: 'postgres', secrets: SECRETS, ...options });
}

type Role = 'aiagent' | 'monitoring' | 'postgres';
const passwordOf = { aiagent: PASSWORDS.owner, monitoring: PASSWORDS.monitoring, postgres: PASSWORDS.superuser };
/** The environment of a client. */
export const clientOf = (pod: Pod, role: Role, password: string = passwordOf[role]) => ({
  ...{ PATH: `${POSTGRES_PROGRAMS}:${process.env.PATH}`, PGHOST: pod.address, PGUSER: role, PGPASSWORD: password },
  ...{ PGDATABASE: role === 'monitoring' ? 'postgres' : 'aiagent', PGCONNECT_TIMEOUT: '30' },
});

/** What a role is answered over TCP, or why it is not. */
export function query(pod: Pod, role: Role, sql: string, password?: string): string {
  const { stdout, stderr } = spawnSync('psql', ['-qAtX', '-c', sql], {
    env: clientOf(pod, role, password),
    encoding: 'utf8',
    timeout: 120_000,
  });
  return (stdout || stderr).trim();
}

/** Runs a script of backups as its Job does, in a folder. */
export function runBackupScript(pod: Pod, name: string, folder: string) {
  const file = join(folder, 'password');
  mkdirSync(join(folder, 'work'), { recursive: true });
  const { PGPASSWORD, ...rest } = clientOf(pod, 'postgres');
  writeFileSync(file, PGPASSWORD);
  const script = join(__dirname, '../../../lib/backup/scripts', `${name}.sh`);
  const more = { ...rest, PASSWORD_FILE: file, WORK: join(folder, 'work'), CONFIRM: 'yes' };
  return spawnSync('sh', [script], { env: more, encoding: 'utf8', timeout: 120_000 });
}

/** Clients that do the same again and again over TCP. */
export interface Load {
  /** Waits until it has ended by itself. Gives the transactions that each client was told are done. */
  readonly done: Promise<{ readonly status: number | null; readonly acknowledged: number[]; readonly said: string }>;
  end(): void;
}

/** pgbench: so many clients, each with a connection of its own, for so many seconds or transactions of each. */
export function load(pod: Pod, clients: number, sql: string, amount: { seconds: number } | { transactions: number }): Load {
  const folder = mkdtempSync(join(tmpdir(), 'pgbench-'));
  const script = join(folder, 'script');
  writeFileSync(script, sql);
  const most = 'seconds' in amount ? ['-T', String(amount.seconds)] : ['-t', String(amount.transactions)];
  const args = ['-n', '-c', String(clients), '-j', '1', ...most, '-l', '-f', script];
  const child = spawn(join(POSTGRES_PROGRAMS, 'pgbench'), args, {
    cwd: folder,
    env: clientOf(pod, 'aiagent'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said += data;
    });
  const done = new Promise<Awaited<Load['done']>>((resolve) => {
    child.once('close', (status) => {
      const acknowledged = Array<number>(clients).fill(0);
      for (const file of readdirSync(folder).filter((name) => name.startsWith('pgbench_log')))
        for (const [, client] of readFileSync(join(folder, file), 'utf8').matchAll(/^(\d+) .*\n/gm))
          acknowledged[Number(client)] = (acknowledged[Number(client)] ?? 0) + 1;
      rmSync(folder, { recursive: true });
      resolve({ status, acknowledged, said });
    });
  });
  return { done, end: () => child.kill('SIGTERM') };
}

/** What the server says to the first words of a role that comes from an address: `SASL`, or an error. */
export function firstAnswer(pod: Pod, role: string, localAddress: string): Promise<string> {
  const words = Buffer.from(`\0\x03\0\0user\0${role}\0database\0postgres\0\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(words.length + 4);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: pod.address, port: 5432, localAddress });
    socket.once('connect', () => socket.write(Buffer.concat([length, words])));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString('latin1').replaceAll('\0', ' '));
    });
  });
}

/** Stops a process of the server where it is, once it is there; `CONT` lets it go on. */
export async function hold(pod: Pod, process: string, signal: 'STOP' | 'CONT' = 'STOP'): Promise<void> {
  const { status } = await pod.exec(['sh', '-c', `until pkill -${signal} -f '^postgres: ${process}'; do sleep 0.01; done`]);
  if (status !== 0) throw new Error(`the server has no process "${process}"`);
}
