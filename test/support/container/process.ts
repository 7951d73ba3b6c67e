import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { POSTGRES_PROGRAMS } from '../services';

/** A program in a sandbox. */
export interface SandboxOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly hostname: string;
  readonly uid: number;
  readonly gid: number;
  /** Files and folders of this machine by the path where they are in the sandbox. */
  readonly mounts: ReadonlyMap<string, { readonly source: string; readonly readOnly: boolean }>;
  /** Folders of this machine with programs in their bin/, before those of the system. */
  readonly programs: readonly string[];
}

/** How something ended. A signal is 128 and its number, as in Kubernetes. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SIGKILL = 137;
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
const SHM_BYTES = 64 * 2 ** 20;

/** bwrap's arguments for the tree of a container: read-only but for its volumes and /dev/shm, which every container has. */
function tree({ mounts, programs, folder }: SandboxOptions): string[] {
  const system = ['/usr', ...['alternatives', 'ld.so.cache', 'ssl'].map((name) => `/etc/${name}`), ...programs];
  const links = ['bin', 'sbin', 'lib', 'lib64'].map((name) => ['--symlink', `usr/${name}`, `/${name}`]);
  return [
    ...system.flatMap((path) => ['--ro-bind-try', path, path]),
    ...links.flat(),
    ...['--proc', '/proc', '--tmpfs', '/dev', '--symlink', '/proc/self/fd', '/dev/fd'],
    ...DEVICES.flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]),
    ...(mounts.has('/dev/shm') ? [] : ['--size', String(SHM_BYTES), '--tmpfs', '/dev/shm']),
    ...['--dir', '/tmp', '--dir', '/run', '--dir', '/var', '--symlink', '../run', '/var/run', '--dir', folder],
    ...[...mounts]
      .sort(([a], [b]) => a.length - b.length)
      .flatMap(([path, { source, readOnly }]) => [readOnly ? '--ro-bind' : '--bind', source, path.replace(/^\/var\/run\//, '/run/')]),
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
  ];
}

/** The first process of a container and all below it, in a sandbox of its own: they end with it. */
export class Process {
  /** Everything that it has said. */
  log = '';
  /** Set when it has ended. */
  ended?: Ended;
  readonly end: Promise<Ended>;
  private readonly bwrap: ChildProcess;
  private readonly started: Promise<number>;
  private pid?: number;

  constructor(private readonly options: SandboxOptions) {
    const { uid, gid, hostname, folder, command } = options;
    const user = ['--unshare-user', '--uid', String(uid), '--gid', String(gid), '--unshare-pid', '--as-pid-1', '--unshare-ipc'];
    const args = [...user, '--unshare-uts', '--hostname', hostname, '--die-with-parent', '--json-status-fd', '3', ...tree(options)];
    // a group of its own, by which it is ended
    const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const;
    this.bwrap = spawn('bwrap', [...args, '--chdir', folder, '--', ...command], { detached: true, env: this.env, stdio: [...stdio] });
    const output = this.listen(this.bwrap);
    this.end = output.then((ended) => {
      this.ended = ended;
      return ended;
    });
    this.started = new Promise((resolve, reject) => {
      let status = '';
      (this.bwrap.stdio[3] as Readable).on('data', (data) => {
        status += data;
        this.pid ??= Number(/"child-pid": (\d+)/.exec(status)?.[1]) || undefined;
        if (this.pid) resolve(this.pid);
      });
      this.end.then(({ stderr }) => reject(new Error(`${command.join(' ')}: has not started\n${stderr}`)));
    });
    this.started.catch(() => undefined); // whoever waits for it is told
  }

  /** Runs a command beside it, with the same mounts, user and environment. After so many seconds it is killed. */
  async exec(command: readonly string[], seconds: number): Promise<Ended> {
    const pid = String(await this.started);
    // until it becomes the command, bwrap still makes the tree
    while (!this.ended && /^bwrap\0/.test(readOr(`/proc/${pid}/cmdline`))) await new Promise((resolve) => setTimeout(resolve, 5));
    if (this.ended) return { status: 1, stdout: '', stderr: 'the container has ended' };
    const spaces = ['--user', '--mount', '--pid', '--uts', '--ipc', '--preserve-credentials', `--wdns=${this.options.folder}`];
    const child = spawn('nsenter', ['--target', pid, ...spaces, '--', ...command], {
      detached: true,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => killGroup(child), seconds * 1000);
    try {
      return await this.listen(child);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends its first process a signal, and nothing if it has ended. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const pid = await this.started;
    if (!this.ended) send(pid, signal);
  }

  /** Ends it and everything in it at once. */
  async kill(): Promise<void> {
    if (this.ended) return;
    // the kernel ends what is in the sandbox with its first process
    if (this.pid) send(this.pid, 'SIGKILL');
    killGroup(this.bwrap);
    await this.end;
  }

  /** The processes of the container, and what each was called with. */
  processes(): { readonly pid: number; readonly command: readonly string[] }[] {
    if (!this.pid) return [];
    const space = readlinkOr(`/proc/${this.pid}/ns/pid`);
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && space !== '' && readlinkOr(`/proc/${name}/ns/pid`) === space)
      .map((name) => ({ pid: Number(name), command: readOr(`/proc/${name}/cmdline`).split('\0').slice(0, -1) }))
      .filter(({ command }) => command.length > 0); // those that have ended, and wait to be asked how
  }

  /** Bytes of memory that its processes hold at this moment: pages that several of them share count once (Pss). */
  memory(): number {
    const kib = this.processes().map(({ pid }) => Number(/^Pss: +(\d+) kB$/m.exec(readOr(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
    return kib.reduce((sum, each) => sum + each, 0) * 1024;
  }

  private get env(): NodeJS.ProcessEnv {
    const path = [
      ...this.options.programs.map((folder) => join(folder, 'bin')),
      POSTGRES_PROGRAMS,
      '/usr/local/bin',
      '/usr/bin',
      '/usr/sbin',
      '/image', // what stands in for programs that images bring: our own scripts may call them
    ];
    return { PATH: path.join(':'), HOME: '/', HOSTNAME: this.options.hostname, ...this.options.env };
  }

  private listen(child: ChildProcess): Promise<Ended> {
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (data) => {
      stdout += data;
      if (child === this.bwrap) this.log += data;
    });
    child.stderr?.on('data', (data) => {
      stderr += data;
      if (child === this.bwrap) this.log += data;
    });
    return new Promise((resolve) => {
      child.once('error', (error) => resolve({ status: 127, stdout, stderr: `${stderr}${error.message}` }));
      child.once('close', (code) => resolve({ status: code ?? SIGKILL, stdout, stderr }));
    });
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended already
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid) send(-pid, 'SIGKILL');
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended in between
  }
}

function readlinkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
