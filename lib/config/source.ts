import type { Alias, ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isCollection, isMap, isPair, LineCounter, parseDocument } from 'yaml';
import { type Path, type Problem, showValue } from '../kube';
import type { Findings, Position } from './findings';
import { syntaxErrors } from './syntax';

/** A map as plain values. */
export type Entries = Record<string, unknown>;
/** What a file says, and where that begins. */
export type Source = { readonly at: Position; readonly data: Entries };

/** Where an entry of a map or a list stands: its key and its value. */
type Place = { readonly key: Position; readonly value: Position };
/** The places of the entries of each map and list, kept apart so that these are plain values. */
const places = new WeakMap<object, ReadonlyMap<string | number, Place>>();

/** Core schema, whatever directives a file has: `yes` and `010` bring no surprise. Doubled keys are reported below. */
const CORE = { schema: 'core', merge: false, resolveKnownTags: false, stringKeys: true, uniqueKeys: false, prettyErrors: false } as const;

/** What one file may ask for: far more than anybody writes, far less than fills the memory or the stack. */
const MOST_ALIASED_VALUES = 10_000;
const MOST_LEVELS = 50;

/** What the text of a file says. @throws InvalidEnvironment where nobody can tell */
export function readSource(file: string, text: string, findings: Findings): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...CORE, lineCounter: lines });
  const reader = new Reader(file, lines, findings);
  const errors = syntaxErrors(document, lines);
  for (const { offset, message } of errors) findings.add(reader.position(offset), [], message);
  if (errors.length > 0) throw findings.error();
  const at = reader.placeOf(document.contents);
  const data = reader.read(document.contents, []);
  if (isEntries(data)) return { at, data };
  const shown = data === null ? 'an empty file' : showValue(data);
  throw reader.refuse(document.contents, [], `got ${shown}, expected lines such as "key: value"`);
}

export const isEntries = (value: unknown): value is Entries => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Makes plain values of the nodes of one file. */
class Reader {
  private readonly anchors = new Map<string, { readonly value: unknown; readonly size: number }>();
  private values = 0;
  private aliasedValues = 0;

  constructor(
    private readonly file: string,
    private readonly lines: LineCounter,
    private readonly findings: Findings,
  ) {}

  position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line, column: col };
  }

  /** Where people look for a value: a block, or one that is not there, at its key. */
  placeOf(node: ParsedNode | null, key?: Position): Position {
    const [from, to] = node?.range ?? [0, 0];
    const isAtKey = isCollection(node) ? !node.flow : from === to;
    return (isAtKey && key) || this.position(from);
  }

  refuse(node: ParsedNode | null, path: Path, message: string): Error {
    this.findings.add(this.placeOf(node), path, message);
    return this.findings.error();
  }

  read(node: ParsedNode | null, path: Path): unknown {
    const before = this.values++;
    if (path.length > MOST_LEVELS) throw this.refuse(node, path, `got more than ${MOST_LEVELS} levels, expected a few`);
    if (isAlias(node)) return this.aliased(node, path);
    const value = isCollection(node) ? this.collection(node, path) : (node?.value ?? null);
    if (node?.anchor) this.anchors.set(node.anchor, { value, size: this.values - before });
    return value;
  }

  private collection(node: YAMLMap.Parsed | YAMLSeq.Parsed, path: Path): object {
    const values = new Map<string | number, unknown>();
    const found = new Map<string | number, Place>();
    for (const [index, item] of node.items.entries()) {
      const entry = isPair(item) ? item : { key: item, value: item };
      const key = isPair(item) ? String(item.key) : index;
      const at = this.placeOf(entry.key);
      const inner = [...path, key];
      const other = found.get(key)?.key;
      if (other) this.findings.add(at, inner, `got the key again, expected it once; it is in line ${other.line} too`);
      // zod leaves this key out of a record without a word
      if (key === '__proto__') this.findings.add(at, inner, 'got an unknown key, expected one that is not reserved');
      found.set(key, { key: at, value: this.placeOf(entry.value, at) });
      values.set(key, this.read(entry.value, inner));
    }
    const collection = isMap(node) ? Object.fromEntries(values) : [...values.values()];
    places.set(collection, found);
    return collection;
  }

  /** An alias shares the value of its anchor, so that only the number of values that it stands for has to be watched. */
  private aliased(node: Alias.Parsed, path: Path): unknown {
    const name = node.source;
    const { value, size } = this.anchors.get(name) ?? { size: 0 };
    if (size === 0) this.findings.add(this.placeOf(node), path, `got *${name}, expected the name of an anchor that ends further up`);
    this.values += size;
    this.aliasedValues += size;
    if (this.aliasedValues <= MOST_ALIASED_VALUES) return value;
    throw this.refuse(node, path, `got *${name}, expected aliases for at most ${MOST_ALIASED_VALUES} values in all`);
  }
}

/** Keys that decide what the others of their map may be. */
const CHOICES = ['provider', 'controller'];

/**
 * Maps are merged, everything else is replaced; each value keeps the place that it came from. A map that chooses another
 * provider is replaced too: what the base says belongs to the other one.
 */
export function merge(base: Entries, child: Entries): Entries {
  if (CHOICES.some((key) => key in child && child[key] !== base[key])) return child;
  const merged = { ...base };
  for (const [key, value] of Object.entries(child)) {
    const below = base[key];
    merged[key] = isEntries(below) && isEntries(value) ? merge(below, value) : value;
  }
  places.set(merged, new Map([...(places.get(base) ?? []), ...(places.get(child) ?? [])]));
  return merged;
}

/** The place of what is wrong; of something that is missing, the closest thing around it that is there. */
export function locate({ at, data }: Source, { path, key }: Problem): Position {
  let place: Place = { key: at, value: at };
  let value: unknown = data;
  for (const step of path) {
    const next = places.get(value as object)?.get(step);
    if (!next) return place.value;
    place = next;
    value = (value as Entries)[step];
  }
  return key ? place.key : place.value;
}
