import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { type Block, blocksOf, DOCUMENTS } from './blocks';

const root = process.cwd();
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const place = mkdtempSync(join(tmpdir(), 'readme-'));
afterAll(() => rmSync(place, { recursive: true }));

function run(command: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: place, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The built command line, as a reader runs it, in a folder with the reference environments. */
const cli = (...args: readonly string[]) => run(process.execPath, join(root, 'build/main.js'), ...args);
cpSync('environments', join(place, 'environments'), { recursive: true });

/** Writes an environment, or what differs from production, into the file that its first line names. */
function writeEnvironment({ text, where }: Block): string {
  const [, name] = /^# (environments\/\S+\.yaml)$/m.exec(text) ?? [];
  if (!name) throw new Error(`${where}: expected the first line to name the file, as # environments/shop.yaml`);
  const whole = /^name:/m.test(text) ? text : `${text}extends: ${join(root, 'environments/production.yaml')}\n`;
  writeFileSync(join(place, name), whole);
  return name;
}

describe('README.md', () => {
  it('has the same blocks in both languages', () => {
    const texts = (file: string) => blocksOf(file).map(({ language, text }) => ({ language, text }));
    expect(texts('README.zh-CN.md')).toEqual(texts('README.md'));
  });

  it('npm run -s cli -- synth is run', () => {
    for (const block of blocksOf('README.md', 'yaml')) writeEnvironment(block);
    const lines = blocksOf('README.md', 'sh').flatMap(({ text }) => text.split('\n'));
    const [command = ''] = lines.filter((line) => line.startsWith('npm run -s cli -- '));
    // without the build before it: other tests use what is built
    expect(scripts.cli).toBe('npm run -s build && node build/main.js');
    const out = join(place, 'rendered');
    const args = command.replace('npm run -s cli -- ', '').replace('/tmp/rendered', out).split(' ');
    expect(cli(...args)).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(out, 'shop'))).toContain('20-postgres.yaml');
  });
});

describe('environments', () => {
  const environments = DOCUMENTS.flatMap((file) => blocksOf(file, 'yaml'));

  it.each(environments.map((block) => [block.where, block] as const))('%s is rendered', (where, block) => {
    const out = join(place, where.replaceAll(/\W/g, '-'));
    expect(cli('synth', writeEnvironment(block), '--out', out)).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(out, readdirSync(out).join())).length).toBeGreaterThan(2);
  });

  it('with two mistakes: the output is the one in the README', () => {
    const [block] = blocksOf('README.md', 'yaml');
    const [output] = blocksOf('README.md', 'text');
    if (!block || !output) throw new Error('README.md: expected a yaml and a text block');
    const text = block.text.replace('[postgres, redis,', '[postgres, redsi,').replace('storage: 50Gi', 'storage: 50GB');
    const out = join(place, 'wrong');
    const outcome = cli('synth', writeEnvironment({ ...block, text }), '--out', out);
    expect(outcome).toEqual({ status: 1, stdout: '', stderr: output.text });
    expect(existsSync(out)).toBe(false);
  });
});

describe('TypeScript', () => {
  const programs = DOCUMENTS.flatMap((file) => blocksOf(file, 'ts'));

  /** A package of its own, with this one and its peers installed. */
  beforeAll(() => {
    const installed = join(place, 'node_modules');
    mkdirSync(join(installed, '@types'), { recursive: true });
    symlinkSync(root, join(installed, 'cdk8s-ai-agent'));
    for (const name of ['cdk8s', 'cdk8s-plus-27', 'constructs', '@types/node'])
      symlinkSync(join(root, 'node_modules', name), join(installed, name));
    const compilerOptions = { strict: true, module: 'node16', target: 'es2022', noEmit: true, types: ['node'] };
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    for (const [index, { text }] of programs.entries()) writeFileSync(join(place, `example-${index}.ts`), text);
  });

  it('compiles against the built package', () => {
    expect(run(join(root, 'node_modules/.bin/tsc'), '-p', '.')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each(programs.map(({ where }, index) => [where, index] as const))('%s runs', (_, index) => {
    const { code } = transformSync(readFileSync(join(place, `example-${index}.ts`), 'utf8'), {
      loader: 'ts',
      format: 'cjs',
    });
    writeFileSync(join(place, `example-${index}.js`), code);
    expect(run(process.execPath, `example-${index}.js`)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(place, 'dist/shop'))).toEqual(expect.arrayContaining(['20-postgres.yaml', '40-agent.yaml']));
  });
});
