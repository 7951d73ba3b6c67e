import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { AGENT, APP } from './client';

/** A certificate, and the file of its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for both hosts. */
export function certificate(folder: string): Certificate {
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const names = ['-subj', `/CN=${AGENT}`, '-addext', `subjectAltName=DNS:${AGENT},DNS:${APP}`];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, '-keyout', key, '-out', cert];
  const { status, stderr } = spawnSync('openssl', made);
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return { cert, key };
}
