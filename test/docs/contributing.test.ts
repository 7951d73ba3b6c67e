import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { blocksOf } from './blocks';

/** An environment with the store and the controller that the diffs of CONTRIBUTING.md add. */
const ENVIRONMENT = `
name: shop
domain: agent.example.com
agents:
  agent: { image: "registry.example.com/ai-agent:1.4.2", uses: [qdrant] }
stores:
  qdrant: { storage: 10Gi }
edge: { controller: haproxy-ingress, headers: {}, hsts: false }
`;

const diffs = blocksOf('CONTRIBUTING.md', 'diff');
const place = mkdtempSync(join(tmpdir(), 'contributing-'));
const tool = (name: string) => resolve('node_modules/.bin', name);
const inPlace = { cwd: place, encoding: 'utf8' } as const;
afterAll(() => rmSync(place, { recursive: true }));

/** Objects of a rendered file. */
function rendered(file: string): Record<string, never>[] {
  return parseAllDocuments(readFileSync(join(place, 'dist/shop', file), 'utf8')).map((document) => document.toJS());
}

describe('the diffs of CONTRIBUTING.md', () => {
  beforeAll(() => {
    const build = ['esbuild.config.js', 'launch.js', 'environments/production.yaml'];
    for (const name of ['lib', 'imports', 'types', 'main.ts', 'tsconfig.json', 'biome.json', ...build])
      cpSync(name, join(place, name), { recursive: true });
    symlinkSync(resolve('node_modules'), join(place, 'node_modules'));
    for (const { text } of diffs) execFileSync('git', ['apply', '-'], { ...inPlace, input: text });
    writeFileSync(join(place, 'shop.yaml'), ENVIRONMENT);
  });

  it('are two, each with a new file', () => {
    const added = diffs.map(({ text }) => [...text.matchAll(/^--- \/dev\/null\n\+\+\+ b\/(\S+)$/gm)].map(([, f]) => f));
    expect(added).toEqual([['lib/stores/qdrant.ts'], ['lib/edge/haproxy-ingress.ts']]);
  });

  it('compile, and are in good style', () => {
    const changed = diffs.flatMap(({ text }) => [...text.matchAll(/^\+\+\+ b\/(\S+)$/gm)].map(([, file = '']) => file));
    expect(spawnSync(tool('tsc'), ['--noEmit'], inPlace)).toMatchObject({ status: 0, stdout: '' });
    expect(spawnSync(tool('biome'), ['check', ...changed], inPlace)).toMatchObject({ status: 0 });
  });

  it('render an agent that uses the store, behind the controller', () => {
    execFileSync(process.execPath, ['esbuild.config.js'], { ...inPlace, stdio: 'pipe' });
    const synth = spawnSync(process.execPath, ['build/main.js', 'synth', 'shop.yaml', '--out', 'dist'], inPlace);
    expect(synth).toMatchObject({ status: 0, stderr: '' });
    expect(synth.stdout).toContain('edge: failed tries are not counted');

    expect(rendered('25-qdrant.yaml').map(({ kind }) => kind)).toEqual(expect.arrayContaining(['StatefulSet', 'Service', 'NetworkPolicy']));
    expect(JSON.stringify(rendered('40-agent.yaml'))).toContain('"QDRANT_URL"');
    expect(JSON.stringify(rendered('50-edge.yaml'))).toContain('"haproxy-ingress.github.io/limit-rps":"10"');
    expect(JSON.stringify(rendered('10-secrets.yaml'))).toContain('qdrant-auth apiKey {random}');
  });
});
