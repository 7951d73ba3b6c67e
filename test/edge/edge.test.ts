import { CONTROLLERS } from '../../lib/edge';
import { DIFFERENCES } from './differences';
import { DYING, type Measured, ROWS, type Row } from './rows';
import { startBackends } from './support/backends';
import { APP, Client, pause } from './support/client';
import { lacks, Stage } from './support/stage';
import { writeTable } from './support/table';
import { addressOf, TARGETS, type Target } from './targets';

const { REQUIRE_TIERS = '', EDGE_WRITE } = process.env;
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
  const results = new Map<string, Measured>();

  beforeAll(async () => {
    const stage = await Stage.open();
    try {
      stage.children.push(await startBackends(TARGETS.map(({ number }) => number)));
      const contexts = TARGETS.map((target) => ({ target, context: stage.context(target) }));
      for (const { target, context } of contexts) await target.start(context);
      for (const { target, context } of contexts) await ready(target, context.log);
      const all = (kind: Row['kind']) => Promise.all(TARGETS.map((target) => measureAll(target, kind)));
      const slow = all('slow');
      await all(undefined);
      await all('paced');
      await all('heavy');
      await slow;
      await Promise.all(TARGETS.map((target) => measure(target, DYING)));
    } finally {
      // nothing of it is needed any more, and it would keep the machine busy
      stage.close();
    }
    const names = TARGETS.map(({ name }) => name);
    if (EDGE_WRITE) writeTable(names, ALL_ROWS, results);
  });

  /** Waits until a target has its routes. */
  async function ready(target: Target, log: () => string): Promise<void> {
    for (let tries = 0; tries < 300; tries += 1) {
      const client = new Client(addressOf(target), '10.201.0.9', target.ports);
      const answer = await client.call('/', { host: APP }).catch(() => undefined);
      client.close();
      if (answer?.status === 200) return;
      await pause(0.2);
    }
    throw new Error(`${target.name} does not answer:\n${log().slice(-3000)}`);
  }

  /** Slow rows side by side, the others one after the other. */
  async function measureAll(target: Target, kind: Row['kind']): Promise<void> {
    const rows = ROWS.filter((row) => row.kind === kind);
    if (kind === 'slow') await Promise.all(rows.map((row) => measure(target, row)));
    else for (const row of rows) await measure(target, row);
  }

  async function measure(target: Target, row: Row): Promise<void> {
    const client = new Client(addressOf(target), `10.201.${target.number}.${1 + 3 * ALL_ROWS.indexOf(row)}`, target.ports);
    results.set(`${target.name}: ${row.name}`, await row.measure(client).catch((error: Error) => `failed: ${error.message}`));
    client.close();
  }

  describe.each(TARGETS)('$name', ({ name: target }) => {
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
