import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../../cluster/support/kubectl';

/** Starts Traefik on ports 80 and 443 of an address, with some of its providers. */
export function startTraefik(
  cluster: Cluster,
  assets: string,
  folder: string,
  address: string,
  providers: readonly string[],
): ChildProcess {
  const log = openSync(join(folder, `traefik-${address}.log`), 'w');
  const args = [
    `--entrypoints.web.address=${address}:80`,
    `--entrypoints.websecure.address=${address}:443`,
    ...providers.map((provider) => `--providers.${provider}`),
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
    '--log.level=INFO',
  ];
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: cluster.access.kubeconfig };
  return spawn(join(assets, 'bin/traefik'), args, { env, stdio: ['ignore', log, log] });
}
