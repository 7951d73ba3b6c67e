import { isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument, type YAMLMap } from 'yaml';
import { type Path, type Problem, showValue } from '../kube';
import { syntaxErrors } from './syntax';

/** A place in a file; line and column count from 1. */
export type Position = { readonly file: string; readonly line: number; readonly column: number };
/** A problem together with the place that a person has to look at. */
export type Finding = Problem & { readonly at: Position };
/** A value that knows where it was written. */
export type Sourced = { readonly at: Position; readonly data: Scalar | readonly Sourced[] | Entries };
/** A {@link Sourced} map, such as the content of a file. */
export type SourcedMap = Sourced & { readonly data: Entries };
type Scalar = string | number | boolean | null | undefined;
type Entries = Map<string, { readonly keyAt: Position; readonly value: Sourced }>;

/** Core schema, whatever directives a file has: `yes` and `010` bring no surprise. Doubled keys are reported below. */
const CORE = { schema: 'core', merge: false, resolveKnownTags: false, stringKeys: true, uniqueKeys: false, prettyErrors: false } as const;

/** What one file may ask for: far more than anybody writes, far less than fills the memory or the stack. */
const MOST_ALIASED_VALUES = 10_000;
const MOST_LEVELS = 50;

/** Turns the text of a file into its map; where that is impossible, the reason is among the findings. */
export function readSource(file: string, text: string, findings: Finding[]): SourcedMap | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...CORE, lineCounter: lines });
  const reader = new Reader(file, lines, findings);
  const errors = syntaxErrors(document, lines);
  for (const { offset, message } of errors) reader.report([], reader.position(offset), message);
  if (errors.length > 0) return undefined;
  const { at, data } = reader.read(document.contents, []);
  if (reader.hasGivenUp) return undefined;
  if (data instanceof Map) return { at, data };
  reader.report([], at, `got ${data === null ? 'an empty file' : showValue(data)}, expected lines such as "key: value"`);
  return undefined;
}

/** One file on its way from YAML nodes to {@link Sourced} values. */
class Reader {
  public hasGivenUp = false;
  private readonly anchors = new Map<string, { data: Sourced['data']; size: number }>();
  private values = 0;
  private aliasedValues = 0;

  public constructor(
    private readonly file: string,
    private readonly lines: LineCounter,
    private readonly findings: Finding[],
  ) {}

  public position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line, column: col };
  }

  public report(path: Path, at: Position, message: string): void {
    this.findings.push({ path, at, message });
  }

  public read(node: ParsedNode | null, path: Path, keyAt?: Position): Sourced {
    const valuesBefore = this.values++;
    const [from, to] = node?.range ?? [0, 0];
    const start = this.position(from);
    const data = this.data(node, path, start);
    if (isAlias(node)) return { at: start, data };
    if (node?.anchor) this.anchors.set(node.anchor, { data, size: this.values - valuesBefore });
    // A block, or a value that is not there, is looked for at its key.
    const isAtKey = isCollection(node) ? !node.flow : from === to;
    return { at: (isAtKey && keyAt) || start, data };
  }

  private data(node: ParsedNode | null, path: Path, at: Position): Sourced['data'] {
    if (path.length > MOST_LEVELS) return this.giveUp(path, at, `got more than ${MOST_LEVELS} levels, expected a few`);
    if (isMap(node)) return this.entries(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item as ParsedNode, [...path, index]));
    return isAlias(node) ? this.aliased(node.source, path, at) : ((node?.value ?? null) as Scalar);
  }

  private entries(map: YAMLMap.Parsed, path: Path): Entries {
    const entries: Entries = new Map();
    for (const { key: node, value } of map.items) {
      const key = isScalar(node) ? String(node.value) : '';
      const keyAt = this.position(node.range[0]);
      const other = entries.get(key)?.keyAt;
      if (other) this.report([...path, key], keyAt, `got the key again, expected it once; it is in line ${other.line} too`);
      entries.set(key, { keyAt, value: this.read(value, [...path, key], keyAt) });
    }
    // zod leaves this key out of a record without a word.
    const reserved = entries.get('__proto__');
    if (reserved) this.report([...path, '__proto__'], reserved.keyAt, 'got an unknown key, expected one that is not reserved');
    entries.delete('__proto__');
    return entries;
  }

  /** An alias shares the data of its anchor, so that only the number of values that it stands for has to be watched. */
  private aliased(name: string, path: Path, at: Position): Sourced['data'] {
    const { data, size } = this.anchors.get(name) ?? { size: 0 };
    if (size === 0) this.report(path, at, `got *${name}, expected the name of an anchor that ends further up`);
    this.values += size;
    this.aliasedValues += size;
    if (this.aliasedValues <= MOST_ALIASED_VALUES) return data;
    return this.giveUp(path, at, `got *${name}, expected aliases for at most ${MOST_ALIASED_VALUES} values in all`);
  }

  private giveUp(path: Path, at: Position, message: string): undefined {
    if (!this.hasGivenUp) this.report(path, at, message);
    this.hasGivenUp = true;
  }
}
