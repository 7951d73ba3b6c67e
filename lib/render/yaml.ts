/**
 * Writes plain JSON values as YAML that every reader takes for the same: versions 1.1 and 1.2 disagree about words such
 * as `on`, `0775` or `1:30`, so that whatever is not plainly a word is quoted as JSON, which is YAML in both. A library
 * would do; both well-kept ones take a third of a whole synth for it (bench/README.md).
 */
export function toYaml(document: unknown): string {
  return isBlock(document) ? block(document, '').slice(1) : `${scalar(document)}\n`;
}

/** Lines of a map or list, each after a line break, so that the caller can put it behind `key:` or `-`. */
function block(value: object, indent: string): string {
  if (Array.isArray(value)) return value.map((item) => `\n${indent}- ${inline(item, `${indent}  `)}`).join('') + end(indent);
  const map = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(map).filter((key) => map[key] !== undefined);
  if (indent !== '') keys.sort(); // cdk8s does it too, unless an environment variable says no
  return keys.map((key) => `\n${indent}${scalar(key)}:${after(map[key], indent)}`).join('') + end(indent);
}

/** Only the outermost block ends its last line itself. */
const end = (indent: string) => (indent === '' ? '\n' : '');

/** What follows `- `: a nested map starts on the same line. */
function inline(value: unknown, indent: string): string {
  return isBlock(value) ? block(value, indent).slice(1 + indent.length) : text(value, indent);
}

/** What follows `key:`; lists stand below their key without further indentation, as kubectl writes them. */
function after(value: unknown, indent: string): string {
  return isBlock(value) ? block(value, Array.isArray(value) && indent !== '' ? indent : `${indent}  `) : ` ${text(value, `${indent}  `)}`;
}

function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Several lines as they are, where nothing in them needs an escape. */
const LITERAL =
  /^[^\s\p{C}][^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]*(\n[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]*)+$/u;

/** The same for ASCII, which needs none of Unicode's tables. */
const ASCII_LITERAL = /^[!-~][\t\n -~]*$/;

function text(value: unknown, indent: string): string {
  if (typeof value !== 'string' || !value.includes('\n') || value.endsWith('\n\n')) return scalar(value);
  if (!ASCII_LITERAL.test(value) && !LITERAL.test(value)) return scalar(value);
  const lines = value.endsWith('\n') ? value.slice(0, -1) : value;
  return `${value.endsWith('\n') ? '|' : '|-'}\n${lines.replaceAll(/^(?=.)/gm, indent)}`;
}

/** Words that no version of YAML takes for anything but text. */
const WORD = /^(?:[A-Za-z_/][\w./@+-]*(?:[ :][\w./@+-]+)*|[1-9]\d*(?:[KMGT]i|[ms]))$/;
const RESERVED = /^(y|n|yes|no|on|off|true|false|null|e[-+]?\d+)$/i;

/** Keys and short values come again and again: each is looked at once. */
const known = new Map<string, string>();

function scalar(value: unknown): string {
  if (typeof value !== 'string' || value.length > 64) return quoted(value);
  const written = known.get(value) ?? quoted(value);
  known.set(value, written);
  return written;
}

function quoted(value: unknown): string {
  if (typeof value === 'string' && WORD.test(value)) return RESERVED.test(value) ? JSON.stringify(value) : value;
  return JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escaped);
}

/** Breaks and marks of YAML that JSON writes as they are. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
