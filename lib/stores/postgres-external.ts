import type { Construct } from 'constructs';
import { z } from 'zod';
import { identifier, type Store } from '../kube';
import { ExternalStore, externalFields } from './external';
import { KIND, variables } from './postgres';

const fields = z.strictObject({
  ...externalFields(5432, 'password and url (with sslmode and the password URL-encoded)'),
  database: identifier().default('aiagent').describe('Name of the database.'),
  user: identifier().default('aiagent').describe('Name of the role.'),
  maxConnections: z.int().min(1).default(100).describe('Connections that the server leaves to the platform.'),
  sslMode: z
    .enum(['disable', 'require', 'verify-ca', 'verify-full'])
    .optional()
    .describe('Passed as PGSSLMODE: whether it is spoken to by TLS, and what of its certificate is checked; what url says goes first.'),
});

/** Options of {@link ExternalPostgres}. */
export const ExternalPostgresSchema = fields.superRefine(
  ({ sslMode, ca }, context) => {
    if (ca && sslMode === 'disable')
      context.addIssue({ code: 'custom', path: ['sslMode'], message: 'expected verify-full, or no ca beside it' });
  },
  { when: ({ value }) => value !== null },
);

/** @see ExternalPostgresSchema */
export type ExternalPostgresProps = Omit<z.input<typeof ExternalPostgresSchema>, 'provider'>;

/** The external twin of Postgres. @throws InvalidInput if an option is not as {@link ExternalPostgresSchema} says */
export class ExternalPostgres extends ExternalStore<z.output<typeof ExternalPostgresSchema>> {
  constructor(scope: Construct, id: string, props: ExternalPostgresProps) {
    super(
      scope,
      id,
      { ...KIND, schema: ExternalPostgresSchema, variables: (options, caFile) => ({ ...variables(options), ...tls(options, caFile) }) },
      props,
    );
  }

  get maxConnections(): number {
    return this.options.maxConnections;
  }
}

/** What libpq reads. Without an authority of its own, a certificate is checked against the system's (libpq 16: system). */
export function tls({ sslMode }: Pick<z.output<typeof ExternalPostgresSchema>, 'sslMode'>, caFile?: string): Store['variables'] {
  const root = caFile ?? (sslMode?.startsWith('verify') ? 'system' : undefined);
  return {
    ...(sslMode && { sslMode: { env: 'PGSSLMODE', value: sslMode } }),
    ...(root && { sslRootCert: { env: 'PGSSLROOTCERT', value: root } }),
  };
}
