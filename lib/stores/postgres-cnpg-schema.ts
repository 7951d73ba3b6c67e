import { z } from 'zod';
import { byteQuantity, cpuQuantity, cron, days, dnsLabel, IMAGES, image } from '../kube';
import { bucketName } from './object-store';
import { PoolerSchema } from './postgres-pooler';
import { poolerField, serverFields, serverRules } from './postgres-schema';
import { FIXED } from './postgres-settings';

/** Settings that the operator refuses or writes itself (CloudNativePG: fixed parameters). */
const OPERATED =
  /^(allow_system_table_mods|archive_.*|bonjour.*|cluster_name|data_sync_retry|event_source|hot_standby|jit_provider|log_(destination|directory|file_mode|filename|rotation_.*|truncate_on_rotation)|primary_(conninfo|slot_name)|promote_trigger_file|recovery_.*|restart_after_crash|restore_command|shared_preload_libraries|ssl.*|stats_temp_directory|synchronous_standby_names|syslog_.*|unix_socket_.*|wal_level|wal_log_hints)$/;

/** Bytes: the operator keeps 512 MB of log for replicas, and what waits for the archive comes on top. */
const LEAST_STORAGE = 2 * 2 ** 30;

const folder = () => dnsLabel(50);

const ArchiveSchema = z.strictObject({
  bucket: bucketName().describe("Bucket of the platform's object store, which no agent should use."),
  folder: folder().default('postgres').describe('Folder in the bucket. It must be empty when the cluster is made.'),
  schedule: cron().default('0 2 * * *').describe('When base backups are made, in the time zone of the operator, which is UTC as a rule.'),
  retention: days()
    .default('7d')
    .describe('How far back a restore may go; older backups and log are deleted (guide: find -mtime +7 -delete).'),
  cpu: cpuQuantity().default('50m').describe('Cores that the archiver beside each server reserves; there is no limit.'),
  memory: byteQuantity().default('256Mi').describe('Memory that it reserves and is limited to.'),
});

const fields = z.strictObject({
  provider: z.literal('cloudnative-pg').describe('Servers that the operator CloudNativePG runs in the cluster.'),
  ...serverFields({ image: IMAGES.cnpgPostgres, source: 'CloudNativePG: PostgreSQL 15, standard' }),
  instances: z.int().min(1).max(9).default(3).describe('Servers: one that is written to, and replicas of which one takes its place.'),
  synchronous: z
    .boolean()
    .default(true)
    .describe('Whether a commit waits for a replica, as long as one is there: a failover then loses nothing that was acknowledged.'),
  operatorNamespace: dnsLabel(63)
    .default('cnpg-system')
    .describe('Namespace of the operator: only it, and members, see the state of servers.'),
  sslMode: z
    .enum(['require', 'verify-ca', 'verify-full'])
    .default('verify-full')
    .describe("Passed as PGSSLMODE: what agents check of the server's certificate, which the operator's own authority signs."),
  pooler: poolerField(
    PoolerSchema.extend({ image: image().default(IMAGES.cnpgPgbouncer).describe('Container image of PgBouncer, made for the operator.') }),
  ),
  archive: ArchiveSchema.optional().describe(
    "Continuous backup by the operator's Barman Cloud plugin to the object store of the platform; none if absent.",
  ),
  recovery: z
    .strictObject({
      folder: folder().describe('Folder of the archive, in the same bucket, that the cluster was written to.'),
      until: z.iso
        .datetime({ offset: true, error: 'expected a time such as 2026-11-24T02:00:00Z' })
        .optional()
        .describe('Moment that is restored; the latest if absent.'),
    })
    .optional()
    .describe('Makes the cluster from an archive in place of an empty one. Read only when the cluster is made.'),
});

const rules = serverRules({
  fixed: (name) => (OPERATED.test(name) ? 'the operator decides it' : FIXED[name]),
  roles: ['postgres', 'streaming_replica', 'cnpg_pooler_pgbouncer'],
  least: [LEAST_STORAGE, 'log for replicas and for the archive'],
});

/** Options of a PostgreSQL that CloudNativePG runs. */
export const PostgresClusterSchema = fields.superRefine(
  (options, context) => {
    rules(options, context);
    const { archive, recovery } = options;
    if (recovery && !archive)
      context.addIssue({ code: 'custom', path: ['recovery'], message: 'expected an archive beside it', params: { got: 'a map' } });
    if (recovery && archive?.folder === recovery.folder)
      context.addIssue({ code: 'custom', path: ['archive', 'folder'], message: 'expected another folder than that of recovery' });
  },
  { when: ({ value }) => value !== null },
);

/** @see PostgresClusterSchema */
export type PostgresClusterOptions = z.output<typeof PostgresClusterSchema>;
export type PostgresClusterProps = Omit<z.input<typeof PostgresClusterSchema>, 'provider'>;
