import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of one environment: name to content. */
export type Files = ReadonlyMap<string, string>;

/** Folders that a run leaves behind only when it is killed, and in them what it has moved away. */
const PARTIAL = '.partial-';
const OLD = '.old';

/**
 * Puts the files of environments into `out/<environment>/`. Everything is written beside first; then each folder is
 * swapped in by two renames, the least that a file system without exchange has: a folder is the old one or the new one.
 */
export function writeFolders(out: string, environments: ReadonlyMap<string, Files>): void {
  mkdirSync(out, { recursive: true });
  for (const leftover of readdirSync(out).filter(isLeftover)) settle(out, join(out, leftover));
  const partial = join(out, `${PARTIAL}${process.pid}`);
  mkdirSync(partial);
  try {
    for (const [name, files] of environments) {
      mkdirSync(join(partial, name));
      for (const [file, content] of files) writeFileSync(join(partial, name, file), content);
    }
    for (const name of environments.keys()) {
      if (existsSync(join(out, name))) renameSync(join(out, name), join(partial, name + OLD));
      renameSync(join(partial, name), join(out, name));
    }
  } finally {
    settle(out, partial);
  }
}

/** Ends a run, be it done, failed or killed: a folder that was moved away for none is put back, and the rest goes. */
function settle(out: string, partial: string): void {
  for (const moved of readdirSync(partial).filter((name) => name.endsWith(OLD))) {
    const home = join(out, moved.slice(0, -OLD.length));
    if (!existsSync(home)) renameSync(join(partial, moved), home);
  }
  rmSync(partial, { recursive: true });
}

/** Whether this is the folder of a run that is over. */
function isLeftover(name: string): boolean {
  const pid = Number(name.slice(PARTIAL.length));
  if (!name.startsWith(PARTIAL)) return false;
  if (pid === process.pid) return true; // an earlier process of our number: in a container every run has the same
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
