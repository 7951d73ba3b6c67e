import type { Construct } from 'constructs';
import { z } from 'zod';
import {
  type BackupSource,
  claimTemplate,
  configFiles,
  IMAGES,
  identifier,
  mebibytes,
  memory,
  type Store,
  scratch,
  secretFiles,
} from '../kube';
import { EmbeddedStore, type StoreParts } from './embedded';
import { ExternalStore, externalFields } from './external';
import { storageFields, storeFields } from './shared';

/** Options of {@link Postgres}. */
export const PostgresSchema = z.strictObject({
  provider: z.literal('embedded').describe('PostgreSQL in the platform.').default('embedded'),
  ...storeFields({ image: IMAGES.postgres, source: 'guide: postgres:15-alpine', cpu: '500m', memory: '2Gi' }),
  ...storageFields('50Gi'),
  database: identifier().default('aiagent').describe('Name of the database (guide: POSTGRES_DB).'),
  user: identifier().default('aiagent').describe('Name of the role that owns it (guide: POSTGRES_USER).'),
  maxConnections: z
    .int()
    .min(10)
    .max(1000)
    .default(100)
    .describe('Connections that the server accepts, three of them for superusers (PostgreSQL: max_connections).'),
  initScripts: z
    .record(z.string().regex(/^[\w.-]+\.sql$/, { error: 'expected a file name such as init.sql' }), z.string())
    .default({})
    .describe('SQL files that run once, when the database is made (guide: init.sql).'),
});

/** @see PostgresSchema */
export type PostgresProps = z.input<typeof PostgresSchema>;

/** Options of {@link ExternalPostgres}. */
export const ExternalPostgresSchema = z.strictObject({
  ...externalFields(5432, 'password and url (with sslmode and the password URL-encoded)'),
  database: identifier().default('aiagent').describe('Name of the database.'),
  user: identifier().default('aiagent').describe('Name of the role.'),
  maxConnections: z.int().min(1).default(100).describe('Connections that the server leaves to the platform.'),
});

/** @see ExternalPostgresSchema */
export type ExternalPostgresProps = Omit<z.input<typeof ExternalPostgresSchema>, 'provider'>;

const KIND = { storeName: 'postgres', order: '20' } as const;
const PORT = 5432;
/** Kept back by the server for superusers (PostgreSQL: superuser_reserved_connections). */
const RESERVED_CONNECTIONS = 3;

/** PostgreSQL 15 in one pod, configured from its memory. @throws InvalidInput if an option is not as {@link PostgresSchema} says */
export class Postgres extends EmbeddedStore<z.output<typeof PostgresSchema>> {
  constructor(scope: Construct, id: string, props: PostgresProps = {}) {
    super(scope, id, { ...KIND, schema: PostgresSchema }, props);
  }

  /** How its data is backed up. */
  get backup(): BackupSource {
    const { user, database, storage } = this.options;
    const env = { PGHOST: this.node.id, PGUSER: user, PGDATABASE: database };
    return this.remoteBackup({ method: 'postgres', env, scratch: storage });
  }

  protected parts(): StoreParts {
    const { id } = this.node;
    const { user, database, initScripts, maxConnections } = this.options;
    // by TCP: while the image makes the database, a server without TCP answers on the socket
    const check = { exec: ['pg_isready', '-h', '127.0.0.1', '-p', String(PORT), '-U', user, '-d', database] };
    return {
      variables: variables({ host: id, port: PORT, database, user, secret: this.secretName }),
      maxConnections: maxConnections - RESERVED_CONNECTIONS,
      user: { uid: 70, gid: 70 },
      // the image stops with SIGINT (fast shutdown), whose last checkpoint takes its time
      drain: { settle: 0, finish: 115 },
      secret: { password: '{random}', url: `postgresql://${user}:{password}@${id}:${PORT}/${database}` },
      server: {
        // through the image's entrypoint: it makes the database and mends the data folder's mode at every start
        args: ['-c', 'config_file=/etc/postgresql/postgresql.conf'],
        env: {
          POSTGRES_DB: database,
          POSTGRES_USER: user,
          POSTGRES_PASSWORD_FILE: '/run/secrets/postgres/password',
          POSTGRES_INITDB_ARGS: '--data-checksums --auth-host=scram-sha-256',
          // a folder inside the volume: the volume's root may hold lost+found, which initdb refuses
          PGDATA: '/var/lib/postgresql/data/pgdata',
        },
        ports: { postgres: PORT },
        probes: {
          // recovery after a crash may replay a lot of log: ten minutes
          startup: { check, failures: 60 },
          readiness: { check },
          liveness: { check, failures: 6 },
        },
        mounts: {
          '/var/lib/postgresql/data': claimTemplate('data', this.options),
          '/etc/postgresql': configFiles(this, `${id}-config`, { 'postgresql.conf': configuration(this.options) }),
          '/run/secrets/postgres': secretFiles('auth', this.secretName, ['password']),
          '/var/run/postgresql': scratch('run', '16Mi'),
          '/tmp': scratch('tmp', '128Mi'),
          '/dev/shm': memory('shm', `${mebibytes(this.options.memory, 1 / 8)}Mi`),
          ...(Object.keys(initScripts).length > 0 && { '/docker-entrypoint-initdb.d': configFiles(this, `${id}-init`, initScripts) }),
        },
      },
      exporter: {
        image: IMAGES.postgresExporter,
        port: 9187,
        env: {
          DATA_SOURCE_URI: `127.0.0.1:${PORT}/postgres?sslmode=disable`,
          DATA_SOURCE_USER: user,
          DATA_SOURCE_PASS: { secret: this.secretName, key: 'password' },
        },
      },
    };
  }
}

/** The external twin of Postgres. @throws InvalidInput if an option is not as {@link ExternalPostgresSchema} says */
export class ExternalPostgres extends ExternalStore<z.output<typeof ExternalPostgresSchema>> {
  constructor(scope: Construct, id: string, props: ExternalPostgresProps) {
    super(scope, id, { ...KIND, schema: ExternalPostgresSchema, variables }, props);
  }

  get maxConnections(): number {
    return this.options.maxConnections;
  }
}

function variables(at: { host: string; port: number; database: string; user: string; secret: string }): Store['variables'] {
  return {
    url: { env: 'POSTGRES_URL', value: { secret: at.secret, key: 'url' } },
    host: { env: 'POSTGRES_HOST', value: at.host },
    port: { env: 'POSTGRES_PORT', value: String(at.port) },
    database: { env: 'POSTGRES_DB', value: at.database },
    user: { env: 'POSTGRES_USER', value: at.user },
    password: { env: 'POSTGRES_PASSWORD', value: { secret: at.secret, key: 'password' } },
  };
}

/** Shares of the memory limit as the PostgreSQL documentation advises (19.4 Resource Consumption). */
function configuration({ memory, maxConnections }: { memory: string; maxConnections: number }): string {
  // every connection may sort or hash several times: an eighth of the memory is shared by all of them
  const workMemory = Math.max(1, Math.floor(mebibytes(memory, 1 / 8) / maxConnections));
  return `listen_addresses = '*'
port = ${PORT}
max_connections = ${maxConnections}
shared_buffers = ${mebibytes(memory, 1 / 4)}MB
effective_cache_size = ${mebibytes(memory, 1 / 2)}MB
maintenance_work_mem = ${mebibytes(memory, 1 / 20)}MB
work_mem = ${workMemory}MB
dynamic_shared_memory_type = posix
password_encryption = 'scram-sha-256'
log_destination = 'stderr'
log_min_duration_statement = 1000
log_timezone = 'UTC'
timezone = 'UTC'
`;
}
