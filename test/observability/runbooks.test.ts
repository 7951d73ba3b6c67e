import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_NAMES } from '../../lib/observability';

const FOLDER = join(__dirname, '../../docs/runbooks');

describe.each(ALERT_NAMES)('the runbook of %s', (name) => {
  const file = join(FOLDER, `${name.toLowerCase()}.md`);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';

  test('says what it means, what it does, how to look and what to do', () => {
    expect(text.match(/^#+ .*/gm)).toEqual([`# ${name}`, '## Meaning', '## Impact', '## Diagnosis', '## Mitigation']);
  });

  test('is short', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(41);
  });

  test('has commands for the platform, whatever its namespace is', () => {
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
    expect(blocks.join()).toMatch(/kubectl/);
    const commands = blocks.flatMap((block) => block.replaceAll('\\\n', '').split('\n')).filter((line) => /^kubectl/.test(line));
    const ofCluster = /^kubectl (apply|get (nodes|storageclass)|get \w+ -A)\b/;
    for (const command of commands.filter((line) => !ofCluster.test(line))) expect(command).toContain(' -n "$NAMESPACE"');
  });
});

test('no runbook is left of an alert that is gone', () => {
  const files = readdirSync(FOLDER).filter((file) => file !== 'README.md');
  expect(files.sort()).toEqual(ALERT_NAMES.map((name) => `${name.toLowerCase()}.md`).sort());
});
