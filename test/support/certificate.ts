import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/**
 * Makes a certificate (`<name>.crt`) with its key (`<name>.key`) in a folder, and gives its path.
 *
 * @param hosts whom it is for
 * @param authority name of the certificate in the same folder that signs it; without one it signs for itself
 */
export function certificate(folder: string, name: string, hosts: readonly [string, ...string[]], authority?: string): string {
  const file = (kind: 'crt' | 'key', of = name) => join(folder, `${of}.${kind}`);
  const names = hosts.map((host) => `DNS:${host}`).join();
  const who = ['-subj', `/CN=${hosts[0]}`, '-addext', `subjectAltName=${names}`];
  const signed = authority ? ['-CA', file('crt', authority), '-CAkey', file('key', authority), '-addext', 'basicConstraints=CA:FALSE'] : [];
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...who, ...signed, '-keyout', file('key'), '-out', file('crt'));
  return file('crt');
}
