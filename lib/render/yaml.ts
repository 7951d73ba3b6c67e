/**
 * Writes plain JSON values as YAML that every reader takes for the same: versions 1.1 and 1.2 disagree about words such
 * as `on`, `0775` or `1:30`, so that whatever is not plainly a word is quoted as JSON, which is YAML in both. A library
 * would do; both well-kept ones take a third of a whole synth for it (bench/README.md).
 */
export function toYaml(document: unknown): string {
  return `${isBlock(document) ? block(document, '').trimStart() : scalar(document)}\n`;
}

function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Lines of a map or list, each after a line break, so that they can follow `key:`. */
function block(value: object, indent: string): string {
  const deeper = `${indent}  `;
  // what is in a list starts on the line of its dash
  if (Array.isArray(value)) return value.map((item) => `\n${indent}- ${after(item, deeper).trimStart()}`).join('');
  const map = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(map).filter((key) => map[key] !== undefined);
  if (indent !== '') keys.sort(); // cdk8s does it too, unless an environment variable says no
  // a list stands below its key without further indentation, as kubectl writes it
  const indentOf = (inner: unknown) => (Array.isArray(inner) ? indent : deeper);
  return keys.map((key) => `\n${indent}${scalar(key)}:${after(map[key], indentOf(map[key]))}`).join('');
}

/** What follows a key or a dash. */
function after(value: unknown, indent: string): string {
  return isBlock(value) ? block(value, indent) : ` ${text(value, indent)}`;
}

/** What no text may have that is written as it is: a break of another kind, something unseen, a space that looks like indentation. */
const UNFIT = /^\s|(?![\t\n])\p{Cc}|[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u;

/** Several lines as they are, where nothing in them needs an escape. */
function text(value: unknown, indent: string): string {
  if (typeof value !== 'string' || !value.includes('\n') || value.endsWith('\n\n') || UNFIT.test(value)) return scalar(value);
  const [bar, lines] = value.endsWith('\n') ? ['|', value.slice(0, -1)] : ['|-', value];
  return `${bar}\n${lines.replaceAll(/^(?=.)/gm, indent)}`;
}

/** Words that no version of YAML takes for anything but text. */
const WORD = /^(?:[A-Za-z_/][\w./@+-]*(?:[ :][\w./@+-]+)*|[1-9]\d*(?:[KMGT]i|[ms]))$/;
const RESERVED = /^(y|n|yes|no|on|off|true|false|null|e[-+]?\d+)$/i;

/** Breaks and marks of YAML that JSON writes as they are. */
const UNESCAPED = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function scalar(value: unknown): string {
  if (typeof value === 'string' && WORD.test(value) && !RESERVED.test(value)) return value;
  return JSON.stringify(value).replaceAll(UNESCAPED, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
