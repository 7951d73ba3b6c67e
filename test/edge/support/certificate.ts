import { certificate as make } from '../../support/certificate';
import { AGENT, APP } from './client';

/** A certificate, and the file of its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for both hosts. */
export function certificate(folder: string): Certificate {
  const cert = make(folder, 'tls', [AGENT, APP]);
  return { cert, key: cert.replace(/crt$/, 'key') };
}
