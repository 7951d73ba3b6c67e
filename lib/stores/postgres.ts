import type { Construct } from 'constructs';
import { z } from 'zod';
import {
  type BackupSource,
  Component,
  type ContainerOptions,
  claimTemplate,
  configFiles,
  identifier,
  mebibytes,
  memory,
  needSecret,
  parse,
  type Store,
  scratch,
  secretFiles,
  service,
  Workload,
} from '../kube';
import { authSecret, defaultProvider, exporter, storageFields, storeFields } from './shared';

/** Options of {@link Postgres}. */
export const PostgresSchema = z.strictObject({
  provider: defaultProvider('embedded', 'PostgreSQL in the platform.'),
  ...storeFields({ image: 'postgres:15.19-alpine', source: 'guide: postgres:15-alpine', cpu: '500m', memory: '2Gi' }),
  ...storageFields({ storage: '50Gi', source: 'the guide names no size' }),
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

const PORT = 5432;
const EXPORTER_IMAGE = 'quay.io/prometheuscommunity/postgres-exporter:v0.20.1';
/** Kept back by the server for superusers (PostgreSQL: superuser_reserved_connections). */
const RESERVED_CONNECTIONS = 3;
const SHARED_MEMORY_SHARE = 1 / 8;

/**
 * PostgreSQL 15: a StatefulSet of one pod, its headless Service and its configuration, computed from its memory.
 *
 * @throws InvalidInput if an option is not as {@link PostgresSchema} says
 */
export class Postgres extends Component implements Store {
  readonly storeName = 'postgres';
  readonly variables: Store['variables'];
  readonly maxConnections: number;
  /** The server's workload. */
  readonly workload: Workload;
  /** How its data is backed up. */
  readonly backup: BackupSource;

  constructor(scope: Construct, id: string, props: PostgresProps = {}) {
    super(scope, id, { order: 'postgres' });
    const options = parse(PostgresSchema, props, this.node.path);
    const auth = authSecret(id, {
      password: '{random}',
      url: `postgresql://${options.user}:{password}@${id}:${PORT}/${options.database}`,
    });
    needSecret(this.context, auth);
    this.maxConnections = options.maxConnections - RESERVED_CONNECTIONS;
    this.variables = {
      url: { env: 'POSTGRES_URL', value: { secret: auth.name, key: 'url' } },
      host: { env: 'POSTGRES_HOST', value: id },
      port: { env: 'POSTGRES_PORT', value: String(PORT) },
      database: { env: 'POSTGRES_DB', value: options.database },
      user: { env: 'POSTGRES_USER', value: options.user },
      password: { env: 'POSTGRES_PASSWORD', value: { secret: auth.name, key: 'password' } },
    };
    const secret = secretFiles('auth', auth.name, ['password']);
    const server: ContainerOptions = {
      name: 'postgres',
      image: options.image,
      // through the image's entrypoint: it makes the database and mends the data folder's mode at every start
      args: ['-c', 'config_file=/etc/postgresql/postgresql.conf'],
      env: {
        POSTGRES_DB: options.database,
        POSTGRES_USER: options.user,
        POSTGRES_PASSWORD_FILE: '/run/secrets/postgres/password',
        POSTGRES_INITDB_ARGS: '--data-checksums --auth-host=scram-sha-256',
        // a folder inside the volume: the volume's root may hold lost+found, which initdb refuses
        PGDATA: '/var/lib/postgresql/data/pgdata',
      },
      ports: { postgres: PORT },
      resources: { cpu: options.cpu, memory: options.memory },
      probes: probes(options.user, options.database),
      mounts: {
        '/var/lib/postgresql/data': claimTemplate('data', options),
        '/etc/postgresql': configFiles(this, `${id}-config`, { 'postgresql.conf': configuration(options) }),
        '/run/secrets/postgres': secret,
        '/var/run/postgresql': scratch('run', '16Mi'),
        '/tmp': scratch('tmp', '128Mi'),
        '/dev/shm': memory('shm', `${mebibytes(options.memory, SHARED_MEMORY_SHARE)}Mi`),
        ...(Object.keys(options.initScripts).length > 0 && {
          '/docker-entrypoint-initdb.d': configFiles(this, `${id}-init`, options.initScripts),
        }),
      },
    };
    this.workload = new Workload(this, {
      kind: 'StatefulSet',
      name: id,
      component: 'store',
      replicas: 1,
      serviceName: id,
      user: { uid: 70, gid: 70 },
      priority: 'stores',
      // the image stops with SIGINT (fast shutdown), whose last checkpoint takes its time
      drain: { settle: 0, finish: 115 },
      containers: [server, ...(this.context.metrics ? [metrics(options.user, auth.name)] : [])],
    });
    service(this.workload, { ports: ['postgres'], headless: true });
    this.backup = {
      backupName: id,
      method: 'postgres',
      image: options.image,
      user: { uid: 70, gid: 70 },
      env: { PGHOST: id, PGUSER: options.user, PGDATABASE: options.database },
      secret,
      scratch: options.storage,
      connectFrom: (consumer) => this.connectFrom(consumer),
    };
  }

  connectFrom(consumer: Workload): void {
    consumer.connectTo(this.workload, 'postgres');
  }
}

/** Shares of the memory limit as the PostgreSQL documentation advises (19.4 Resource Consumption). */
function configuration(options: { memory: string; maxConnections: number }): string {
  const settings = {
    listen_addresses: "'*'",
    port: PORT,
    max_connections: options.maxConnections,
    shared_buffers: `${mebibytes(options.memory, 1 / 4)}MB`,
    effective_cache_size: `${mebibytes(options.memory, 1 / 2)}MB`,
    maintenance_work_mem: `${mebibytes(options.memory, 1 / 20)}MB`,
    // every connection may sort or hash several times: an eighth of the memory is shared by all of them
    work_mem: `${Math.max(1, Math.floor(mebibytes(options.memory, 1 / 8) / options.maxConnections))}MB`,
    dynamic_shared_memory_type: 'posix',
    password_encryption: "'scram-sha-256'",
    log_destination: "'stderr'",
    log_min_duration_statement: '1000',
    log_timezone: "'UTC'",
    timezone: "'UTC'",
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

function probes(user: string, database: string): ContainerOptions['probes'] {
  // by TCP: while the image makes the database, a server without TCP answers on the socket
  const check = { exec: ['pg_isready', '-h', '127.0.0.1', '-p', String(PORT), '-U', user, '-d', database] };
  return {
    // recovery after a crash may replay a lot of log: ten minutes
    startup: { check, failures: 60 },
    readiness: { check },
    liveness: { check, failures: 6 },
  };
}

function metrics(user: string, secret: string): ContainerOptions {
  return exporter({
    image: EXPORTER_IMAGE,
    port: 9187,
    env: {
      DATA_SOURCE_URI: `127.0.0.1:${PORT}/postgres?sslmode=disable`,
      DATA_SOURCE_USER: user,
      DATA_SOURCE_PASS: { secret, key: 'password' },
    },
  });
}
