import type { Construct } from 'constructs';
import type { z } from 'zod';
import {
  type BackupSource,
  claimTemplate,
  configFiles,
  IMAGES,
  memory,
  needSecret,
  type Store,
  scratch,
  secretFiles,
  type Workload,
} from '../kube';
import { EmbeddedStore, type StoreParts } from './embedded';
import { MOST_CLIENTS, pooler } from './postgres-pooler';
import { passwordRotation } from './postgres-rotation';
import { MONITORING, PostgresSchema, SUPERUSER, SUPERUSER_SECRET } from './postgres-schema';
import * as sizing from './postgres-settings';
import aliveScript from './scripts/postgres-alive.sh';
import doneScript from './scripts/postgres-done.sh';
import rolesScript from './scripts/postgres-roles.sh';
import startScript from './scripts/postgres-start.sh';

/** @see PostgresSchema */
export type PostgresProps = z.input<typeof PostgresSchema>;

export const KIND = { storeName: 'postgres', order: '20' } as const;
const PORT = 5432;

/** PostgreSQL 15 in one pod, configured from its memory. @throws InvalidInput if an option is not as {@link PostgresSchema} says */
export class Postgres extends EmbeddedStore<z.output<typeof PostgresSchema>> {
  /** What agents talk to in place of the server. */
  readonly pooler?: Workload;

  constructor(scope: Construct, id: string, props: PostgresProps = {}) {
    super(scope, id, { ...KIND, schema: PostgresSchema }, props);
    const { image: server, database, user: owner, rotation } = this.options;
    const images = { curl: rotation.image, server };
    const secrets = { owner: this.secretName, superuser: this.secretOf(SUPERUSER_SECRET) };
    if (this.options.pooler)
      this.pooler = pooler(this, { ...this.options.pooler, server: this.workload, database, owner, secret: this.secretName });
    this.connectFrom(passwordRotation(this, { images, host: id, database, owner, url: this.url, secrets }));
  }

  override connectFrom(consumer: Workload, connections = 0): void {
    super.connectFrom(consumer, connections);
    // whoever brings a number of connections is an agent; a Secret that is older than the pooler leads it to the server
    if (this.pooler && connections > 0) consumer.connectTo(this.pooler, 'postgres');
  }

  /** How its data is backed up: by the superuser, for whom no table, no extension and no role is hidden or another's. */
  get backup(): BackupSource {
    const { database, storage } = this.options;
    const env = { PGHOST: this.node.id, PGUSER: SUPERUSER, PGDATABASE: database };
    const secret = secretFiles('auth', this.secretOf(SUPERUSER_SECRET), ['password']);
    return this.remoteBackup({ method: 'postgres', env, secret, scratch: storage });
  }

  protected parts(): StoreParts {
    const { id } = this.node;
    const { user, database, initScripts, memory: limit, maxConnections, parameters } = this.options;
    for (const role of [SUPERUSER_SECRET, MONITORING])
      needSecret(this.context, { name: this.secretOf(role), keys: { password: '{random}' } });
    // by TCP: while the image makes the database, a server without TCP answers on the socket
    const ready = { exec: ['pg_isready', '-h', '127.0.0.1', '-p', String(PORT), '-U', user, '-d', database] };
    return {
      variables: variables({ host: this.agentsHost, port: PORT, database, user, secret: this.secretName }),
      maxConnections: this.options.pooler ? MOST_CLIENTS : (maxConnections ?? sizing.mostConnections(limit)) - sizing.HEAD_ROOM,
      user: { uid: 70, gid: 70 },
      // the image stops with SIGINT (fast shutdown), whose last checkpoint takes its time
      drain: { settle: 0, finish: 115 },
      secret: { password: '{random}', url: this.url },
      server: {
        command: ['sh', '/scripts/postgres-start.sh'],
        args: () => this.arguments(),
        env: {
          POSTGRES_DB: database,
          POSTGRES_USER: SUPERUSER,
          POSTGRES_PASSWORD_FILE: '/run/secrets/superuser/password',
          POSTGRES_INITDB_ARGS: '--data-checksums --auth-host=scram-sha-256',
          OWNER: user,
          OWNER_PASSWORD_FILE: '/run/secrets/owner/password',
          MONITORING_PASSWORD_FILE: '/run/secrets/monitoring/password',
          // a folder inside the volume: the volume's root may hold lost+found, which initdb refuses
          PGDATA: '/var/lib/postgresql/data/pgdata',
        },
        ports: { postgres: PORT },
        probes: {
          // recovery after a crash may replay a lot of log: ten minutes
          startup: { check: ready, failures: 60 },
          readiness: { check: ready },
          liveness: { check: { exec: ['sh', '/scripts/postgres-alive.sh'] }, failures: 6 },
        },
        mounts: {
          '/var/lib/postgresql/data': claimTemplate('data', this.options),
          '/etc/postgresql': configFiles(this, `${id}-config`, {
            'postgresql.conf': sizing.configuration(sizing.settings(this.options, parameters)),
            'pg_hba.conf': sizing.ACCESS,
          }),
          '/scripts': configFiles(
            this,
            `${id}-scripts`,
            { 'postgres-start.sh': startScript, 'postgres-alive.sh': aliveScript },
            { executable: true },
          ),
          '/docker-entrypoint-initdb.d': configFiles(this, `${id}-init`, initFiles(user, initScripts), { executable: true }),
          '/run/secrets/owner': secretFiles('owner', this.secretName, ['password']),
          '/run/secrets/superuser': secretFiles('superuser', this.secretOf(SUPERUSER_SECRET), ['password']),
          '/run/secrets/monitoring': secretFiles('monitoring', this.secretOf(MONITORING), ['password']),
          '/var/run/postgresql': scratch('run', '16Mi'),
          '/tmp': scratch('tmp', '128Mi'),
          '/dev/shm': memory('shm', sizing.sharedMemory(limit)),
        },
      },
      exporter: {
        image: IMAGES.postgresExporter,
        port: 9187,
        env: {
          DATA_SOURCE_URI: `127.0.0.1:${PORT}/postgres?sslmode=disable`,
          DATA_SOURCE_USER: MONITORING,
          DATA_SOURCE_PASS: { secret: this.secretOf(MONITORING), key: 'password' },
        },
      },
    };
  }

  private get agentsHost(): string {
    return this.options.pooler ? `${this.node.id}-pooler` : this.node.id;
  }

  /** Address of the database for agents; the password comes from the Secret. */
  private get url(): string {
    const { user, database } = this.options;
    return `postgresql://${user}:{password}@${this.agentsHost}:${PORT}/${database}`;
  }

  /** What follows from the agents, which are connected later; on the command line it is out of reach of ALTER SYSTEM too. */
  private arguments(): string[] {
    const graph = { config_file: '/etc/postgresql/postgresql.conf', ...sizing.connected(this.options, this.demand) };
    return Object.entries(graph).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  /** A Secret of its own for each role that agents know nothing of. */
  private secretOf(role: string): string {
    return `${this.node.id}-${role}`;
  }
}

/** What the image runs when it makes the database, in the order of names. Every file starts as the owner of the database. */
const initFiles = (owner: string, scripts: Readonly<Record<string, string>>): Record<string, string> => ({
  '0-roles.sh': rolesScript,
  ...Object.fromEntries(Object.entries(scripts).map(([name, sql]) => [`1-${name}`, `SET ROLE ${owner}; ${sql}`])),
  '2-done.sh': doneScript,
});

/** What consumers of a PostgreSQL are told. */
export function variables(at: { host: string; port: number; database: string; user: string; secret: string }): Store['variables'] {
  return {
    url: { env: 'POSTGRES_URL', value: { secret: at.secret, key: 'url' } },
    host: { env: 'POSTGRES_HOST', value: at.host },
    port: { env: 'POSTGRES_PORT', value: String(at.port) },
    database: { env: 'POSTGRES_DB', value: at.database },
    user: { env: 'POSTGRES_USER', value: at.user },
    password: { env: 'POSTGRES_PASSWORD', value: { secret: at.secret, key: 'password' } },
  };
}
