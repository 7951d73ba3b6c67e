import { Redis } from '../../lib/stores';
import { type Pod, start } from '../support/container';
import { rendered, testScope } from '../support/platform';
import { RedisClient } from '../support/redis-client';
import { needs } from '../support/services';
import { VALKEY_IMAGE, VALKEY_SERVER, valkeyPrograms } from './support/valkey';

const { it } = needs('bwrap', 'redis-server', 'redis-cli', VALKEY_SERVER !== '');
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

  const valkey = await startImage(VALKEY_IMAGE, { claims: redis.claims, programs: [valkeyPrograms()] });
  await valkey.ready();
  const client = await RedisClient.connect(valkey.address, 'its own');
  expect(await client.info('valkey_version')).toMatch(/^9\./);
  expect(await client.ask('GET', 'kept')).toBe('yes');
  expect(await client.ask('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(653 * 2 ** 20)]);
  expect((await valkey.probe('liveness')).status).toBe(0);
  expect(await valkey.stop()).toEqual({ redis: 0 });
});
