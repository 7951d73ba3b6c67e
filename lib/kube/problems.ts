import type { z } from 'zod';
import { expectation, keysIn } from './expectation';
import { didYouMean, isSecret, type Path, pathText, repairedQuantity, showValue, suggestion } from './wording';

export { type Path, pathText, showValue, suggestion };

/** One thing that is wrong with an input. */
export interface Problem {
  readonly path: Path;
  /** `got X, expected Y; remedy`: lower case, no full stop. */
  readonly message: string;
  /** Set when the key at the end of `path` is what is wrong, not its value. */
  readonly key?: true;
}

/** An input with problems; the message lists all of them, one a line. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';

  constructor(
    where: string,
    readonly problems: readonly Problem[],
  ) {
    super(problems.map(({ path, message }) => `${pathText(path, where)}: ${message}`).join('\n'));
  }
}

const knownValid = new WeakSet();

/** Spares {@link parse} from looking again at what a parse of the same schema, as a part of a larger one, has made. */
export function markValid<T extends object>(parsed: T): T {
  knownValid.add(parsed);
  return parsed;
}

/** Parses `input`; each line of the error starts with `where.path`. @throws InvalidInput with all problems */
export function parse<S extends z.ZodType>(schema: S, input: unknown, where: string): z.output<S> {
  if (knownValid.has(input as object)) return input as z.output<S>;
  const outcome = validate(schema, input);
  if (!outcome.ok) throw new InvalidInput(where, outcome.problems);
  return outcome.value;
}

/** What {@link validate} found: the parsed value, or every problem in the order of the schema. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };

/** Parses `input`; messages are ours, except where the schema has its own. */
export function validate<S extends z.ZodType>(schema: S, input: unknown): Outcome<z.output<S>> {
  const { success, data, error } = schema.safeParse(input, { error: expectation });
  return success ? { ok: true, value: data } : { ok: false, problems: error.issues.flatMap((issue) => explain(issue, [], input)) };
}

function explain(issue: z.core.$ZodIssue, parent: Path, input: unknown): Problem[] {
  const path = [...parent, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, issue.message));
  if (issue.code === 'invalid_key') return [{ path, message: `got ${showValue(path.at(-1))}, ${issue.issues[0]?.message}`, key: true }];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return explainUnion(issue, path, input);
  const problem = { path, message: sentence(issue, path, valueAt(input, path)) };
  return issue.code === 'invalid_union' ? [problem, ...slipsOf(path, input)] : [problem];
}

function unknownKey(path: Path, key: string, expected: string): Problem {
  return { path: [...path, key], message: `got an unknown key, ${expected}${suggestion(key, keysIn(expected))}`, key: true };
}

/** Without its discriminator, no branch tells which keys it knows; a slip of the discriminator itself can be told. */
function slipsOf(path: Path, input: unknown): Problem[] {
  const parent = path.slice(0, -1);
  const name = String(path.at(-1));
  const slips = Object.keys(valueAt(input, parent) ?? {}).filter((key) => key !== name && suggestion(key, [name]));
  return slips.map((key) => unknownKey(parent, key, `expected ${name}`));
}

/** Reports the branch that was meant, as far as the kind of value tells; otherwise what the branches expect. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, input: unknown): Problem[] {
  const given = valueAt(input, path);
  const fitting = issue.errors.filter((branch) => !branch.some((inner) => isOtherKind(inner, given)));
  const [meant] = fitting.sort((a, b) => a.length - b.length);
  const isClear = typeof given === 'object' || (fitting.length === 1 && !issue.message);
  if (meant && isClear) return meant.flatMap((inner) => explain(inner, path, input));
  const branches = meant ? fitting : issue.errors;
  const expected = new Set(branches.map(([inner]) => inner?.message.replace(/^expected /, '')));
  const message = issue.message || `expected ${[...expected].join(' or ')}`;
  return [{ path, message: sentence({ ...issue, message }, path, given) }];
}

function isOtherKind(issue: z.core.$ZodIssue, given: unknown): boolean {
  if (issue.path.length > 0) return false;
  return issue.code === 'invalid_value' ? !issue.values.some((value) => typeof value === typeof given) : issue.code === 'invalid_type';
}

/** What a rule of a schema may say about its issue, in `params`. */
export interface IssueParams {
  /** What was given, where the value does not tell: a phrase such as `12 connections`. */
  readonly got?: string;
  /** Words of which the value at the path may be a slip. */
  readonly known?: readonly string[];
  /** What to do about it, if the value is no slip. */
  readonly hint?: string;
}

function sentence(issue: z.core.$ZodIssue, path: Path, value: unknown): string {
  const { values, options, params = {} } = issue as { values?: unknown[]; options?: unknown[]; params?: IssueParams };
  const isHidden = isSecret(path, value);
  const shown = params.got ?? (isHidden ? 'a hidden value' : showValue(value));
  const slip = suggestion(value, params.known ?? values ?? options ?? []);
  const advice = params.hint ? `; ${params.hint}` : '';
  return `got ${shown}, ${issue.message}${isHidden ? advice : slip || advice || remedyFor(issue, value)}`;
}

/** Texts that would be a value of the type if they were not in quotes. */
const QUOTED: Readonly<Record<string, RegExp>> = { number: /^[-+]?\d+(\.\d+)?$/, boolean: /^(true|false)$/ };

function remedyFor(issue: z.core.$ZodIssue, given: unknown): string {
  const type = issue.code === 'invalid_type' ? issue.expected : '';
  if (given === undefined || typeof given === 'object') return '';
  if (type === 'array') return didYouMean([given]);
  if (typeof given !== 'string') return '';
  if (QUOTED[type]?.test(given)) return '; remove the quotes';
  if (type === 'boolean' && /^(yes|no|on|off)$/i.test(given)) return didYouMean(/^(yes|on)$/i.test(given));
  // A message with an example such as 512Mi asks for bytes.
  return /\d[KMGT]i\b/.test(issue.message) ? repairedQuantity(given) : '';
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => new Map(Object.entries(value ?? {})).get(String(step)), input);
}
