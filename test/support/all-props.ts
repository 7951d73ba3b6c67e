import type { Rendered } from './platform';

/** A type with every field given, however deep: a new option makes its tests fail to compile until they give it. */
export type AllProps<T> = T extends readonly (infer Item)[]
  ? readonly AllProps<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: AllProps<NonNullable<T[Key]>> }
    : T;

/** What {@link unseenProps} compares. */
export interface AllPropsCase {
  /** Every option with a value that is not its default. */
  readonly given: object;
  /** All options as they are when only the needed ones are given. */
  readonly defaults: object;
  /** What comes of the defaults, and of everything. */
  readonly before: readonly Rendered[];
  readonly after: readonly Rendered[];
  /** For options whose values say too little by themselves: an assertion, by path; a path covers all below it. */
  readonly explicit: Readonly<Record<string, () => void>>;
}

/**
 * Options that do not do what they say: one line for each leaf that is the default anyway, or whose value is nowhere in
 * the output, or is there without it as well. Explicit assertions are run instead; one that covers nothing is reported.
 */
export function unseenProps({ given, defaults, before, after, explicit }: AllPropsCase): string[] {
  const [wordsBefore, wordsAfter] = [before, after].map((objects) => new Set(scalars(objects).flatMap(words)));
  const usual = new Map(leaves(defaults));
  const used = new Set<string>();
  const problems = leaves(given).flatMap(([path, value]) => {
    if (usual.get(path) === value) return `${path}: ${value} is the default`;
    const covering = Object.keys(explicit).find((prefix) => isBelow(path, prefix));
    if (covering !== undefined) {
      used.add(covering);
      return [];
    }
    if (wordsBefore?.has(String(value))) return `${path}: ${value} is in the output anyway`;
    return wordsAfter?.has(String(value)) ? [] : `${path}: ${value} is not in the output`;
  });
  for (const [path, assertion] of Object.entries(explicit)) {
    assertion();
    if (!used.has(path)) problems.push(`${path}: is asserted, but not given`);
  }
  return problems;
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

/** Values with their paths: `replicas.min`, `args[0]`. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path ? `${path}.${key}` : key));
}

function scalars(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  if (Array.isArray(value)) return value.flatMap(scalars);
  return Object.entries(value).flatMap(([key, child]) => [key, ...scalars(child)]);
}

/** A text as a whole, and its words: what stands between spaces, quotes and punctuation, ports of addresses too. */
function words(text: string): string[] {
  return [text, ...text.split(/[\s"'=,;]+/), ...text.split(/[\s"'=,;:]+/)];
}
