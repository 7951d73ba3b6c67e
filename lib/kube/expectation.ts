import type { z } from 'zod';
import { either, suggestion } from './wording';

/** Tells a union that has no message, and is explained by its branches, from one that has. */
export const NO_MESSAGE = '';
const ANOTHER_VALUE = 'expected another value';

/** In the words of a reader; what is not here is "a" and zod's word. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  ...{ int: 'a whole number', safeint: 'a whole number', boolean: 'true or false' },
  ...{ array: 'a list', object: 'a map', record: 'a map', never: 'nothing' },
};

/**
 * The "expected" part of a problem, for zod to ask while it parses (`safeParse(input, { error: expectation })`): only
 * then is the schema at hand, and zod asks only where the schema has no message of its own.
 */
export function expectation(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') return expectedType(issue);
  if (issue.code === 'invalid_value') return `expected ${either(issue.values)}`;
  if (issue.code === 'too_small') return `expected ${issue.inclusive ? 'at least' : 'more than'} ${sized(issue.minimum, issue.origin)}`;
  if (issue.code === 'too_big') return `expected ${issue.inclusive ? 'at most' : 'less than'} ${sized(issue.maximum, issue.origin)}`;
  if (issue.code === 'not_multiple_of') return `expected a multiple of ${issue.divisor}`;
  if (issue.code === 'invalid_format')
    return `expected ${issue.format === 'regex' ? `text that matches ${issue.pattern}` : `a valid ${issue.format}`}`;
  if (issue.code === 'unrecognized_keys') return expectedKeys(issue.keys, allowedKeys(issue.inst));
  if (issue.code === 'invalid_union') return Array.isArray(issue.options) ? `expected ${either(issue.options)}` : NO_MESSAGE;
  return ANOTHER_VALUE;
}

function expectedType(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  if (issue.expected === 'string') return expectedText(issue.inst as z.ZodType, issue.input);
  const keys = issue.expected === 'object' ? allowedKeys(issue.inst) : [];
  if (keys.length > 0) return `expected a map of ${keys.join(', ')}`;
  const { format = '' } = (issue.inst?._zod.def ?? {}) as { format?: string };
  return `expected ${TYPE_NAMES[format] ?? TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`}`;
}

/** What the value would have to meet as a text: the rules for a text say more than its type, such as an example. */
function expectedText(schema: z.ZodType, input: unknown): string {
  const isScalar = typeof input === 'number' || typeof input === 'boolean';
  const { success, error } = schema.safeParse(isScalar ? String(input) : '', { error: expectation });
  if (success) return isScalar ? 'expected text; put it in quotes' : 'expected text';
  const rule = error.issues.find(({ code, message }) => /format|custom/.test(code) && message !== ANOTHER_VALUE);
  return rule?.message ?? 'expected text';
}

/** One line for each key, which explain() takes apart. */
function expectedKeys(keys: readonly string[], allowed: readonly string[]): string {
  const expected = `expected ${allowed.length > 1 ? 'one of ' : ''}${allowed.join(', ') || 'none'}`;
  return keys.map((key) => expected + suggestion(key, allowed)).join('\n');
}

function sized(limit: number | bigint, origin: string): string {
  const unit = { string: ' character', array: ' item' }[origin] ?? '';
  return `${limit}${unit}${unit && limit !== 1 ? 's' : ''}`;
}

/** The keys that a strict object names, or a record whose keys are an enum. */
function allowedKeys(inst: z.core.$ZodRawIssue['inst']): string[] {
  const def = inst?._zod.def as { shape?: z.core.$ZodShape; keyType?: z.core.$ZodType } | undefined;
  return def?.shape ? Object.keys(def.shape) : texts([...(def?.keyType?._zod.values ?? [])]);
}

/** The texts among the values. */
export const texts = (values: readonly unknown[]): string[] => values.filter((value) => typeof value === 'string');
