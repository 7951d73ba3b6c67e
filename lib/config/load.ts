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
export interface LoadedEnvironment<T> {
  readonly value: T;
  readonly files: readonly string[];
}

/**
 * Reads an environment file with what it extends, and validates the whole.
 *
 * @param file relative to the working directory, as it shall appear in problems
 * @throws InvalidEnvironment with all problems at once
 */
export function loadEnvironment<S extends z.ZodType>(file: string, schema: S): LoadedEnvironment<z.output<S>> {
  const { files, findings, root } = new Chain(file);
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

/** A file and, one after the other, those that it extends. */
class Chain {
  public readonly files: string[] = [];
  public readonly findings: Finding[] = [];
  /** The merged content; missing if a file could not be read, because nothing can be said about the whole then. */
  public readonly root: SourcedMap | undefined;

  public constructor(file: string) {
    this.root = this.read(file, (reason) => {
      throw new InvalidEnvironment([`${file}: ${reason}`]);
    });
  }

  private read(file: string, reject: (reason: string) => undefined): SourcedMap | undefined {
    this.files.push(file);
    const { text, reason } = readText(file);
    if (text === undefined) return reject(reason);
    const child = readSource(file, text, this.findings);
    const parent = child?.data.get('extends');
    if (!child || !parent) return child;
    child.data.delete('extends');
    const base = this.readBase(file, parent.value);
    return base && merge(base, child);
  }

  private readBase(file: string, { at, data }: Sourced): SourcedMap | undefined {
    const reject = (reason: string): undefined => {
      this.findings.push({ path: ['extends'], at, message: `got ${showValue(data)}, ${reason}` });
    };
    if (typeof data !== 'string') return reject('expected the name of a file');
    const base = isAbsolute(data) ? data : join(dirname(file), data);
    const seen = this.files.findIndex((other) => resolve(other) === resolve(base));
    if (seen === -1) return this.read(base, reject);
    return reject(`expected no circle: ${[...this.files.slice(seen), base].join(' -> ')}`);
  }
}

function readText(file: string): { text: string; reason?: never } | { text?: never; reason: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    return { reason: reasonOf(error as NodeJS.ErrnoException, file) };
  }
}

function reasonOf({ code = '' }: NodeJS.ErrnoException, file: string): string {
  if (code === 'ENOENT') return `no such file${suggestion(basename(file), namesIn(dirname(file)))}`;
  if (code === 'EISDIR') return 'a folder, expected a file';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'not UTF-8 text, expected a YAML file';
  return `not readable (${code})`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Maps are merged, everything else is replaced; each value keeps the place that it came from. A map that chooses another
 * provider is replaced too: what the base says belongs to the other one.
 */
function merge<T extends Sourced>(base: Sourced, child: T): T {
  if (!(base.data instanceof Map && child.data instanceof Map)) return child;
  const chosen = ({ data }: Sourced, key: string) => (data instanceof Map ? data.get(key)?.value.data : undefined);
  if (CHOICES.some((key) => chosen(child, key) !== undefined && chosen(child, key) !== chosen(base, key))) return child;
  const data = new Map(base.data);
  for (const [key, { keyAt, value }] of child.data) {
    const below = data.get(key);
    data.set(key, { keyAt, value: below ? merge(below.value, value) : value });
  }
  return { ...child, data };
}

/** Keys that decide what the others of their map may be. */
const CHOICES = ['provider', 'controller'];

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
