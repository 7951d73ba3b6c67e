import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALERT_NAMES } from '../../lib/observability';
import { CASES } from '../observability/cases';
import { type Case, type Cases, NAMESPACE } from '../observability/cases/case';
import { monitor, RUNBOOKS } from '../observability/support';
import { needs } from '../support/services';

const { describe } = needs('promtool');

/** promtool in a folder with the rules; files are JSON, which is YAML. */
class Promtool {
  private readonly folder = mkdtempSync(join(tmpdir(), 'promtool-'));

  constructor(rules: unknown) {
    this.write('rules.yml', rules);
  }

  check(): string {
    return this.run('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yml');
  }

  /** Empty if Prometheus behaves as told. */
  test(one: ReturnType<typeof unitTest>): string {
    this.write('test.yml', { rule_files: ['rules.yml'], evaluation_interval: one.interval, tests: [one] });
    return this.run('test', 'rules', 'test.yml');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private write(name: string, content: unknown): void {
    writeFileSync(join(this.folder, name), JSON.stringify(content));
  }

  private run(...args: string[]): string {
    const done = spawnSync('promtool', args, { cwd: this.folder, encoding: 'utf8' });
    if (done.error) throw done.error;
    return done.status === 0 ? '' : done.stdout + done.stderr;
  }
}

function unitTest(alertname: string, { severity, summary }: Cases, { name, interval, series, at, fires }: Case) {
  const runbook_url = `${RUNBOOKS}/${alertname.toLowerCase()}.md`;
  const exp_alerts = fires?.map(({ labels, description }) => ({
    exp_labels: { severity, ...labels },
    exp_annotations: { summary, description, runbook_url },
  }));
  return {
    name,
    interval: interval ?? '1m',
    // what happens in another namespace is none of our business
    input_series: [...series, ...series.map(([selector, values]) => [selector.replace(NAMESPACE, 'other'), values])].map(
      ([selector, values]) => ({ series: selector, values }),
    ),
    alert_rule_test: [{ eval_time: at, alertname, exp_alerts: exp_alerts ?? [] }],
  };
}

describe('promtool', () => {
  test.each([
    ['accepts the rules, and finds no duplicates', monitor().groups, /^$/],
    ['finds what is wrong', [{ name: 'wrong', rules: [{ alert: 'A', expr: 'rate(up)' }] }], /expected type range vector/],
  ])('%s', (_name, groups, answer) => {
    const promtool = new Promtool({ groups });
    expect(promtool.check()).toMatch(answer);
    promtool.remove();
  });

  describe.each(ALERT_NAMES)('%s', (alertname) => {
    const cases = CASES[alertname] as Cases;
    // alone: a fortnight of all the others takes a minute
    const rules = monitor().rules.filter(({ alert }) => alert === alertname);
    let promtool: Promtool;
    beforeAll(() => {
      promtool = new Promtool({ groups: [{ name: 'alone', rules }] });
    });
    afterAll(() => promtool.remove());
    test.each(cases.cases.map((one) => [one.fires ? 'raised' : 'not raised', one.name, one] as const))('%s: %s', (_raised, _name, one) => {
      expect(promtool.test(unitTest(alertname, cases, one))).toBe('');
    });
  });
});
