import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a folder with its content, as one text to compare. */
export function snapshotOf(folder: string): string {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? snapshotOf(path) : `${path}\n${readFileSync(path, 'utf8')}`;
    })
    .join('\n');
}
