import { Minio } from '../../lib/stores/minio';
import { ExternalObjectStore, type ExternalObjectStoreProps } from '../../lib/stores/object-store';
import { find, type Rendered, rendered, testScope } from '../support/platform';
import { policyOf } from '../support/workload';
import { ARCHIVE, archived, MEMBERS, make, port } from './postgres-cnpg-support';

describe('an archive', () => {
  test('goes to the store of the platform, by a key of its own for its bucket', () => {
    const { objects, cluster, scope, minio, store } = archived();
    expect(find(objects(), 'ObjectStore', 'postgres-archive').spec).toEqual({
      retentionPolicy: '7d',
      configuration: {
        destinationPath: 's3://backups/',
        endpointURL: 'http://minio:9000',
        s3Credentials: {
          accessKeyId: { name: 'minio-postgres-key', key: 'user' },
          secretAccessKey: { name: 'minio-postgres-key', key: 'password' },
        },
        wal: { compression: 'gzip' },
        data: { compression: 'gzip' },
      },
      instanceSidecarConfiguration: {
        env: [
          { name: 'AWS_DEFAULT_REGION', value: 'us-east-1' },
          { name: 'AWS_REQUEST_CHECKSUM_CALCULATION', value: 'when_required' },
          { name: 'AWS_RESPONSE_CHECKSUM_VALIDATION', value: 'when_required' },
        ],
        resources: { requests: { cpu: '50m', memory: '256Mi' }, limits: { memory: '256Mi' } },
      },
    });
    expect(cluster().spec.plugins).toEqual([
      {
        name: 'barman-cloud.cloudnative-pg.io',
        isWALArchiver: true,
        parameters: { barmanObjectName: 'postgres-archive', serverName: 'postgres' },
      },
    ]);
    expect(scope.context.secrets.get('minio-postgres-key')?.keys).toEqual({ user: 'consumer-postgres', password: '{random}' });
    const setup = rendered(minio).find(({ kind, data }) => kind === 'ConfigMap' && data['postgres.policy.json']);
    const { Statement } = JSON.parse(setup?.data['postgres.policy.json']);
    expect(Statement.map(({ Effect, Resource }: Rendered['spec']) => [Effect, Resource])).toEqual([
      ['Allow', ['arn:aws:s3:::backups']],
      ['Allow', ['arn:aws:s3:::backups/*']],
      ['Deny', undefined],
    ]);
    expect(policyOf(store.workload).egress).toContainEqual({
      to: [{ podSelector: { matchLabels: minio.workload.pods } }],
      ports: port(9000),
    });
    expect(policyOf(minio.workload).ingress[0].from).toContainEqual(MEMBERS);
    expect([...scope.context.requirements].join()).toContain('cnpg-system, and its Barman Cloud plugin');
    expect([store.isArchived, make().store.isArchived]).toEqual([true, false]);
  });

  test.each([
    ['0 2 * * *', '0 0 2 * * *'],
    ['*/30 1 * * mon-fri', '0 */30 1 * * mon-fri'],
    ['@daily', '@daily'],
  ])('has a base backup at once, and at %s, which the operator calls %s', (schedule, theirs) => {
    const { objects } = archived({ archive: { ...ARCHIVE, schedule } });
    expect(find(objects(), 'ScheduledBackup', 'postgres-backup').spec).toEqual({
      cluster: { name: 'postgres' },
      immediate: true,
      schedule: theirs,
      backupOwnerReference: 'self',
      method: 'plugin',
      pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
    });
  });

  const external = (props: Partial<ExternalObjectStoreProps>) => {
    const made = make({ archive: ARCHIVE });
    const common = { host: 's3.example.com', bucket: 'backups', region: 'eu-west-1', cidrs: ['203.0.113.0/24'] };
    made.store.archiveTo(new ExternalObjectStore(made.scope, 'minio', { ...common, ...props }));
    return { ...made, spec: find(made.objects(), 'ObjectStore').spec, egress: policyOf(made.store.workload).egress };
  };

  test('goes to a store outside, with its key and its certificate', () => {
    const { spec, egress, scope } = external({ secret: 's3', ca: { secret: 'authority', key: 'root.crt' }, pathStyle: false });
    expect(spec.configuration).toMatchObject({
      endpointURL: 'https://s3.example.com:443',
      endpointCA: { name: 'authority', key: 'root.crt' },
      s3Credentials: { accessKeyId: { name: 's3', key: 'user' }, secretAccessKey: { name: 's3', key: 'password' } },
    });
    expect(spec.instanceSidecarConfiguration.env[0]).toEqual({ name: 'AWS_DEFAULT_REGION', value: 'eu-west-1' });
    expect(egress).toContainEqual({ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: port(443) });
    expect([...scope.context.approximations]).toEqual([
      'postgres-archive: the bucket is in the path, as Barman has it where an endpoint is given',
    ]);
  });

  test('goes there as who the cloud knows the servers by', () => {
    const identity = {
      annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/db' },
      labels: { 'azure.workload.identity/use': 'true' },
    };
    const { spec, cluster } = external({ identity });
    expect(spec.configuration.s3Credentials).toEqual({ inheritFromIAMRole: true });
    expect(spec.configuration).not.toHaveProperty('endpointCA');
    expect(cluster().spec).toMatchObject({
      serviceAccountTemplate: { metadata: { annotations: identity.annotations } },
      inheritedMetadata: { labels: identity.labels },
    });
  });

  test('is what another cluster is made from', () => {
    const { cluster } = archived({
      archive: { ...ARCHIVE, folder: 'postgres-2' },
      recovery: { folder: 'postgres', until: '2026-11-24T02:00:00Z' },
    });
    expect(cluster().spec.bootstrap).toEqual({
      recovery: { source: 'origin', database: 'aiagent', owner: 'aiagent', recoveryTarget: { targetTime: '2026-11-24T02:00:00Z' } },
    });
    const plugin = (serverName: string) => ({
      name: 'barman-cloud.cloudnative-pg.io',
      parameters: { barmanObjectName: 'postgres-archive', serverName },
    });
    expect(cluster().spec.externalClusters).toEqual([{ name: 'origin', plugin: plugin('postgres') }]);
    expect(cluster().spec.plugins).toEqual([{ ...plugin('postgres-2'), isWALArchiver: true }]);
    const latest = archived({ archive: { ...ARCHIVE, folder: 'postgres-2' }, recovery: { folder: 'postgres' } });
    expect(latest.cluster().spec.bootstrap.recovery).not.toHaveProperty('recoveryTarget');
  });

  test('needs a store with its bucket', () => {
    const { scope, store } = make({ archive: ARCHIVE });
    expect(() => store.archiveTo(new Minio(scope, 'minio', { buckets: ['uploads'] }))).toThrow(
      new Error('test/postgres.archive.bucket: got "backups", expected one of the buckets: uploads'),
    );
    expect(() => make({ archive: ARCHIVE }).store.complete()).toThrow(
      new Error('test/postgres.archive: got no object store, expected one; call archiveTo(store)'),
    );
    expect(() => make().store.archiveTo(new Minio(testScope(), 'minio', {}))).toThrow(
      new Error('test/postgres.archive: got nothing, expected a map with a bucket'),
    );
  });
});
