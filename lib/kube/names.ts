import { createHash } from 'node:crypto';

/** The labels of every object. Selectors use `name` and `component` only: they never change between versions. */
export const LABEL = {
  name: 'app.kubernetes.io/name',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** Value of `app.kubernetes.io/managed-by`. */
export const MANAGED_BY = 'cdk8s-ai-agent';

/** Label that the API server puts on every namespace: its own name. */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Eight hexadecimal characters that stand for a content: the same content gives the same name on every machine.
 *
 * @param content what the name shall follow; a change of it changes the name
 */
export function contentHash(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 8);
}
