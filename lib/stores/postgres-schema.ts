import { z } from 'zod';
import { amount, byteQuantity, bytes, IMAGES, type IssueParams, identifier, image } from '../kube';
import { PoolerSchema } from './postgres-pooler';
import * as sizing from './postgres-settings';
import { storageFields, storeFields } from './shared';

/** The superuser of the image with its Secret, and the role of the exporter. */
export const SUPERUSER = 'postgres';
export const SUPERUSER_SECRET = 'superuser';
export const MONITORING = 'monitoring';
/** Bytes: an empty database takes 40 MiB, and the log at least as much. */
const LEAST_STORAGE = 256 * 2 ** 20;

/** Fields of every server that runs in the cluster. */
export const serverFields = (image: { image: string; source: string }) => ({
  ...storeFields({ ...image, cpu: '500m', memory: '2Gi' }),
  ...storageFields('50Gi'),
  database: identifier().default('aiagent').describe('Name of the database (guide: POSTGRES_DB).'),
  user: identifier().default('aiagent').describe('Name of the role that owns it and is no superuser (guide: POSTGRES_USER).'),
  maxConnections: z
    .int()
    .min(10)
    .max(sizing.MOST_CONNECTIONS)
    .optional()
    .describe(
      `Connections that the server accepts, ${sizing.HEAD_ROOM} of them not for agents (PostgreSQL: max_connections); if absent, what the agents may open.`,
    ),
  initScripts: z
    .record(z.string().regex(/^[\w.-]+\.sql$/, { error: 'expected a file name such as init.sql' }), z.string())
    .default({})
    .describe('SQL files that run once, when the database is made, as its owner; as the superuser after RESET ROLE (guide: init.sql).'),
  parameters: z
    .record(
      z.string().regex(/^[a-z_]+(\.[a-z_]+)*$/, { error: 'expected a setting such as random_page_cost' }),
      z.union([z.string().regex(/^[^\n\0]*$/, { error: 'expected one line' }), z.number(), z.boolean()]),
    )
    .default({})
    .describe('Further settings of postgresql.conf, in place of those computed from the size.'),
});

/** The field of a PgBouncer. */
export const poolerField = (pooler: typeof PoolerSchema) =>
  pooler.optional().describe('PgBouncer between agents and server: many agents share few connections; none if absent.');

const fields = z.strictObject({
  provider: z.literal('embedded').describe('PostgreSQL in the platform.').default('embedded'),
  ...serverFields({ image: IMAGES.postgres, source: 'guide: postgres:15-alpine' }),
  pooler: poolerField(PoolerSchema),
  rotation: z
    .strictObject({
      image: image().default(IMAGES.curl).describe('Image of its steps at the API server: a shell and curl.'),
    })
    .prefault({})
    .describe('The suspended CronJob that changes the password of the role.'),
});

/** Options of a PostgreSQL in the platform. */
export const PostgresSchema = fields.superRefine(
  serverRules({
    fixed: (name) => sizing.FIXED[name],
    roles: [SUPERUSER, MONITORING],
    least: [LEAST_STORAGE, 'an empty database and its log'],
  }),
  { when: ({ value }) => value !== null },
);

/** In what the rules of one provider differ from another's: settings that are not the user's and why, roles that it makes, its least volume. */
interface ServerRules {
  readonly fixed: (name: string) => string | undefined;
  readonly roles: readonly string[];
  readonly least: readonly [bytes: number, who: string];
}

type ServerOptions = Partial<z.output<z.ZodObject<ReturnType<typeof serverFields>>> & { pooler: z.output<typeof PoolerSchema> }>;

/** What holds between the options of a server, and what cannot work. */
export function serverRules({ fixed, roles, least: [leastStorage, who] }: ServerRules) {
  return (options: ServerOptions, context: z.core.$RefinementCtx): void => {
    const reject = (path: string[], message: string, params?: IssueParams) => context.addIssue({ code: 'custom', path, message, params });
    for (const name of Object.keys(options.parameters ?? {})) {
      const reason = fixed(name);
      if (reason) reject(['parameters', name], 'expected none', { hint: reason });
    }
    for (const name of ['user', 'database'] as const) {
      const reserved = name === 'user' ? [...roles, 'public', 'none'] : ['template0', 'template1'];
      if (reserved.includes(options[name] ?? '') || options[name]?.startsWith('pg_'))
        reject([name], `expected a name that is not PostgreSQL's or the platform's own: ${reserved.join(', ')}, pg_...`);
    }
    const isSize = (text: unknown) => byteQuantity().safeParse(text).success;
    if (isSize(options.storage) && amount(options.storage ?? 0) < leastStorage)
      reject(['storage'], `expected at least ${bytes(leastStorage)}: ${who} take most of that`);
    if (!isSize(options.memory)) return;
    const pooled = options.pooler && sizing.HEAD_ROOM + options.pooler.connections;
    if (pooled && options.maxConnections && options.maxConnections < pooled)
      reject(['maxConnections'], `expected at least ${pooled} with pooler.connections ${options.pooler?.connections}`);
    const [wanted = pooled ?? sizing.HEAD_ROOM + 1, most] = [options.maxConnections, sizing.mostConnections(options.memory ?? 0)];
    if (wanted <= most || wanted > sizing.MOST_CONNECTIONS) return;
    const enough = bytes(sizing.memoryFor(wanted) * 2 ** 20);
    if (options.maxConnections === undefined) reject(['memory'], `expected at least ${enough}`);
    else reject(['maxConnections'], `expected at most ${most} with memory ${options.memory}`, { hint: `raise memory to ${enough}` });
  };
}
