import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from '../../lib/agent';
import { ExternalRedis, Redis } from '../../lib/stores';
import { certificate } from '../support/certificate';
import { endPods, type Pod, start } from '../support/container';
import { nameAddress } from '../support/container/network';
import { rendered, testScope } from '../support/platform';
import { needs } from '../support/services';

const REFERENCE = join(__dirname, '../../examples/agent/stores.py');
// what the reference agent's image has, and the folders where it is
const python = 'import cachetools, redis, sys; print(sys.prefix, sys.base_prefix)';
const { stdout, status } = spawnSync('python3', ['-c', python], { encoding: 'utf8' });
const { it } = needs('bwrap', 'redis-server', 'redis-cli', 'openssl', status === 0);

const HOST = 'redis.example.com';
const PASSWORD = 'p@ss/word: #1';
const URL = `rediss://:${encodeURIComponent(PASSWORD)}@${HOST}:6380/0`;
const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
afterEach(endPods);
afterAll(() => rmSync(folder, { recursive: true }));

/** A Redis of somebody else, with TLS on a port of its own, and the certificate of who signs for it. */
async function startWithTls(): Promise<{ readonly server: Pod; readonly authority: string }> {
  const claims = join(folder, 'claims');
  const volume = join(claims, 'data-redis-0');
  mkdirSync(volume, { recursive: true });
  const authority = certificate(volume, 'authority', ['An authority']);
  certificate(volume, 'server', [HOST], 'authority');
  const files = 'tls-cert-file /data/server.crt\ntls-key-file /data/server.key\ntls-ca-cert-file /data/authority.crt\n';
  const objects = rendered(new Redis(testScope(), 'redis')).map((object) => {
    const conf = object.kind === 'ConfigMap' && object.data['redis.conf'];
    const tls = `${conf}tls-port 6380\ntls-auth-clients no\n${files}`;
    return conf ? { ...object, data: { ...object.data, 'redis.conf': tls } } : object;
  });
  const server = await start({ objects, workload: 'redis', claims, secrets: { 'redis-auth': { password: PASSWORD } } });
  await server.ready();
  nameAddress(server.address, [HOST, 'other.example.com']);
  return { server, authority: readFileSync(authority, 'utf8') };
}

/** What the reference agent does with a session, and a client that is told everything but the URL. Clients of other stores take long to load. */
const ASK = `
import asyncio, os, redis, sys
from unittest.mock import MagicMock
for name in ("boto3", "botocore.config", "chromadb", "psycopg_pool", "pymemcache.client.hash"):
    sys.modules[name] = MagicMock()
import stores
async def main():
    sessions = stores.Sessions()
    await sessions.add("s", "kept")
    print(await sessions.of("s"), (await sessions.client.client_info())["laddr"].rsplit(":", 1)[1])
    await sessions.close()
try:
    asyncio.run(main())
    env = os.environ
    plain = redis.Redis(env["REDIS_HOST"], int(env["REDIS_PORT"]), password=env["REDIS_PASSWORD"], ssl=True, ssl_ca_certs=env["REDIS_CA_FILE"])
    print(plain.ping())
except stores.Unavailable as error:
    print(error)
`;

/** Runs an agent that uses an external Redis: what it says. */
async function agent({ host = HOST, ca, url = URL }: { host?: string; ca?: string; url?: string }): Promise<string> {
  const scope = testScope();
  const secret = 'managed-redis';
  const store = new ExternalRedis(scope, 'redis', {
    host,
    port: 6380,
    secret,
    ca: ca === undefined ? ca : { secret: 'authority', key: 'ca.crt' },
  });
  const one = new Agent(scope, 'agent', { image: 'registry.test/agent:1', runtime: 'custom', command: ['python3', '-c', ASK] });
  one.uses(store);
  const pod = await start({
    objects: rendered(one),
    workload: 'agent',
    secrets: { [secret]: { password: PASSWORD, url: url.replace(HOST, host) }, authority: { 'ca.crt': ca ?? '' } },
    images: { agent: { folder: '/app', files: { '/app/stores.py': REFERENCE } } },
    programs: stdout.trim().split(' '),
  });
  const ended = await pod.ended();
  return (ended.stdout + ended.stderr).trim();
}

it('an agent speaks TLS with a Redis of somebody else, and with nobody whom its authority has not signed for', async () => {
  const { server, authority } = await startWithTls();
  const other = readFileSync(certificate(folder, 'other', [HOST]), 'utf8');
  expect(await agent({ ca: authority })).toBe("['kept'] 6380\nTrue");
  const refused = /^redis: ConnectionError: .*certificate verify failed/;
  expect(await agent({ ca: other })).toMatch(refused);
  expect(await agent({})).toMatch(refused);
  expect(await agent({ ca: authority, host: 'other.example.com' })).toMatch(/certificate verify failed: Hostname mismatch/);
  expect(await agent({ ca: authority, url: URL.replace(/:[^:]*@/, ':wrong@') })).toMatch(
    /^redis: AuthenticationError: invalid username-password/,
  );
  // the URL has to say it: nobody speaks in plain text by mistake and is understood
  expect(await agent({ ca: authority, url: URL.replace('rediss', 'redis') })).toMatch(/^redis: (ConnectionError|TypeError)/);
  const { stdout: keys } = await server.exec([
    'env',
    `REDISCLI_AUTH=${PASSWORD}`,
    'redis-cli',
    '-h',
    server.address,
    'LRANGE',
    'session:s',
    '0',
    '-1',
  ]);
  expect(keys).toBe('kept\n');
});
