import type { z } from 'zod';
import { either } from './wording';

const ANOTHER_VALUE = 'expected another value';

/** Formats and types in the words of a reader; what is not here is "a" and zod's word. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  ...{ safeint: 'a whole number', boolean: 'true or false', never: 'nothing' },
  ...{ array: 'a list', object: 'a map', record: 'a map' },
};

/**
 * The "expected" part of a problem, for zod to ask while it parses (`safeParse(input, { error: expectation })`): only
 * then is the schema at hand, and zod asks only where the schema has no message of its own.
 */
export function expectation(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') return issue.expected === 'string' ? expectedText(issue) : `expected ${typeName(issue)}`;
  if (issue.code === 'invalid_value') return `expected ${either(issue.values)}`;
  if (issue.code === 'too_small') return `expected ${issue.inclusive ? 'at least' : 'more than'} ${sized(issue.minimum, issue.origin)}`;
  if (issue.code === 'too_big') return `expected ${issue.inclusive ? 'at most' : 'less than'} ${sized(issue.maximum, issue.origin)}`;
  if (issue.code === 'not_multiple_of') return `expected a multiple of ${issue.divisor}`;
  if (issue.code === 'invalid_format' && issue.format === 'regex') return `expected text that matches ${issue.pattern}`;
  if (issue.code === 'invalid_format') return `expected a valid ${issue.format}`;
  if (issue.code === 'unrecognized_keys') return expectedKeys(allowedKeys(issue));
  // an empty message: the branches explain a union
  if (issue.code === 'invalid_union') return Array.isArray(issue.options) ? `expected ${either(issue.options)}` : '';
  return ANOTHER_VALUE;
}

/** The keys among which a key is expected: as text, and read back from it. */
const expectedKeys = (keys: readonly string[]) => `expected ${keys.length > 1 ? 'one of ' : ''}${keys.join(', ') || 'none'}`;
export const keysIn = (expected: string): string[] => expected.replace(/^expected (one of )?/, '').split(', ');

function typeName(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  const keys = allowedKeys(issue);
  if (keys.length > 0) return `a map of ${keys.join(', ')}`;
  const { format = '' } = (issue.inst?._zod.def ?? {}) as { format?: string };
  return TYPE_NAMES[format] ?? TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`;
}

/** What the value would have to meet as a text: the rules for a text say more than its type, such as an example. */
function expectedText({ inst, input }: z.core.$ZodRawIssue): string {
  const isScalar = typeof input === 'number' || typeof input === 'boolean';
  const { success, error } = (inst as z.ZodType).safeParse(isScalar ? String(input) : '', { error: expectation });
  if (success) return isScalar ? 'expected text; put it in quotes' : 'expected text';
  const rule = error.issues.find(({ code, message }) => /format|custom/.test(code) && message !== ANOTHER_VALUE);
  return rule?.message ?? 'expected text';
}

function sized(limit: number | bigint, origin: string): string {
  const unit = { string: ' character', array: ' item' }[origin] ?? '';
  return `${limit}${unit}${unit && limit !== 1 ? 's' : ''}`;
}

/** The keys that a strict object names, or a record whose keys are an enum. */
function allowedKeys({ inst }: z.core.$ZodRawIssue): string[] {
  const def = inst?._zod.def as { shape?: z.core.$ZodShape; keyType?: z.core.$ZodType } | undefined;
  return def?.shape ? Object.keys(def.shape) : [...(def?.keyType?._zod.values ?? [])].filter((key) => typeof key === 'string');
}
