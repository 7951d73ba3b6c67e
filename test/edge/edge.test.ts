import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTROLLERS } from '../../lib/edge';
import { type ControlPlane, controlPlane } from '../cluster/support/control-plane';
import { Cluster } from '../cluster/support/kubectl';
import { DIFFERENCES } from './differences';
import { DYING, type Measured, ROWS, type Row } from './rows';
import { startBackends } from './support/backends';
import { APP, Client, pause } from './support/client';
import { apply } from './support/cluster';
import { ADDRESS, certificate, startReference } from './support/reference';
import { writeTable } from './support/table';
import { startTraefik } from './support/traefik';

const { EDGE_ASSETS, KUBEBUILDER_ASSETS, REQUIRE_TIERS = '', ALONE, EDGE_WRITE } = process.env;
const lacks = !EDGE_ASSETS || !KUBEBUILDER_ASSETS || ALONE !== 'yes';
const TARGETS = ['nginx (reference)', 'traefik', 'ingress-nginx'] as const;
/** As the summary of synth says for the ConfigMap of ingress-nginx. */
const HEADERS = 'X-Frame-Options,X-Content-Type-Options,X-XSS-Protection';
const ALL_ROWS = [...ROWS, DYING];

test('the tier has what it needs, or says that it is skipped', () => {
  const needs = 'EDGE_ASSETS (.ci/edge), KUBEBUILDER_ASSETS (.ci/control-plane) and npm run test:edge';
  if (lacks) process.stderr.write(`tier edge skipped: it needs ${needs}\n`);
  expect(lacks && REQUIRE_TIERS.split(/[\s,]+/).includes('edge') ? `needs ${needs}` : 'fine').toBe('fine');
});

test('each difference is one that the controller declares', () => {
  const undeclared = Object.entries(DIFFERENCES).flatMap(([target, rows]) =>
    Object.entries(rows).filter(([name, { because }]) => {
      const { abilities } = CONTROLLERS[target as keyof typeof CONTROLLERS];
      return !ALL_ROWS.some((row) => row.name === name) || (because !== 'reader' && abilities[because] === 'exact');
    }),
  );
  expect(undeclared).toEqual([]);
});

(lacks ? describe.skip : describe)('behaviour', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-'));
  const results = new Map<string, Measured>();
  const children: ChildProcess[] = [];
  let plane: ControlPlane | undefined;

  beforeAll(async () => {
    const tls = certificate(folder);
    children.push(await startBackends([1, 2, 3]), startReference(folder, tls));
    plane = await controlPlane(process.env);
    const cluster = new Cluster(plane.access);
    cluster.run(['apply', '--server-side', '-f', join(EDGE_ASSETS ?? '', 'traefik-crds.yml')]);
    apply(cluster, 'traefik', 2, 'traefik.io/ingress-controller', tls);
    apply(cluster, 'ingress-nginx', 3, 'k8s.io/ingress-nginx', tls);
    const assets = EDGE_ASSETS ?? '';
    children.push(
      startTraefik(cluster, assets, folder, '10.200.2.1', ['kubernetesingress', 'kubernetesingress.ingressclass=traefik', 'kubernetescrd']),
      startTraefik(cluster, assets, folder, '10.200.3.1', [
        'kubernetesingressnginx',
        `kubernetesingressnginx.globalallowedresponseheaders=${HEADERS}`,
      ]),
    );
    try {
      const targets = [ADDRESS, '10.200.2.1', '10.200.3.1'];
      for (const address of targets) await ready(address, folder);
      const all = (kind: Row['kind']) => Promise.all(targets.map((address, index) => measureAll(TARGETS[index] ?? '', address, kind)));
      const slow = all('slow');
      await all(undefined);
      await all('paced');
      await all('heavy');
      await slow;
      await Promise.all(targets.map((address, index) => measure(TARGETS[index] ?? '', address, DYING)));
    } finally {
      // nothing of these is needed any more, and they would keep the machine busy
      stop();
    }
    if (EDGE_WRITE) writeTable([...TARGETS], ALL_ROWS, results);
  });
  afterAll(() => {
    stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function stop(): void {
    for (const child of children) child.kill();
    plane?.stop();
  }

  /** Slow rows side by side, the others one after the other. */
  async function measureAll(target: string, address: string, kind: Row['kind']): Promise<void> {
    const rows = ROWS.filter((row) => row.kind === kind);
    if (kind === 'slow') await Promise.all(rows.map((row) => measure(target, address, row)));
    else for (const row of rows) await measure(target, address, row);
  }

  async function measure(target: string, address: string, row: Row): Promise<void> {
    const client = new Client(address, `10.201.${address.split('.')[2]}.${1 + 3 * ALL_ROWS.indexOf(row)}`);
    results.set(`${target}: ${row.name}`, await row.measure(client).catch((error: Error) => `failed: ${error.message}`));
    client.close();
  }

  describe.each(TARGETS)('%s', (target) => {
    test.each(ALL_ROWS.map((row) => [row.name, row] as const))('%s', (name, row) => {
      const difference = DIFFERENCES[target]?.[name];
      const expected = difference?.is ?? row.reference;
      const measured = results.get(`${target}: ${name}`);
      if (typeof expected !== 'object') return expect(measured).toBe(expected);
      expect(measured).toBeGreaterThanOrEqual(expected[0]);
      expect(measured).toBeLessThanOrEqual(expected[1]);
    });
  });
});

/** Waits until an edge has its routes. */
async function ready(address: string, folder: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const client = new Client(address, '10.201.0.9');
    const answer = await client.call('/', { host: APP }).catch(() => undefined);
    client.close();
    if (answer?.status === 200) return;
    await pause(0.2);
  }
  const log = address === ADDRESS ? 'nginx.log' : `traefik-${address}.log`;
  throw new Error(`${address} does not answer:\n${readFileSync(join(folder, log), 'utf8').slice(-3000)}`);
}
