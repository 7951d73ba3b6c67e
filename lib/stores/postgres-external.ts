import type { Construct } from 'constructs';
import { z } from 'zod';
import { identifier } from '../kube';
import { ExternalStore, externalFields } from './external';
import { KIND, variables } from './postgres';

/** Options of {@link ExternalPostgres}. */
export const ExternalPostgresSchema = z.strictObject({
  ...externalFields(5432, 'password and url (with sslmode and the password URL-encoded)'),
  database: identifier().default('aiagent').describe('Name of the database.'),
  user: identifier().default('aiagent').describe('Name of the role.'),
  maxConnections: z.int().min(1).default(100).describe('Connections that the server leaves to the platform.'),
});

/** @see ExternalPostgresSchema */
export type ExternalPostgresProps = Omit<z.input<typeof ExternalPostgresSchema>, 'provider'>;

/** The external twin of Postgres. @throws InvalidInput if an option is not as {@link ExternalPostgresSchema} says */
export class ExternalPostgres extends ExternalStore<z.output<typeof ExternalPostgresSchema>> {
  constructor(scope: Construct, id: string, props: ExternalPostgresProps) {
    super(scope, id, { ...KIND, schema: ExternalPostgresSchema, variables }, props);
  }

  get maxConnections(): number {
    return this.options.maxConnections;
  }
}
