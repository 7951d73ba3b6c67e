import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTROLLERS } from '../../lib/edge';
import { certificate } from './support/certificate';
import { sideBySide } from './support/load';
import { objectsOf, POLICIES } from './support/policies';
import { lacks, Stage } from './support/stage';
import { TARGETS } from './targets';
import { haproxy, nginx, type Translated } from './targets/translated';

(lacks ? describe.skip : describe)('random policies', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open();
    stage.cluster.run(['create', 'namespace', 'ai-agent-test']);
  });
  afterAll(() => stage?.close());

  /** Refused in words, or else these objects. */
  function taken(controller: string) {
    const all = POLICIES.map((policy) => objectsOf(controller, policy)).filter((objects) => objects !== undefined);
    expect(all.length).toBeGreaterThan(POLICIES.length / 4);
    return all;
  }

  /** Made as they are: no field is unknown, and nothing is said about any. */
  function admit(items: readonly unknown[], ...flags: readonly string[]): void {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const { status, stderr } = stage.cluster.kubectl(['create', '--validate=strict', '-o', 'name', ...flags, '-f', '-'], list);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }

  const running = TARGETS.filter(({ load }) => load);
  const others = Object.keys(CONTROLLERS).filter((controller) => !running.some(({ name }) => name === controller));

  test.each(others)('of %s are refused in words, or admitted by the API server as they are', (controller) => {
    // objects of two policies may be the same: each once
    const texts = new Set(
      taken(controller)
        .flat()
        .map((object) => JSON.stringify(object)),
    );
    admit(
      [...texts].map((text) => JSON.parse(text)),
      '--dry-run=server',
    );
  });

  test.each(running)('of $name are refused in words, or admitted, and loaded by the controller without an error', async (target) => {
    const context = stage.context(target);
    const objects = sideBySide(target.name, taken(target.name), context.tls);
    admit(objects);
    const troubles = await target.load?.(context, objects);
    // it would read those of the next one too
    stage.clear();
    expect(troubles).toEqual([]);
  });

  // what the API server admits a controller may still not load, and then it goes on with its last configuration
  test.each<[string, Translated]>([
    ['nginx', nginx],
    ['haproxy', haproxy],
  ])('of %s are configurations that it loads', (controller, { files, check }) => {
    const folder = mkdtempSync(join(tmpdir(), 'edge-fuzz-'));
    const place = { folder, tls: certificate(folder), address: '10.200.9.1', replicas: () => ['10.200.9.11:8501', '10.200.9.12:8501'] };
    const failures = POLICIES.flatMap((policy) => {
      const objects = objectsOf(controller, policy);
      if (!objects) return [];
      for (const [name, text] of Object.entries(files(objects, place))) writeFileSync(join(folder, name), text);
      const [program = '', ...args] = check(folder);
      const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      return status === 0 ? [] : [stderr];
    });
    rmSync(folder, { recursive: true });
    expect(failures.slice(0, 3)).toEqual([]);
  });
});
