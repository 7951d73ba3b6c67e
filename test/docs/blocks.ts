import { readdirSync, readFileSync } from 'node:fs';

/** A fenced block of a Markdown file. */
export interface Block {
  /** `README.md:18`, the line of its fence. */
  readonly where: string;
  readonly language: string;
  readonly text: string;
}

/** What users read, but for what is generated. */
export const DOCUMENTS = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md') && name !== 'reference.md')
    .map((name) => `docs/${name}`),
];

/** The blocks of a file, those of one language if it is given. */
export function blocksOf(file: string, language?: string): Block[] {
  const blocks: Block[] = [];
  let open: { where: string; language: string; lines: string[] } | undefined;
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open) {
      blocks.push({ ...open, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else open = { where: `${file}:${index + 1}`, language: line.slice(3), lines: [] };
  }
  if (open) throw new Error(`${open.where}: the block does not end`);
  return blocks.filter((block) => language === undefined || block.language === language);
}
