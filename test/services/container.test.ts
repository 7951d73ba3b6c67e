import { readFileSync } from 'node:fs';
import { Component, claimTemplate, configFiles, memory, secretFiles, service, Workload, type WorkloadOptions } from '../../lib/kube';
import { Postgres } from '../../lib/stores';
import { endPods, type PodOptions, start } from '../support/container';
import { rendered, testScope } from '../support/platform';
import { eventually, needs } from '../support/services';

const { describe, it: postgres } = { ...needs('bwrap'), it: needs('bwrap', 'initdb').it };
afterEach(endPods);

const images = { tool: {}, mute: { entrypoint: ['sh', '-c', 'trap "" TERM; sleep 600 & wait; wait'] } };
const SECRET = { auth: { password: 'old', other: 'x' } };

/** A StatefulSet of one shell, with what the test adds. */
function shell(script: string, change: Partial<WorkloadOptions> = {}): PodOptions {
  const component = new Component(testScope(), 'part', { order: '21' });
  const workload = new Workload(component, {
    ...{ kind: 'StatefulSet', name: 'part', component: 'store', replicas: 2, serviceName: 'part', user: { uid: 999, gid: 1000 } },
    containers: [
      {
        name: 'main',
        image: 'registry.test/tool:1',
        command: ['sh', '-c', script],
        args: ['0.0.0.0', '$(OWN)', '$(NOBODY)', '$$(OWN)'],
        env: { OWN: { field: 'status.podIP' }, POD: { field: 'metadata.name' }, KEY: { secret: 'auth', key: 'other' }, LATE: 'is $(POD)' },
        resources: { cpu: 1, memory: '64Mi' },
        ports: { web: 8080 },
        probes: { readiness: { check: { exec: ['test', '-e', '/data/ready'] } }, liveness: { check: { tcp: 'web' } } },
        mounts: {
          '/data': claimTemplate('data', { storage: '1Gi' }),
          '/run/memory': memory('memory', '1Mi'),
          '/etc/tool': configFiles(component, 'tool', { 'tool.conf': 'listen 127.0.0.1 and 10.127.0.0.1\n' }),
          '/run/secrets/tool': secretFiles('auth', 'auth', ['password']),
        },
      },
    ],
    ...change,
  } as WorkloadOptions);
  service(workload, { ports: ['web'], headless: true });
  return { objects: rendered(component), workload: 'part', secrets: SECRET, images };
}

describe('a pod', () => {
  it('is what was rendered, on a tree that is read-only', async () => {
    const pod = await start({ ...shell('while :; do sleep 1; done'), ordinal: 1 });
    const run = async (script: string) => (await pod.exec(['sh', '-c', script])).stdout;
    expect(await run('id -u; id -g; hostname; echo $OWN $KEY $LATE')).toBe(`999\n1000\npart-1\n${pod.address} x is part-1\n`);
    expect(await run("tr '\\0' '|' </proc/1/cmdline")).toMatch(
      new RegExp(`done\\|${pod.address}\\|${pod.address}\\|\\$\\(NOBODY\\)\\|\\$\\(OWN\\)\\|$`),
    );
    expect(await run('cat /etc/tool/tool.conf')).toBe(`listen ${pod.address} and 10.127.0.0.1\n`);
    const writable =
      'for f in / /tmp /etc /usr /dev /etc/tool /run/secrets/tool /data /run/memory /dev/shm; do touch $f/x 2>/dev/null && echo $f; done';
    expect(await run(writable)).toBe('/data\n/run/memory\n/dev/shm\n');
    expect(await run('grep -h CapEff /proc/1/status /proc/self/status')).toBe('CapEff:\t0000000000000000\n'.repeat(2));
    expect(await run('stat -Lc %a /run/secrets/tool/password; ls /run/secrets/tool')).toBe('440\npassword\n');
    expect(await run('getent hosts part-1.part.ai-agent-test.svc | cut -d " " -f 1')).toBe(`${pod.address}\n`);
  });

  it('keeps its claims when it ends, and of a container that ends the rest too', async () => {
    const options = shell('date >>/data/starts; date >>/run/memory/starts; sleep 600');
    const pod = await start(options);
    const count = () => pod.exec(['sh', '-c', 'cat /data/starts | wc -l; cat /run/memory/starts | wc -l']);
    await eventually('a start', async () => (await count()).stdout.startsWith('1\n1\n') || undefined);
    await pod.kill('SIGKILL');
    expect(await pod.ended()).toMatchObject({ status: 137 });
    await pod.restart();
    await eventually('a second start', async () => (await count()).stdout === '2\n2\n' || undefined);
    await pod.end();
    const next = await start({ ...options, claims: pod.claims });
    const counts = () => next.exec(['sh', '-c', 'cat /data/starts | wc -l; cat /run/memory/starts | wc -l']);
    await eventually('a third start', async () => (await counts()).stdout === '3\n1\n' || undefined);
    expect(next.address).not.toBe(pod.address);
  });

  it('answers probes, shows a changed Secret, and ends on SIGTERM', async () => {
    const pod = await start(shell('trap "exit 7" TERM; while :; do sleep 0.1; done'));
    expect(await pod.probe('readiness')).toEqual({ status: 1, output: '' });
    expect((await pod.probe('liveness')).output).toContain('ECONNREFUSED');
    await pod.exec(['touch', '/data/ready']);
    await pod.ready();
    expect(await pod.exec(['sh', '-c', 'echo a; echo b >&2; exit 3'])).toEqual({ status: 3, stdout: 'a\n', stderr: 'b\n' });
    expect((await pod.exec(['sleep', '60'], { seconds: 0.2 })).status).toBe(137);
    pod.changeSecrets({ auth: { password: 'new' } });
    expect((await pod.exec(['cat', '/run/secrets/tool/password'])).stdout).toBe('new');
    expect(await pod.stop()).toEqual({ main: 7 });
  });

  it('is killed when it does not end in time, and nothing of it is left', async () => {
    const container = { name: 'main', image: 'mute:1', ports: { web: 80 }, resources: { cpu: 1, memory: '64Mi' } };
    const pod = await start(shell('', { containers: [container], drain: { settle: 0, finish: -4 } }));
    await eventually('both processes', () => pod.commandLines().length === 2 || undefined);
    expect(await pod.stop()).toEqual({ main: 137 });
    expect(pod.commandLines()).toEqual([]);
  });

  it('measures memory without counting shared pages twice', async () => {
    const fill = 'x = bytearray(64 << 20); import os, time; os.fork(); print(1, flush=True); time.sleep(600)';
    const pod = await start(shell(`python3 -c '${fill}'`));
    const { peak } = await pod.measured(() => eventually('two processes', () => pod.log() === '1\n1\n' || undefined));
    expect(peak / 2 ** 20).toBeGreaterThan(64);
    expect(peak / 2 ** 20).toBeLessThan(100);
  });

  it('says what is missing', async () => {
    const options = shell('exit 4');
    await expect(start({ ...options, secrets: {} })).rejects.toThrow('part-0 mounts the Secret auth, which the test does not give');
    await expect(start({ ...options, images: {}, containers: ['main'] })).rejects.toThrow('image registry.test/tool:1 is not known');
    const pod = await start(options);
    await expect(pod.ready()).rejects.toThrow('part-0: main ended with 4');
  });
});

postgres('PostgreSQL comes up by its entrypoint, and answers when it has', async () => {
  const scope = testScope();
  const initScripts = { 'init.sql': 'CREATE TABLE made AS SELECT 42 AS answer;' };
  const objects = rendered(new Postgres(scope, 'postgres', { initScripts }));
  const secrets = {
    'postgres-auth': { password: "it's $ecret" },
    'postgres-superuser': { password: 'a' },
    'postgres-monitoring': { password: 'b' },
  };
  const pod = await start({ objects, workload: 'postgres', secrets });
  await pod.ready();
  const query = ['psql', '-qAt', '-h', pod.address, '-U', 'aiagent', '-c', 'SELECT answer FROM made'];
  expect((await pod.exec(['env', "PGPASSWORD=it's $ecret", ...query])).stdout).toBe('42\n');
  expect((await pod.exec(['env', 'PGPASSWORD=wrong', ...query])).stderr).toContain('password authentication failed');
  expect(await pod.stop()).toEqual({ postgres: 0 });
  expect(readFileSync(`${pod.claims}/data-postgres-0/pgdata/PG_VERSION`, 'utf8')).toBe('15\n');
});
