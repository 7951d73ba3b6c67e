import { z } from 'zod';
import { InvalidInput, validate } from '../../lib/kube/problems';

export const Provider = z.discriminatedUnion('provider', [
  z.strictObject({ provider: z.literal('embedded'), storage: z.string().optional() }),
  z.strictObject({ provider: z.literal('external'), host: z.string() }),
]);
export const Store = z.enum(['postgres', 'redis', 'memcached']);
export const Use = z.union([Store, z.strictObject({ store: Store, env: z.record(z.string(), z.string()).optional() })]);
export const Agent = z.strictObject({ image: z.string(), replicas: z.int().default(1), uses: z.array(Use).default([]) });
export const Memory = z.string().regex(/^\d+[KMG]i$/, { error: 'expected a memory quantity such as 512Mi or 2Gi' });
export const Label = z.string().regex(/^[a-z-]+$/, { error: 'expected lower case letters and "-"' });
export const range = z.strictObject({ min: z.int().default(1), max: z.int().default(3) });

/** What is given, to which schema, and the whole text that comes of it. */
type ProblemCase = readonly [title: string, schema: z.ZodType, input: unknown, text: string];

export function testProblems(subject: string, cases: readonly ProblemCase[]): void {
  describe(subject, () => {
    test.each(cases)('%s', (_, schema, input, text) => expect(problems(schema, input)).toBe(text));
  });
}

export function problems(schema: z.ZodType, input: unknown): string {
  const outcome = validate(schema, input);
  return outcome.ok ? 'ok' : new InvalidInput('it', outcome.problems).message;
}
