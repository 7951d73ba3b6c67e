import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rendered } from '../../support/platform';
import { objectsOf } from '../support/apply';
import { f5Nginx } from '../support/f5-nginx';
import { haproxytech } from '../support/haproxytech';
import { addressOf, type Context, type Target } from './target';

/** Where a translated configuration runs. */
export interface Place extends Pick<Context, 'folder' | 'tls'> {
  readonly address: string;
  /** Addresses and ports of the replicas behind a Service. */
  replicas(service: string): string[];
}

/**
 * A controller that no package registry has: what this library renders for it is translated as it is documented to do,
 * and runs on the server of the distribution.
 */
export interface Translated extends Target {
  /** The files that the controller would write, by name. */
  files(objects: readonly Rendered[], place: Place): Record<string, string>;
  /** Command that tells whether the server would load them. */
  check(folder: string): string[];
}

function translated(
  name: string,
  number: number,
  files: Translated['files'],
  command: (folder: string) => string[],
  test: string,
): Translated {
  const start: Target['start'] = ({ folder, tls, launch }) => {
    const replicas = (service: string) =>
      [11, 12, 13].map((host) => `10.200.${number}.${host}:${service.includes('static') ? 8502 : 8501}`);
    const written = files(objectsOf(name), { folder, tls, address: addressOf({ number }), replicas });
    for (const [file, text] of Object.entries(written)) writeFileSync(join(folder, file), text);
    const [program = '', ...args] = command(folder);
    launch(program, args);
  };
  return { name, number, start, files, check: (folder) => [...command(folder), test] };
}

// -p: beside a folder html nginx would serve pages of its own
export const nginx = translated(
  'nginx',
  5,
  f5Nginx,
  (folder) => ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
  '-t',
);
export const haproxy = translated('haproxy', 6, haproxytech, (folder) => ['haproxy', '-db', '-f', join(folder, 'haproxy.cfg')], '-c');
