import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { blocksOf, DOCUMENTS } from './blocks';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
/** Kinds as kubectl calls them. */
const KINDS: Readonly<Record<string, string>> = {
  cronjob: 'CronJob',
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
};

const shell = DOCUMENTS.flatMap((file) => blocksOf(file, 'sh'));
const lines = shell.flatMap(({ where, text }) =>
  text
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [where, line] as const),
);

describe('the documents', () => {
  it('have blocks of the kinds that are tested', () => {
    const known = ['sh', 'yaml', 'ts', 'text', 'diff', 'mermaid'];
    const odd = DOCUMENTS.flatMap((file) => blocksOf(file)).filter(({ language }) => !known.includes(language));
    expect(odd.map(({ where, language }) => `${where} ${language}`)).toEqual([]);
  });

  it.each(DOCUMENTS)('%s leads to files that are there', (file) => {
    const links = [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#:\s]+)(#[^)]*)?\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(resolve(dirname(file), link)))).toEqual([]);
  });

  it.each(DOCUMENTS)('%s names scripts that are there', (file) => {
    const named = [...readFileSync(file, 'utf8').matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('commands', () => {
  it.each(lines)('%s: %s', (_, line) => {
    const words = line.replaceAll(/\$\(([^)]*)\)/g, '$1').split(/[\s=]+/);
    expect(['npm', 'kubectl', 'KUBEBUILDER_ASSETS']).toContain(words[0]);
    const files = words.filter((word) => /^(dist|environments|lib|test|\.ci)\//.test(word));
    expect(files.filter((file) => file !== 'environments/shop.yaml' && !existsSync(file))).toEqual([]);
  });

  const rendered = readdirSync('dist/production').flatMap((file) => readFileSync(join('dist/production', file), 'utf8').split('\n---\n'));
  const about = lines.filter(([, line]) => line.includes('-n ai-agent-production'));

  it.each(about)('%s names what is rendered: %s', (_, line) => {
    const all = (pattern: RegExp) => [...line.matchAll(pattern)].map((match) => match.slice(1));
    const has = (...texts: readonly string[]) => rendered.some((object) => texts.every((text) => object.includes(text)));
    const wanted = [
      ...all(/\b(cronjob|deployment|statefulset)\/([\w-]+)/g).map(([kind = '', name]) => [`kind: ${KINDS[kind]}\n`, `\n  name: ${name}\n`]),
      ...all(/-l (app\.kubernetes\.io\/name)=([\w-]+)/g).map(([label, name]) => [`${label}: ${name}\n`]),
      ...all(/ -c ([\w-]+)/g).map(([name]) => [`name: ${name}\n`]),
      ...all(/ ([A-Z]+)=[\w]+/g).map(([name]) => ['kind: CronJob', `name: ${name}\n`]),
      ...all(/([\w-]+-(?:auth|keys))\b/g).map(([name]) => [`${name}`]),
    ];
    expect(wanted.length + all(/ job[ /]([\w-]+)/g).length).toBeGreaterThan(0);
    expect(wanted.filter((texts) => !has(...texts))).toEqual([]);
  });
});
