import { mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of one environment: name to content. */
export type Files = ReadonlyMap<string, string>;

/** Folders that a run leaves behind only when it is killed. */
const PARTIAL = '.partial-';

/**
 * Puts the files of environments into `out/<environment>/`. Everything is written beside first; then each folder
 * is swapped in by rename, so that a folder is the old one or the new one and stale files are gone.
 */
export function writeFolders(out: string, environments: ReadonlyMap<string, Files>): void {
  mkdirSync(out, { recursive: true });
  removeLeftovers(out);
  const partial = join(out, `${PARTIAL}${process.pid}`);
  mkdirSync(partial);
  try {
    for (const [name, files] of environments) {
      mkdirSync(join(partial, name));
      for (const [file, content] of files) writeFileSync(join(partial, name, file), content);
    }
    for (const name of environments.keys()) swap(join(out, name), join(partial, name), join(partial, `${name}.old`));
  } finally {
    removeFolder(partial);
  }
}

/** What rmSync does, without the retries and checks that cost it a twentieth of a synth. */
function removeFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeFolder(path);
    else unlinkSync(path);
  }
  rmdirSync(folder);
}

/** The old folder is moved away and the new one in: two renames, the least that a file system without exchange has. */
function swap(folder: string, next: string, old: string): void {
  let isNew = false;
  try {
    renameSync(folder, old);
  } catch (error) {
    isNew = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isNew) throw error;
  }
  try {
    renameSync(next, folder);
  } catch (error) {
    if (!isNew) renameSync(old, folder);
    throw error;
  }
}

/** What a killed run left; a folder that it was about to swap is put back. */
function removeLeftovers(out: string): void {
  for (const name of readdirSync(out)) {
    if (!name.startsWith(PARTIAL) || isRunning(Number(name.slice(PARTIAL.length)))) continue;
    const folder = join(out, name);
    for (const moved of readdirSync(folder).filter((entry) => entry.endsWith('.old'))) {
      const home = moved.slice(0, -'.old'.length);
      if (!readdirSync(out).includes(home)) renameSync(join(folder, moved), join(out, home));
    }
    removeFolder(folder);
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false; // an earlier process of our number: in a container every run has the same
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
