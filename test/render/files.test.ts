import { spawnSync } from 'node:child_process';
import fs, { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Files, writeFolders } from '../../lib/render/files';

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(out, { recursive: true });
});

type Tree = Record<string, string>;

/** Everything below a folder: path to content. */
function tree(folder = out): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name).slice(out.length + 1), readFileSync(join(parentPath, name), 'utf8')]),
  );
}

function put(files: Tree): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content);
  }
}

const environments = (all: Record<string, Tree>): ReadonlyMap<string, Files> =>
  new Map(Object.entries(all).map(([name, files]) => [name, new Map(Object.entries(files))]));
const write = (all: Record<string, Tree>) => writeFolders(out, environments(all));

test('each environment is a folder; the folder of all is made', () => {
  out = join(out, 'deep', 'dist');
  write({ dev: { 'a.yaml': 'a\n', 'b.yaml': '' }, prod: { 'a.yaml': 'c\n' } });
  expect(tree()).toEqual({ 'dev/a.yaml': 'a\n', 'dev/b.yaml': '', 'prod/a.yaml': 'c\n' });
  expect(readdirSync(out).sort()).toEqual(['dev', 'prod']);
  out = join(out, '..', '..');
});

test('stale files go, and everything else stays', () => {
  put({
    'dev/old.yaml': 'old',
    'dev/a.yaml': 'old',
    'dev/deep/old.yaml': 'old',
    'other/a.yaml': 'mine',
    'README.md': 'mine',
  });
  write({ dev: { 'a.yaml': 'new' } });
  expect(tree()).toEqual({ 'dev/a.yaml': 'new', 'other/a.yaml': 'mine', 'README.md': 'mine' });
  write({ dev: { 'a.yaml': 'new' } });
  expect(tree()).toEqual({ 'dev/a.yaml': 'new', 'other/a.yaml': 'mine', 'README.md': 'mine' });
});

describe('a failure leaves everything as it was', () => {
  const before = { 'dev/a.yaml': 'old', 'prod/a.yaml': 'old' };
  beforeEach(() => put(before));

  test('of a file that cannot be written, even the last of all', () => {
    expect(() => write({ dev: { 'a.yaml': 'new' }, prod: { 'a.yaml': 'new', 'no/such/folder.yaml': '' } })).toThrow('ENOENT');
    expect(tree()).toEqual(before);
    expect(readdirSync(out).sort()).toEqual(['dev', 'prod']);
  });

  test('of the folder that cannot be moved away', () => {
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    jest.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
      throw denied;
    });
    expect(() => write({ dev: { 'a.yaml': 'new' } })).toThrow(denied);
    expect(tree()).toEqual(before);
  });

  test('of the folder that cannot be moved in', () => {
    const rename = fs.renameSync;
    jest
      .spyOn(fs, 'renameSync')
      .mockImplementationOnce(rename)
      .mockImplementationOnce(() => {
        throw new Error('full');
      });
    expect(() => write({ dev: { 'a.yaml': 'new' } })).toThrow('full');
    expect(tree()).toEqual(before);
  });

  test('of a folder that is moved in where none was', () => {
    jest.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
      throw new Error('full');
    });
    expect(() => write({ new: { 'a.yaml': 'new' } })).toThrow('full');
    expect(tree()).toEqual(before);
  });

  test('even of one that can be moved neither in nor back: the next run does', () => {
    const rename = fs.renameSync;
    const full = () => {
      throw new Error('full');
    };
    jest.spyOn(fs, 'renameSync').mockImplementationOnce(rename).mockImplementationOnce(full).mockImplementationOnce(full);
    expect(() => write({ dev: { 'a.yaml': 'new' } })).toThrow('full');
    write({ other: {} });
    expect(tree()).toEqual(before);
  });
});

describe('what a killed run left', () => {
  const dead = () => spawnSync('true').pid;
  const kinds: [string, () => number][] = [
    ['another process', dead],
    ['a process of our own number, as in a container', () => process.pid],
  ];

  test.each(kinds)('is removed: %s', (_, pid) => {
    put({ [`.partial-${pid()}/dev/stale.yaml`]: 'half', 'dev/a.yaml': 'old' });
    write({ dev: { 'a.yaml': 'new' } });
    expect(tree()).toEqual({ 'dev/a.yaml': 'new' });
    expect(readdirSync(out)).toEqual(['dev']);
  });

  test.each(kinds)('is put back where it was moved away: %s', (_, pid) => {
    put({ [`.partial-${pid()}/prod.old/a.yaml`]: 'old', 'dev/a.yaml': 'old' });
    write({ dev: { 'a.yaml': 'new' } });
    expect(tree()).toEqual({ 'dev/a.yaml': 'new', 'prod/a.yaml': 'old' });
    expect(readdirSync(out).sort()).toEqual(['dev', 'prod']);
  });

  test.each(kinds)('is not put back where the new one is there: %s', (_, pid) => {
    put({ [`.partial-${pid()}/prod.old/a.yaml`]: 'old', 'prod/a.yaml': 'new', 'dev/a.yaml': 'old' });
    write({ dev: { 'b.yaml': 'new' } });
    expect(tree()).toEqual({ 'dev/b.yaml': 'new', 'prod/a.yaml': 'new' });
  });

  test.each(kinds)('is replaced where it is written anyway: %s', (_, pid) => {
    put({ [`.partial-${pid()}/dev.old/a.yaml`]: 'old', [`.partial-${pid()}/dev/half.yaml`]: 'half' });
    write({ dev: { 'a.yaml': 'new' } });
    expect(tree()).toEqual({ 'dev/a.yaml': 'new' });
  });

  test('is left alone where its process is of another user', () => {
    jest.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    });
    put({ '.partial-1/dev/a.yaml': 'running' });
    write({ dev: { 'a.yaml': 'new' } });
    expect(tree()).toEqual({ '.partial-1/dev/a.yaml': 'running', 'dev/a.yaml': 'new' });
  });

  test('is left alone where its process still runs, or where it is no folder of ours', () => {
    const others = { [`.partial-${process.ppid}/dev/a.yaml`]: 'running', 'partial-1/a.yaml': 'mine' };
    put(others);
    write({ dev: { 'a.yaml': 'new' } });
    expect(tree()).toEqual({ ...others, 'dev/a.yaml': 'new' });
  });
});
