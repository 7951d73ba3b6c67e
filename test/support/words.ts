import type { z } from 'zod';
import { InvalidInput, parse } from '../../lib/kube';

/** What a schema takes as it is, and what it refuses, each with the whole text; `$` stands for the value. */
export interface Words {
  readonly schema: z.ZodType;
  readonly accepted: readonly unknown[];
  readonly refused: readonly (readonly [value: unknown, message: string])[];
}

/** Several values that are refused with the same text. */
export function refusals(message: string, ...values: readonly unknown[]): [unknown, string][] {
  return values.map((value) => [value, message]);
}

/** A test for every value that is accepted or refused. */
export function testWords(words: Readonly<Record<string, Words>>): void {
  describe.each(Object.entries(words))('%s', (_, { schema, accepted, refused }) => {
    test.each(accepted.map((value) => ({ value })))('takes $value as it is', ({ value }) => {
      expect(parse(schema, value, 'it')).toEqual(value);
    });

    test.each(refused.map(([value, message]) => ({ value, message })))('refuses $value', ({ value, message }) => {
      const shown = value === undefined ? 'nothing' : JSON.stringify(value);
      let problems = '';
      try {
        parse(schema, value, 'it');
      } catch (error) {
        if (error instanceof InvalidInput) problems = error.message;
      }
      expect(problems).toBe(message.replace('$', () => shown));
    });
  });
}
