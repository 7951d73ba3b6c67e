import { type PostgresClusterProps, PostgresClusterSchema } from '../../lib/stores/postgres-cnpg-schema';
import { type AllProps, unseenProps } from '../support/all-props';
import { find, type Rendered } from '../support/platform';
import { schemaErrors } from '../support/schemas';
import { ARCHIVE, archived, make } from './postgres-cnpg-support';
import { toldBy } from './support';

test('shows every option', () => {
  const given: AllProps<PostgresClusterProps> = {
    ...{ image: 'registry.test/postgres:2', cpu: '510m', memory: '3Gi', storage: '51Gi', storageClass: 'fast' },
    ...{ database: 'agents', user: 'agent_1', maxConnections: 142, instances: 4, synchronous: false },
    ...{ operatorNamespace: 'operators', sslMode: 'verify-ca' },
    initScripts: { '01-tables.sql': 'CREATE TABLE t (id int);' },
    parameters: { random_page_cost: 1.5 },
    pooler: { image: 'registry.test/pgbouncer:4', replicas: 5, connections: 44, cpu: '120m', memory: '130Mi' },
    archive: { bucket: 'backups', folder: 'second', schedule: '17 3 * * *', retention: '19d', cpu: '51m', memory: '257Mi' },
    recovery: { folder: 'first', until: '2026-11-24T02:00:00Z' },
  };
  const { recovery, ...fresh } = given as PostgresClusterProps;
  const made = archived(fresh);
  const before = make().objects();
  made.store.workload.renderNetworkPolicy();
  const after = [...made.objects(), { ...toldBy(made.store) } as unknown as Rendered];
  const explicit = {
    'initScripts.01-tables.sql': () => expect(find(after, 'ConfigMap').data['01-tables.sql']).toContain('\nCREATE TABLE t (id int);\n'),
    'pooler.connections': () => expect(find(after, 'Pooler').spec.pgbouncer.parameters.default_pool_size).toBe('7'),
    synchronous: () => expect(made.cluster().spec.postgresql).not.toHaveProperty('synchronous'),
    'archive.bucket': () => expect(find(after, 'ObjectStore').spec.configuration.destinationPath).toBe('s3://backups/'),
    'archive.schedule': () => expect(find(after, 'ScheduledBackup').spec.schedule).toBe('0 17 3 * * *'),
    recovery: () => {
      const { bootstrap, externalClusters } = archived({ ...fresh, recovery }).cluster().spec;
      expect(bootstrap.recovery.recoveryTarget.targetTime).toBe('2026-11-24T02:00:00Z');
      expect(externalClusters[0].plugin.parameters.serverName).toBe('first');
    },
  };
  const defaults = PostgresClusterSchema.parse({ provider: 'cloudnative-pg' });
  expect(unseenProps({ given, defaults, before, after, explicit })).toEqual([]);
  expect(
    made
      .objects()
      .filter(({ kind }) => kind !== 'ConfigMap')
      .flatMap(schemaErrors),
  ).toEqual([]);
});

const ROLES =
  "expected a name that is not PostgreSQL's or the platform's own: postgres, streaming_replica, cnpg_pooler_pgbouncer, public, none, pg_...";
test.each<[PostgresClusterProps, string]>([
  [{ instances: 0 }, 'instances: got 0, expected at least 1'],
  [{ instances: 10 }, 'instances: got 10, expected at most 9'],
  [{ storage: '1Gi' }, 'storage: got "1Gi", expected at least 2Gi: log for replicas and for the archive take most of that'],
  [{ memory: '64Mi' }, 'memory: got "64Mi", expected at least 113Mi'],
  [{ maxConnections: 164 }, 'maxConnections: got 164, expected at most 163 with memory 2Gi; raise memory to 2050Mi'],
  [{ user: 'streaming_replica' }, `user: got "streaming_replica", ${ROLES}`],
  [{ operatorNamespace: 'CNPG' }, 'operatorNamespace: got "CNPG", expected lower case letters, digits and "-", such as ai-agent'],
  [{ sslMode: 'disable' as 'require' }, 'sslMode: got "disable", expected "require", "verify-ca" or "verify-full"'],
  [{ parameters: { ssl: false } }, 'parameters.ssl: got false, expected none; the operator decides it'],
  [{ parameters: { archive_command: '/bin/true' } }, 'parameters.archive_command: got "/bin/true", expected none; the operator decides it'],
  [
    { parameters: { shared_preload_libraries: 'x' } },
    'parameters.shared_preload_libraries: got "x", expected none; the operator decides it',
  ],
  [{ parameters: { fsync: false } }, 'parameters.fsync: got false, expected none; without it, a crash damages what was acknowledged'],
  [{ archive: { bucket: 'B' } }, 'archive.bucket: got "B", expected a bucket name such as uploads'],
  [{ archive: { ...ARCHIVE, retention: '7' } }, 'archive.retention: got "7", expected days such as 7d'],
  [{ recovery: { folder: 'postgres' } }, 'recovery: got a map, expected an archive beside it'],
  [{ archive: ARCHIVE, recovery: { folder: 'postgres' } }, 'archive.folder: got nothing, expected another folder than that of recovery'],
  [
    { archive: { ...ARCHIVE, folder: 'second' }, recovery: { folder: 'first', until: 'yesterday' } },
    'recovery.until: got "yesterday", expected a time such as 2026-11-24T02:00:00Z',
  ],
])('fails on %j', (props, message) => {
  expect(() => make(props)).toThrow(new Error(`test/postgres.${message}`));
});
