import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const roots = new Map<string, string>();

/** Where folders in memory can be made; on disk where there is no such place. */
function memoryFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** A new folder of the test file, on disk or in memory. */
export function scratchFolder(name: string, medium: 'disk' | 'memory' = 'disk'): string {
  const root = roots.get(medium) ?? mkdtempSync(join(medium === 'memory' ? memoryFolder() : tmpdir(), 'pods-'));
  roots.set(medium, root);
  return mkdtempSync(join(root, `${name}-`));
}

/** Removes all of them. */
export function removeScratch(): void {
  for (const root of roots.values()) rmSync(root, { recursive: true, force: true });
  roots.clear();
}
