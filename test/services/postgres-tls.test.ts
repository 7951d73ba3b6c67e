import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExternalPostgres, type ExternalPostgresProps } from '../../lib/stores';
import { toldBy } from '../stores/support';
import { certificate } from '../support/certificate';
import { endPods, type Pod } from '../support/container';
import { testScope } from '../support/platform';
import { needs } from '../support/services';
import { clientOf, postgresObjects, startPostgres } from './support/postgres';

const { it } = needs('bwrap', 'initdb', 'psql', 'openssl');
const HOST = 'db.example.com';
const folder = mkdtempSync(join(tmpdir(), 'postgres-tls-'));
afterEach(endPods);
afterAll(() => rmSync(folder, { recursive: true }));

/** A PostgreSQL of somebody else, with TLS. */
async function startWithTls(): Promise<Pod & { readonly certificate: string }> {
  const claims = join(folder, 'claims');
  const volume = join(claims, 'data-postgres-0');
  mkdirSync(volume, { recursive: true });
  const own = certificate(volume, 'server', [HOST]);
  const lines = [
    'ssl = on',
    ...['cert', 'key'].map((kind) => `ssl_${kind}_file = '/var/lib/postgresql/data/server.${kind === 'key' ? 'key' : 'crt'}'`),
  ];
  const objects = postgresObjects().map((object) => {
    const conf = object.kind === 'ConfigMap' && object.data['postgresql.conf'];
    return conf ? { ...object, data: { ...object.data, 'postgresql.conf': `${conf}${lines.join('\n')}\n` } } : object;
  });
  const pod = await startPostgres({}, { objects, claims });
  await pod.ready();
  return Object.assign(pod, { certificate: own });
}

it('what agents are told of TLS is what libpq does', async () => {
  const pod = await startWithTls();
  const other = certificate(folder, 'other', [HOST]);
  const ask = (props: Partial<ExternalPostgresProps>, caFile?: string, host = HOST): string => {
    const store = new ExternalPostgres(testScope(), 'postgres', { host, secret: 'db', ...props });
    const { PGSSLMODE, PGSSLROOTCERT } = toldBy(store);
    // the path where an agent has it mounted
    const root = PGSSLROOTCERT && { PGSSLROOTCERT: PGSSLROOTCERT === '/run/secrets/postgres-ca/ca.crt' ? caFile : PGSSLROOTCERT };
    const env = { ...clientOf(pod, 'aiagent'), PGHOST: host, PGHOSTADDR: pod.address, PGSSLMODE, ...root };
    const { stdout, stderr } = spawnSync('psql', ['-qAtX', '-c', 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'], {
      encoding: 'utf8',
      env,
      timeout: 60_000,
    });
    return (stdout || stderr).trim();
  };
  const ca = { secret: 'authority', key: 'ca.crt' };
  expect(ask({ sslMode: 'disable' })).toBe('f');
  expect(ask({ sslMode: 'require' })).toBe('t');
  expect(ask({ sslMode: 'verify-full', ca }, pod.certificate)).toBe('t');
  expect(ask({ sslMode: 'verify-ca', ca }, pod.certificate, 'other.example.com')).toBe('t');
  expect(ask({ sslMode: 'verify-full', ca }, pod.certificate, 'other.example.com')).toContain(
    'does not match host name "other.example.com"',
  );
  expect(ask({ sslMode: 'verify-full', ca }, other)).toContain('certificate verify failed');
  // libpq before 16 takes system for the name of a file, and does not connect either
  expect(ask({ sslMode: 'verify-full' })).toMatch(/certificate verify failed|root certificate file "system" does not exist/);
});
