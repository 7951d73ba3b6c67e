import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '../support/services';

const lib = join(__dirname, '../../lib');
const scripts = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sh'));
const { describe } = needs('shellcheck');

describe('shellcheck', () => {
  test.each(scripts)('%s', (name) => {
    const options = ['--shell=sh', '--severity=style', '--enable=deprecate-which,avoid-nullary-conditions'];
    const found = spawnSync('shellcheck', [...options, join(lib, name)], { encoding: 'utf8' });
    expect(found.error).toBeUndefined();
    expect(found.stdout + found.stderr).toBe('');
  });

  test.each(scripts)('%s stops at an unset variable, and tells no value by tracing', (name) => {
    const text = readFileSync(join(lib, name), 'utf8');
    expect(text).toMatch(/^#!\/bin\/sh\n/);
    expect(text).toMatch(/^set -e?u$/m);
    expect(text).not.toMatch(/\bset -[a-z]*x|xtrace/);
  });
});
