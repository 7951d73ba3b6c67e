/** Where a value stands in its input: keys and list indexes from the root. */
export type Path = readonly (string | number)[];

/** Longer values are cut, so that a problem stays one line that can be read. */
const LONGEST = 60;

/** Keys whose text must not reach a terminal or a log, and the words of our own references to a Secret, which may. */
const SECRET_KEY = /(passw(or)?d|passphrase|secret|token|credential|[a-z]_?key)(s|Env)?$/i;
const REFERENCE_KEY = /^(secret|key|name|provider|store)$/;
const URL_WITH_PASSWORD = /:\/\/[^/\s]*:[^/\s]*@/;

/** `agents.agent.uses[0]`; keys that are not plain words are quoted. */
export function pathText(path: Path, start = ''): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return `${text}${text && '.'}${/^[\w-]+$/.test(step) ? step : quote(step)}`;
  }, start);
}

/** Text in double quotes, on one line, cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** A value as a reader recognizes it: `"512MB"`, `0`, `nothing`, `a list`, `a map`. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.length > 0 ? 'a list' : 'an empty list';
  return typeof value === 'object' ? 'a map' : String(value);
}

/** `"a", "b" or "c"`. */
export function either(values: readonly unknown[]): string {
  const shown = values.filter((value) => value !== undefined).map(showValue);
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}` : shown.join();
}

/** Whether a value may be a password: text below a key that sounds like one, or a URL with a password in it. */
export function isSecret(path: Path, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const keys = path.filter((step) => typeof step === 'string').slice(-2);
  const isBelowSecret = !REFERENCE_KEY.test(keys.at(-1) ?? '') && keys.some((key) => SECRET_KEY.test(key));
  return isBelowSecret || URL_WITH_PASSWORD.test(value);
}

/** `; did you mean "redis"?` for the closest of the known words that slips of the keyboard explain, or nothing. */
export function suggestion(word: unknown, known: readonly unknown[]): string {
  if (typeof word !== 'string') return '';
  const given = word.toLowerCase();
  const [closest] = known
    .filter((name) => typeof name === 'string')
    .map((name) => ({ name, slips: slips(given, name.toLowerCase()) }))
    .filter(({ name, slips }) => slips <= name.length / 2 || isPrefix(given, name.toLowerCase()))
    .sort((a, b) => a.slips - b.slips);
  return closest ? didYouMean(closest.name) : '';
}

/** The quantity behind a common slip, as a suggestion: `512MB` is `512Mi`, `2gb` is `2Gi`, `1 Gi` is `1Gi`. */
export function repairedQuantity(text: string): string {
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])i?b?(?:ytes?)?\s*$/i.exec(text) ?? [];
  const repaired = `${digits}${unit?.toUpperCase()}i`;
  return unit && repaired !== text ? didYouMean(repaired) : '';
}

/** `; did you mean X?` with X as {@link showValue} has it; a list is written out. */
export function didYouMean(value: unknown): string {
  return `; did you mean ${Array.isArray(value) ? `[${value.map(showValue).join(', ')}]` : showValue(value)}?`;
}

const isPrefix = (a: string, b: string) => Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));

/** How many letters are missing, too many, wrong or swapped with their neighbour; Infinity for more than `most`. */
function slips(a: string, b: string, most = 2): number {
  if (a === b) return 0;
  if (most === 0) return Number.POSITIVE_INFINITY;
  if (a[0] === b[0]) return slips(a.slice(1), b.slice(1), most);
  const isSwapped = a.length > 1 && a[0] === b[1] && a[1] === b[0];
  const ends = [[a.slice(1), b], [a, b.slice(1)], [a.slice(1), b.slice(1)], ...(isSwapped ? [[a.slice(2), b.slice(2)]] : [])];
  return 1 + Math.min(...ends.map(([restA = '', restB = '']) => slips(restA, restB, most - 1)));
}
