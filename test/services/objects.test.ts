import { dirname } from 'node:path';
import { Workload } from '../../lib/kube';
import { Minio, type MinioProps } from '../../lib/stores';
import { endPods, type Pod, start } from '../support/container';
import { IMAGES, type Image } from '../support/container/images';
import { find, type Rendered, rendered, testScope } from '../support/platform';
import { type S3Key, s3 } from '../support/s3';
import { eventually, figure, needs } from '../support/services';
import { onPath } from '../support/sh';
import { KINDS } from '../support/workload';

const { describe } = needs('bwrap', 'minio', 'mc');
/** Where .ci/servers has put them. */
const programs = [dirname(dirname(onPath('minio') ?? '/'))];
const ROOT: S3Key = { user: 'aiagent', password: 'password-of-the-root' };
const AGENT: S3Key = { user: 'consumer-agent', password: 'password-of-an-agent' };
const PLANNER: S3Key = { user: 'consumer-planner', password: 'password-of-planner' };
const SECRETS = { 'minio-auth': { ...ROOT }, 'minio-agent-key': { ...AGENT }, 'minio-planner-key': { ...PLANNER } };

const PODS = { secrets: SECRETS, programs };

/** An object store with its consumers, and how its pods are run. */
function store(
  props: MinioProps = {},
  consumers: Readonly<Record<string, string[] | undefined>> = { agent: ['uploads'], planner: ['models'] },
) {
  const scope = testScope();
  const minio = new Minio(scope, 'minio', { buckets: ['uploads', 'models'], ...props });
  for (const [name, buckets] of Object.entries(consumers)) minio.variablesFor(new Workload(minio, { ...KINDS.Deployment, name }), buckets);
  minio.complete();
  const objects = rendered(minio);
  const job = find(objects, 'Job').metadata.name;
  const env = { buckets: { PAUSE: '1' } };
  return {
    objects,
    serve: (more: Partial<Parameters<typeof start>[0]> = {}) => start({ ...PODS, objects, workload: 'minio', ...more }),
    /** Runs the Job to its end, and gives what it said. */
    setUp: async (secrets = SECRETS) => {
      const pod = await start({ ...PODS, objects, workload: job, secrets, env });
      const commands = new Set<string>();
      const timer = setInterval(() => {
        for (const line of pod.commandLines()) commands.add(line);
      }, 10);
      const { status, stdout, stderr } = await pod.ended().finally(() => clearInterval(timer));
      return { status, said: stdout + stderr, commands: [...commands].join('\n') };
    },
  };
}

const at = (pod: Pod, path = '') => `http://${pod.address}:9000/${path}`;
const statusOf = async (...request: Parameters<typeof s3>) => (await s3(...request)).status;
/** What mc tells of the server, asked from inside of its pod. */
const mc = async (pod: Pod, { user, password }: S3Key, ...command: string[]) => {
  const alias = [`MC_HOST_minio=http://${user}:${password}@${pod.address}:9000`, 'MC_CONFIG_DIR=/tmp/mc'];
  const { status, stdout, stderr } = await pod.exec(['env', ...alias, 'mc', '--json', ...command]);
  if (status !== 0) throw new Error(stdout + stderr);
  return stdout;
};
const asRoot = (pod: Pod, ...command: string[]) => mc(pod, ROOT, ...command);

afterEach(endPods);

describe('MinIO', () => {
  it('starts as rendered, sets itself up, and gives each consumer its bucket and no other', async () => {
    const { serve, setUp } = store({ lifecycle: { uploads: [{ prefix: 'tmp/', expire: '7d' }] } });
    const job = setUp();
    const pod = await serve();
    await pod.ready();
    expect((await pod.probe('liveness')).status).toBe(0);
    expect(await job).toMatchObject({ status: 0 });
    expect((await pod.exec(['sh', '-c', 'id -u; touch /x /etc/x 2>&1 | grep -c Read-only'])).stdout).toBe('1000\n2\n');

    expect(await statusOf(AGENT, 'PUT', at(pod, 'uploads/a'), 'text')).toBe(200);
    expect(await s3(AGENT, 'GET', at(pod, 'uploads/a'))).toEqual({ status: 200, text: 'text' });
    expect(await statusOf(PLANNER, 'PUT', at(pod, 'models/b'), 'text')).toBe(200);
    const refused: [S3Key, string, string][] = [
      [PLANNER, 'GET', 'uploads/a'],
      [PLANNER, 'GET', 'uploads'],
      [AGENT, 'PUT', 'models/a'],
      [AGENT, 'DELETE', 'models/b'],
      [AGENT, 'GET', 'models'],
      [AGENT, 'PUT', 'another'],
      [AGENT, 'DELETE', 'uploads'],
      [AGENT, 'PUT', 'uploads?policy='],
      [AGENT, 'GET', 'minio/admin/v3/info'],
      [AGENT, 'GET', 'minio/admin/v3/list-users'],
      [{ user: 'minioadmin', password: 'minioadmin' }, 'GET', ''],
    ];
    const answers = await Promise.all(
      refused.map(async ([key, method, path]) => [key.user, method, path, await statusOf(key, method, at(pod, path))]),
    );
    expect(answers).toEqual(refused.map(([key, method, path]) => [key.user, method, path, 403]));
    await expect(mc(pod, AGENT, 'admin', 'accesskey', 'create', 'minio')).rejects.toThrow('Access Denied');
    // of the buckets, a consumer sees its own
    expect((await s3(AGENT, 'GET', at(pod))).text.match(/(?<=<Name>)[^<]*/g)).toEqual(['uploads']);
    expect(JSON.parse(await asRoot(pod, 'ilm', 'export', 'minio/uploads')).config.Rules).toEqual([
      { ID: 'rule-0', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 7 } },
    ]);
  });

  it('is set up a second time without a change, and without a value in a command line or in what is said', async () => {
    const { serve, setUp } = store({ lifecycle: { models: [{ expire: '30d' }] } });
    const pod = await serve();
    await pod.ready();
    const first = await setUp();
    await statusOf(AGENT, 'PUT', at(pod, 'uploads/a'), 'text');
    const state = async () => {
      const commands = ['admin user list minio', 'admin policy list minio', 'ilm export minio/models', 'ls --recursive minio'];
      const lines = (await Promise.all(commands.map((command) => asRoot(pod, ...command.split(' '))))).join('').split('\n');
      // the same rule is written once more
      return lines.map((line) => line.replace(/,"updatedAt":"[^"]*"/, '')).sort();
    };
    const before = await state();
    expect(before.join()).toContain('"accessKey":"consumer-agent","policyName":"consumer-agent"');
    expect(await setUp()).toMatchObject({ status: 0 });
    expect(await state()).toEqual(before);
    expect(first.commands).toMatch(/^mc admin user add minio$/m);
    for (const { password } of [ROOT, AGENT, PLANNER]) {
      expect(first.said + first.commands).not.toContain(password);
      expect(pod.log() + pod.commandLines()).not.toContain(password);
    }
  });

  it('takes a new key, removes that of a consumer that is gone, and rules that are', async () => {
    const before = store({ lifecycle: { uploads: [{ expire: '7d' }] } });
    const pod = await before.serve();
    await pod.ready();
    expect(await before.setUp()).toMatchObject({ status: 0 });
    await asRoot(pod, 'admin', 'user', 'add', 'minio', 'of-an-operator', 'own-password');
    const renamed = { user: 'another-user', password: 'another-password' };
    const after = store({}, { agent: ['uploads'] });
    expect(await after.setUp({ ...SECRETS, 'minio-agent-key': renamed })).toMatchObject({ status: 0 });
    expect(await statusOf(renamed, 'PUT', at(pod, 'uploads/a'), 'text')).toBe(200);
    expect([await statusOf(AGENT, 'GET', at(pod, 'uploads/a')), await statusOf(PLANNER, 'GET', at(pod, 'models'))]).toEqual([403, 403]);
    expect((await asRoot(pod, 'admin', 'user', 'list', 'minio')).match(/(?<="accessKey":")[^"]*/g)?.sort()).toEqual([
      'another-user',
      'of-an-operator',
    ]);
    await expect(asRoot(pod, 'ilm', 'export', 'minio/uploads')).rejects.toThrow('lifecycle configuration does not exist');
  });

  it.each([
    ['user', ''],
    ['password', ''],
    ['password', '\n'],
  ])('does not start as minioadmin where the %s is %j', async (key, value) => {
    const pod = await store().serve({ secrets: { 'minio-auth': { ...ROOT, [key]: value } } });
    const { status, stdout, stderr } = await pod.ended();
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('Invalid credentials');
  });

  it('has every object that it acknowledged after kill -9 under load', async () => {
    const { serve, setUp } = store({ memory: '512Mi' });
    const pod = await serve();
    await pod.ready();
    await setUp();
    const acknowledged: string[] = [];
    let open = true;
    const write = async (writer: number) => {
      for (let number = 0; open; number++) {
        const name = `${writer}-${number}`;
        const status = await statusOf(AGENT, 'PUT', at(pod, `uploads/${name}`), `${name} `.repeat(20_000)).catch(() => 0);
        if (status === 200) acknowledged.push(name);
      }
    };
    const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
    const { peak } = await pod.measured(() => eventually('objects', () => acknowledged.length > 200 || undefined, 60));
    await pod.kill('SIGKILL');
    const begin = Date.now();
    open = false;
    await Promise.all(writers);
    await pod.restart();
    await pod.ready();
    const seconds = (Date.now() - begin) / 1000;
    const lost: string[] = [];
    for (const name of acknowledged)
      if ((await s3(AGENT, 'GET', at(pod, `uploads/${name}`))).text !== `${name} `.repeat(20_000)) lost.push(name);
    expect(lost).toEqual([]);
    expect(peak).toBeLessThan(512 * 2 ** 20);
    const kept = `${acknowledged.length} objects of 140 KB acknowledged, none lost; ready again after ${seconds.toFixed(1)} s`;
    figure('MinIO', 'kill -9 under the load of eight writers', kept);
    figure('MinIO', 'memory under that load', `${Math.round(peak / 2 ** 20)} MiB of 512 MiB`);
  });
});

/**
 * MinIO takes every loopback address for its own machine and tells its peers by port. So each pod has a port of its own
 * here, and the range in its arguments is written out: of four pods on one machine nothing else differs.
 */
function atPortsOfTheirOwn(objects: readonly Rendered[], ordinal: number): { objects: Rendered[]; images: Record<string, Image> } {
  const copy: Rendered[] = JSON.parse(JSON.stringify(objects));
  const [container] = find(copy, 'StatefulSet').spec.template.spec.containers;
  const range = /^http:\/\/minio-\{0\.\.\.3\}\.minio-nodes:9000\/data$/;
  expect(container.args.filter((word: string) => range.test(word))).toHaveLength(1);
  const peers = [0, 1, 2, 3].map((peer) => `http://minio-${peer}.minio-nodes:900${peer}/data`);
  container.args = container.args.flatMap((word: string) => (range.test(word) ? peers : word));
  container.ports[0].containerPort = 9000 + ordinal;
  return { objects: copy, images: { minio: { ...IMAGES.minio, listen: (address) => ['--address', `${address}:900${ordinal}`] } } };
}

describe('an erasure set of four', () => {
  it('goes on without one pod, only reads without two, and is whole when they are back', async () => {
    const { objects } = store({ replicas: 4 });
    const pods = await Promise.all(
      [0, 1, 2, 3].map((ordinal) => start({ ...PODS, workload: 'minio', ordinal, ...atPortsOfTheirOwn(objects, ordinal) })),
    );
    await Promise.all(pods.map((pod) => pod.ready()));
    const [first, , third, fourth] = pods as [Pod, Pod, Pod, Pod];
    const put = (name: string) => statusOf(ROOT, 'PUT', at(first, `uploads/${name}`), name.repeat(100_000)).catch(() => 0);
    const get = (name: string) => s3(ROOT, 'GET', at(first, `uploads/${name}`)).catch(() => ({ text: '' }));
    await eventually('a bucket', async () => (await statusOf(ROOT, 'PUT', at(first, 'uploads'))) === 200 || undefined);
    expect(await put('whole')).toBe(200);

    await fourth.kill('SIGKILL');
    const begin = Date.now();
    await eventually('a write', async () => (await put('three')) === 200 || undefined, 60);
    const pause = Date.now() - begin;
    const reads = async (name: string) => (await get(name)).text === name.repeat(100_000) || undefined;
    for (const name of ['whole', 'three']) await eventually(`a read of ${name}`, () => reads(name), 60);

    await third.kill('SIGKILL');
    await eventually('a read', () => reads('three'), 60);
    expect(await put('two')).not.toBe(200);

    await Promise.all([third.restart(), fourth.restart()]);
    await Promise.all([third.ready(), fourth.ready()]);
    await eventually('a write', async () => (await put('four')) === 200 || undefined, 60);
    // the one that was away has what was written without it, from the others
    const there = `http://${fourth.address}:9003/uploads/three`;
    const catchesUp = async () => (await s3(ROOT, 'GET', there)).text === 'three'.repeat(100_000) || undefined;
    await eventually('the object that was written meanwhile', catchesUp, 60);
    figure('MinIO', 'erasure set of four, kill -9 of one', `reads and writes go on after ${(pause / 1000).toFixed(1)} s`);
  });
});
