import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { z } from 'zod';
import { type Problem, pathText, showValue, suggestion, validate } from '../kube';
import { type Finding, type Position, readSource, type Sourced, type SourcedMap } from './source';

/** An environment file, or one that it extends, with problems. */
export class InvalidEnvironment extends Error {
  public override readonly name = 'InvalidEnvironment';

  /** @param lines all problems in file order, each as `file:line:column: path: got X, expected Y; remedy` */
  public constructor(public readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

/** An environment as its schema has it, and the files that it is made of: itself first, then what it extends. */
export type LoadedEnvironment<T> = { readonly value: T; readonly files: readonly string[] };

/**
 * Reads an environment file with what it extends, and validates the whole.
 *
 * @param file relative to the working directory, as it shall appear in problems
 * @throws InvalidEnvironment with all problems at once
 */
export function loadEnvironment<S extends z.ZodType>(file: string, schema: S): LoadedEnvironment<z.output<S>> {
  const chain: Chain = { files: [], findings: [] };
  const { files, findings } = chain;
  const root = readFile(chain, file, (reason) => {
    throw new InvalidEnvironment([`${file}: ${reason}`]);
  });
  if (root) {
    const outcome = validate(schema, plain(root));
    if (outcome.ok && findings.length === 0) return { value: outcome.value, files };
    const known = new Set(findings.map(({ path }) => pathText(path)));
    const problems = outcome.ok ? [] : outcome.problems.filter(({ path }) => !known.has(pathText(path)));
    findings.push(...problems.map((problem) => ({ ...problem, at: locate(root, problem) })));
  }
  const place = ({ at }: Finding) => (files.indexOf(at.file) * 1e6 + at.line) * 1e6 + at.column;
  throw new InvalidEnvironment(findings.sort((a, b) => place(a) - place(b)).map(line));
}

/** A file and, one after the other, those that it extends, with what is wrong in them. */
type Chain = { readonly files: string[]; readonly findings: Finding[] };
type Refuse = (reason: string) => undefined;

/** The merged content; missing if a file could not be read, because nothing can be said about the whole then. */
function readFile(chain: Chain, file: string, refuse: Refuse): SourcedMap | undefined {
  chain.files.push(file);
  const text = readText(file, refuse);
  const child = text === undefined ? undefined : readOnce(chain, file, text);
  const parent = child?.data.get('extends')?.value;
  if (!child || !parent) return child;
  const base = readBase(chain, file, parent);
  const data = new Map(child.data);
  data.delete('extends');
  return base && merge(base, { ...child, data });
}

/** Files of this run in which nothing was wrong: the one that others extend is read once. */
const sound = new Map<string, SourcedMap>();

function readOnce({ findings }: Chain, file: string, text: string): SourcedMap | undefined {
  const key = `${file}\n${text}`;
  const before = findings.length;
  const source = sound.get(key) ?? readSource(file, text, findings);
  if (source && findings.length === before) sound.set(key, source);
  return source;
}

function readBase(chain: Chain, file: string, { at, data }: Sourced): SourcedMap | undefined {
  const refuse: Refuse = (reason) => {
    chain.findings.push({ path: ['extends'], at, message: `got ${showValue(data)}, ${reason}` });
  };
  if (typeof data !== 'string') return refuse('expected the name of a file');
  const base = isAbsolute(data) ? data : join(dirname(file), data);
  const seen = chain.files.findIndex((other) => resolve(other) === resolve(base));
  if (seen === -1) return readFile(chain, base, refuse);
  return refuse(`expected no circle: ${[...chain.files.slice(seen), base].join(' -> ')}`);
}

function readText(file: string, refuse: Refuse): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return refuse(`no such file${suggestion(basename(file), namesIn(dirname(file)))}`);
    if (code === 'EISDIR') return refuse('a folder, expected a file');
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return refuse('not UTF-8 text, expected a YAML file');
    return refuse(`not readable (${code})`);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Keys that decide what the others of their map may be. */
const CHOICES = ['provider', 'controller'];

/**
 * Maps are merged, everything else is replaced; each value keeps the place that it came from. A map that chooses another
 * provider is replaced too: what the base says belongs to the other one.
 */
function merge<T extends Sourced>(base: Sourced, child: T): T {
  if (!(base.data instanceof Map && child.data instanceof Map)) return child;
  for (const key of CHOICES) {
    const chosen = child.data.get(key)?.value.data;
    if (chosen !== undefined && chosen !== base.data.get(key)?.value.data) return child;
  }
  const data = new Map(base.data);
  for (const [key, { keyAt, value }] of child.data) {
    const below = data.get(key)?.value;
    data.set(key, { keyAt, value: below ? merge(below, value) : value });
  }
  return { ...child, data };
}

function plain({ data }: Sourced): unknown {
  if (data instanceof Map) return Object.fromEntries([...data].map(([key, { value }]) => [key, plain(value)]));
  return Array.isArray(data) ? data.map(plain) : data;
}

/** The place of what is wrong; of something that is missing, the closest thing around it that is there. */
function locate(root: Sourced, { path, key }: Problem): Position {
  let here = { keyAt: root.at, value: root };
  for (const step of path) {
    const { data, at } = here.value;
    const value = Array.isArray(data) ? data[Number(step)] : undefined;
    const next = data instanceof Map ? data.get(String(step)) : value && { keyAt: value.at, value };
    if (!next) return at;
    here = next;
  }
  return key ? here.keyAt : here.value.at;
}

function line({ at, path, message }: Finding): string {
  return `${at.file}:${at.line}:${at.column}: ${path.length > 0 ? `${pathText(path)}: ` : ''}${message}`;
}
