import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ORDER } from '../../lib/kube';
import { storeFiles } from '../support/stores';

const doc = readFileSync('docs/architecture.md', 'utf8');

/** First two cells of the table with this head, and the words in backticks of the others. */
function table(head: string): [name: string, words: string[]][] {
  const [, body = ''] = doc.split(`| ${head} |`);
  const lines = body.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return lines.map((line) => {
    const words = [...line.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
    return [words[0] ?? '', words.slice(1)];
  });
}

const rooms = readdirSync('lib', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const arrows = new Map(table('room | may import'));

/** What biome.json lets a room import. */
const overrides: { includes: string[]; linter: { rules: { style: { noRestrictedImports: Restriction } } } }[] = JSON.parse(
  readFileSync('biome.json', 'utf8'),
).overrides;
interface Restriction {
  readonly level: string;
  readonly options: { readonly patterns: readonly { readonly group: readonly string[] }[] };
}
const rules = new Map(
  overrides.map(({ includes, linter }) => [includes.join().replace(/^lib\/(\w+)\/\*\*$/, '$1'), linter.rules.style.noRestrictedImports]),
);

/** How often the import rule refuses something in a file of each room that consists of these imports. */
function refusals(importsOf: (room: string) => readonly string[]): Map<string, number> {
  const place = mkdtempSync(join(tmpdir(), 'rooms-'));
  try {
    cpSync('biome.json', join(place, 'biome.json'));
    for (const room of rooms) {
      mkdirSync(join(place, 'lib', room), { recursive: true });
      const lines = importsOf(room).map((from) => `import '${from}';\n`);
      writeFileSync(join(place, 'lib', room, 'example.ts'), lines.join(''));
    }
    const biome = join(process.cwd(), 'node_modules/.bin/biome');
    const { stdout } = spawnSync(biome, ['lint', '--reporter=github', '--max-diagnostics=none', 'lib'], {
      cwd: place,
      encoding: 'utf8',
    });
    const found = [...stdout.matchAll(/noRestrictedImports,file=[^,]*\/lib\/(\w+)/g)].map(([, room]) => room);
    return new Map(rooms.map((room) => [room, found.filter((other) => other === room).length]));
  } finally {
    rmSync(place, { recursive: true });
  }
}

describe('the rooms of docs/architecture.md', () => {
  const described = table('room | what it is for | main files');

  it('are the folders of lib, all of them', () => {
    expect(described.map(([room]) => room).sort()).toEqual([...rooms].sort());
    expect([...arrows.keys()].sort()).toEqual([...rooms].sort());
  });

  it.each(described)('%s has its main files', (room, files) => {
    expect(files.filter((file) => file.endsWith('.ts') && !existsSync(join('lib', room, file)))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.ts')).length).toBeGreaterThan(1);
  });

  it('have the numbers of the table of files', () => {
    const parts = Object.entries(ORDER).map(([name, number]) => `${number}-${name}.yaml`);
    const files = [...parts, ...storeFiles()].sort();
    expect(table('component | file')).toEqual(files.map((file) => [file.slice(3, -'.yaml'.length), [file]]));
  });
});

describe('the arrows', () => {
  it('of the diagram are those of the table', () => {
    const [, diagram = ''] = doc.split(/```mermaid\n|```\n/);
    const [, members = ''] = /subgraph parts\n(.*?)\n {2}end/s.exec(diagram) ?? [];
    const expand = (name: string) => (name === 'parts' ? members.trim().split(/\s+/) : [name]);
    const drawn = [...diagram.matchAll(/(\w+) --> (\w+)/g)].flatMap(([, from = '', to = '']) =>
      expand(from).flatMap((a) => expand(to).map((b) => `${a} -> ${b}`)),
    );
    const listed = [...arrows].flatMap(([room, targets]) => targets.map((target) => `${room} -> ${target}`));
    expect(drawn.sort()).toEqual(listed.sort());
  });

  it.each(rooms)('of lib/%s are what biome.json allows', (room) => {
    const allowed = rules.get(room)?.options.patterns.flatMap(({ group }) => group) ?? [];
    expect(allowed[0]).toBe('../**');
    const names = allowed.slice(1).map((pattern) => pattern.replace('!../../imports/**', '!../imports').slice(4));
    expect(names.sort()).toEqual([...(arrows.get(room) ?? [])].sort());
    expect(rules.get(room)?.level).toBe('error');
  });

  describe('in a linted file', () => {
    const path = (target: string) => (target === 'imports' ? '../../imports/k8s' : `../${target}`);
    const allowed = (room: string) => [...(arrows.get(room) ?? []).map(path), './sibling', 'zod'];
    const forbidden = (room: string) => {
      const targets = arrows.get(room) ?? [];
      const others = [...rooms, 'imports'].filter((other) => other !== room && !targets.includes(other));
      const insides = targets.filter((target) => target !== 'imports').map((target) => `${path(target)}/inside`);
      return [...others.map(path), ...insides, '../cli'];
    };

    it('may be gone', () => {
      expect(refusals(allowed)).toEqual(new Map(rooms.map((room) => [room, 0])));
    });

    it('and no others, nor past an index', () => {
      expect(refusals(forbidden)).toEqual(new Map(rooms.map((room) => [room, forbidden(room).length])));
    });
  });
});
