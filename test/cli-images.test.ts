import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMAGES } from '../lib/kube';
import { cli, environmentFile } from './support/cli';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = (file: string, name: string, image?: string) => environmentFile(join(folder, file), name, image);

describe('images', () => {
  const DIGEST = `sha256:${'d'.repeat(64)}`;
  const list = (name: string, more: string, ...options: string[]) => {
    const file = environment(`${name}.yaml`, name, `registry.test/agent:1@${DIGEST}`);
    writeFileSync(
      file,
      `${readFileSync(file, 'utf8')}    secretEnv: { KEY: generate }\nstores: { redis: { image: "redis:7@${DIGEST}" } }\n${more}`,
    );
    return cli('images', file, ...options);
  };
  const CURL = IMAGES.curl;

  test('are what the pods of the environment run, one a line', () => {
    expect(list('dev', '')).toEqual({
      status: 0,
      stdout: `${CURL}\nredis:7@${DIGEST}\nregistry.test/agent:1@${DIGEST}\n`,
      stderr: '',
    });
  });

  test('are each told once, by the name where they come from, for several environments', () => {
    const [first, second] = [environment('a.yaml', 'a', 'b:2'), environment('b.yaml', 'b', 'a:1')];
    writeFileSync(first, `${readFileSync(first, 'utf8')}images: { registry: mirror.test }\n`);
    const third = environment('c.yaml', 'c', 'b:2');
    expect(cli('images', first, second, third)).toEqual({ status: 0, stdout: 'a:1\nb:2\n', stderr: '' });
  });

  test('to copy have a place by tag; what stays where it is has none', () => {
    const copies = list('dev', 'images: { registry: mirror.test/all }\n', '--copies');
    const tag = CURL.replace(/@.*/, '');
    expect(copies).toEqual({
      status: 0,
      stdout: `${CURL} mirror.test/all/${tag}\nredis:7@${DIGEST} mirror.test/all/library/redis:7\n`,
      stderr: '',
    });
    expect(list('none', '', '--copies')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('of a file with a mistake are its problems', () => {
    const { status, stdout, stderr } = list('dev', 'images: { registry: "https://mirror.test" }\n');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /dev\.yaml:7:21: images\.registry: got "https:\/\/mirror\.test", expected a registry such as mirror\.example\.com\/prefix\n$/,
    );
  });

  test('of a platform whose parts do not fit together are what does not fit', () => {
    const file = environment('big.yaml', 'dev');
    writeFileSync(file, `${readFileSync(file, 'utf8')}    uses: [postgres]\nstores:\n  postgres: { maxConnections: 10 }\n`);
    const { status, stdout, stderr } = cli('images', file);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('may open 88 connections');
  });
});
