import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, environmentFile } from './support/cli';

const USAGE = `Usage: cdk8s-ai-agent synth FILE... --out DIR
       cdk8s-ai-agent images FILE... [--copies]
       cdk8s-ai-agent schema

synth   renders each environment file into DIR/<name of the environment>/;
        nothing is written unless every file is valid
images  prints every image of the environments, one a line, as it is called
        where it comes from
schema  prints the JSON Schema of an environment file

  --out DIR    folder of the environments' folders
  --copies     only what images.registry has a place for, each with that
               place behind a space
  --help       this text

Exit status: 0 done, 1 a mistake in a file, 2 a mistake in the command.
`;

const BY_TAG = '  images by tag alone: tags can be moved:\n    - registry.test/agent:1\n';

let folder: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  out = join(folder, 'out');
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = (file: string, name: string, image?: string) => environmentFile(join(folder, file), name, image);

/** Every file below `out` by its path. */
function written(): string[] {
  return readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
    .sort();
}

describe('a mistake in the command is status 2, with the usage', () => {
  test.each([
    ['nothing', [], 'expected a command'],
    ['another command', ['render', 'a.yaml'], 'unknown command "render a.yaml"'],
    ['files to schema', ['schema', 'a.yaml'], 'unknown command "schema a.yaml"'],
    ['no file', ['synth', '--out', 'x'], 'synth: expected at least one environment file'],
    ['no file for images', ['images'], 'images: expected at least one environment file'],
    ['no --out', ['synth', 'a.yaml'], 'synth: expected --out DIR'],
    ['an empty --out', ['synth', 'a.yaml', '--out='], 'synth: expected --out DIR'],
    ['--out without a folder', ['synth', 'a.yaml', '--out'], expect.stringContaining("'--out <value>'")],
    ['another option', ['synth', 'a.yaml', '--force'], expect.stringContaining("Unknown option '--force'")],
    ['a value for --help', ['--help=x'], expect.stringContaining("'-h, --help'")],
  ])('%s', (_, argv, message) => {
    const { status, stdout, stderr } = cli(...argv);
    const [text, usage] = stderr.split('\n\nUsage:');
    expect({ status, stdout, text, usage: `Usage:${usage}` }).toEqual({ status: 2, stdout: '', text: message, usage: USAGE });
  });
});

test.each([['--help'], ['-h'], ['synth', '--help']])('%s prints the usage', (...argv) => {
  expect(cli(...argv)).toEqual({ status: 0, stdout: USAGE, stderr: '' });
});

test('schema prints the JSON Schema', () => {
  const { status, stdout, stderr } = cli('schema');
  expect([status, stderr, stdout.endsWith('}\n')]).toEqual([0, '', true]);
  expect(JSON.parse(stdout)).toMatchObject({ $schema: expect.stringContaining('json-schema.org') });
});

test('each file becomes a folder, with a summary of each', () => {
  const { status, stdout, stderr } = cli('synth', environment('a.yaml', 'dev'), environment('b.yaml', 'prod'), '--out', out);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toBe(
    ['dev', 'prod']
      .map((name) => `${out}/${name}: 13 objects in 2 files\n  pods 3 to 10, CPU 3 to 10, memory 6Gi to 20Gi, storage 0Gi\n${BY_TAG}`)
      .join(''),
  );
  expect(written()).toEqual(['dev', 'prod'].flatMap((name) => [`${name}/00-namespace.yaml`, `${name}/40-agent.yaml`]));
});

describe('a mistake in a file is status 1, and nothing is written', () => {
  beforeEach(() => {
    expect(cli('synth', environment('good.yaml', 'dev'), '--out', out).status).toBe(0);
  });
  const untouched = () => {
    expect(written()).toEqual(['dev/00-namespace.yaml', 'dev/40-agent.yaml']);
    expect(readFileSync(join(out, 'dev', '40-agent.yaml'), 'utf8')).toContain('registry.test/agent:1');
  };

  test('neither of the bad file, nor of the good one beside it', () => {
    const good = environment('good.yaml', 'dev', 'registry.test/agent:2');
    const bad = environment('bad.yaml', 'prod', 'agent');
    const line = `${bad}:4:12: agents.agent.image: got "agent", expected a pinned image: add a tag other than latest, or a digest\n`;
    expect(cli('synth', good, bad, '--out', out)).toEqual({ status: 1, stdout: '', stderr: line });
    untouched();
  });

  test('and all files are told of at once', () => {
    const first = environment('first.yaml', 'A', 'agent:1');
    const second = environment('second.yaml', 'prod', 'agent');
    const { status, stderr } = cli('synth', first, second, join(folder, 'none.yaml'), '--out', out);
    expect([status, stderr.trim().split('\n')]).toEqual([
      1,
      [
        `${first}:1:7: name: got "A", expected lower case letters, digits and "-", such as ai-agent`,
        `${second}:4:12: agents.agent.image: got "agent", expected a pinned image: add a tag other than latest, or a digest`,
        expect.stringMatching(/none\.yaml: no such file/),
      ],
    ]);
    untouched();
  });

  test('of two files with one name', () => {
    const [first, second] = [environment('a.yaml', 'dev', 'a:2'), environment('b.yaml', 'dev', 'b:2')];
    expect(cli('synth', first, second, '--out', out)).toEqual({
      status: 1,
      stdout: '',
      stderr: `${second}: name: got "dev", which ${first} has too; expected another\n`,
    });
    untouched();
  });

  test('of a platform whose parts do not fit together: the file is named', () => {
    const file = environment('big.yaml', 'dev');
    writeFileSync(file, `${readFileSync(file, 'utf8')}    uses: [postgres]\nstores:\n  postgres: { maxConnections: 10 }\n`);
    const { status, stderr } = cli('synth', file, '--out', out);
    expect(status).toBe(1);
    expect(stderr.startsWith(`${file}: postgres: dev/agent (11 replicas x 4 workers x 2 connections) may open 88 connections`)).toBe(true);
    untouched();
  });

  test('of several findings, each with the file', () => {
    const file = environment('big.yaml', 'dev');
    writeFileSync(file, `${readFileSync(file, 'utf8')}    resources: { cpu: 3, memory: 5Gi }\n`);
    const { status, stderr } = cli('synth', file, '--out', out);
    expect([status, stderr.split('\n').map((line) => line.startsWith(`${file}: dev/agent/`))]).toEqual([1, [true, true, false]]);
    expect(stderr.endsWith('\n')).toBe(true);
    untouched();
  });

  test('and none of it where the folder cannot be written', () => {
    writeFileSync(join(folder, 'file'), 'mine');
    for (const place of ['file', 'file/below']) {
      const { status, stdout, stderr } = cli('synth', join(folder, 'good.yaml'), '--out', join(folder, place));
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain(join(folder, place));
      expect(stderr).not.toContain('report it');
    }
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
  });
});

test('a fault of our own says so, and names the file', () => {
  const file = environment('a.yaml', 'dev');
  jest.spyOn(Map.prototype, 'set').mockImplementation(() => {
    throw new Error('no sets today');
  });
  const result = cli('synth', file, '--out', out);
  jest.restoreAllMocks();
  expect(result.status).toBe(1);
  expect(result.stderr).toBe(`${file}: no sets today\nthis may be a fault of cdk8s-ai-agent: please report it with the file\n`);
});
