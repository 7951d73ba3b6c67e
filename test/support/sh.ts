import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell and the PATH with the programs that come with it. */
export interface Shell {
  readonly name: string;
  readonly command: readonly string[];
  readonly path: string;
  /** Whether programs of the shell's own come before those on PATH, as in Debian's busybox but not in alpine's. */
  readonly ownFirst: boolean;
}

const systemPath = process.env.PATH ?? '/usr/bin:/bin';

export function onPath(program: string): string | undefined {
  return systemPath
    .split(':')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}

/** Busybox alone, as an alpine image has it: nothing of this machine's own programs is within reach. */
function busybox(): Shell | undefined {
  const program = onPath('busybox');
  if (!program) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'busybox-'));
  const applets = spawnSync(program, ['--list'], { encoding: 'utf8' }).stdout.split('\n');
  for (const applet of applets) if (applet) symlinkSync(program, join(folder, applet));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const own = spawnSync(program, ['ash', '-c', 'PATH=/nowhere; sleep 0']);
  return { name: 'busybox', command: [program, 'ash'], path: folder, ownFirst: own.status === 0 };
}

/** The shells that a script is tested with: this machine's, and busybox where there is one. */
export function shells(): Shell[] {
  const own: Shell = { name: 'sh', command: ['sh'], path: systemPath, ownFirst: false };
  const small = busybox();
  return small ? [own, small] : [own];
}

/** A folder where a script runs, with stand-ins for the programs that its image would bring. */
export class Sandbox {
  readonly dir = mkdtempSync(join(tmpdir(), 'scripts-'));
  readonly env: Record<string, string> = {};

  constructor(private readonly shell: Shell) {
    mkdirSync(this.at('bin'));
    this.env.PATH = `${this.at('bin')}:${shell.path}`;
    this.env.REAL_PATH = shell.path;
    this.env.CALLS = this.write('calls', '');
    this.env.TMPDIR = this.folder('tmp');
  }

  at(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  folder(path: string): string {
    mkdirSync(this.at(path), { recursive: true });
    return this.at(path);
  }

  write(path: string, text: string): string {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
    return this.at(path);
  }

  read(path: string): string {
    return readFileSync(this.at(path), 'utf8');
  }

  /** The names in a folder, sorted, those that begin with a dot too; none when it is absent. */
  list(path: string): string[] {
    return existsSync(this.at(path)) ? readdirSync(this.at(path)).sort() : [];
  }

  /**
   * Puts a program on PATH. It logs its call first. $FAIL is the beginning of the calls that fail; $KILL, of those
   * that kill the calling script where the body says `step`.
   */
  fake(name: string, body: string): void {
    const start = [
      '#!/bin/sh',
      `call="${name} $*"`,
      `printf '%s\\n' "$call" >>"$CALLS"`,
      `case $call in \${FAIL:-none}*) echo "${name} fails" >&2; exit 1 ;; esac`,
      `step() { case $call in \${KILL:-none}*) kill -9 "$PPID"; exit 1 ;; esac; }`,
    ];
    chmodSync(this.write(join('bin', name), `${start.join('\n')}\n${body}\n`), 0o755);
  }

  run(script: string, env: Record<string, string> = {}): Outcome {
    const [program = 'sh', ...args] = this.shell.command;
    const done = spawnSync(program, [...args, script], {
      cwd: this.dir,
      env: { ...this.env, ...env },
      encoding: 'utf8',
      timeout: 30_000,
      killSignal: 'SIGKILL', // a script may have a trap for the others
    });
    return { status: done.status, stdout: done.stdout, stderr: done.stderr };
  }

  /** What the stand-ins were called with, in order, without the sandbox's own path; emptied by reading. */
  calls(): string[] {
    const lines = this.read('calls').replaceAll(`${this.dir}/`, '').split('\n').slice(0, -1);
    this.write('calls', '');
    return lines;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Runs the same tests with every shell; `sandbox()` is a fresh one in each test, kept until its end. */
export function withEveryShell(tests: (sandbox: () => Sandbox, shell: Shell) => void): void {
  describe.each(shells())('$name', (shell) => {
    let current: Sandbox | undefined;
    afterEach(() => {
      current?.remove();
      current = undefined;
    });
    tests(() => {
      current ??= new Sandbox(shell);
      return current;
    }, shell);
  });
}
