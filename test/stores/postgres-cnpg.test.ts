import { IMAGES, service, workloadsOf } from '../../lib/kube';
import { Minio } from '../../lib/stores/minio';
import { ExternalObjectStore, type ExternalObjectStoreProps } from '../../lib/stores/object-store';
import { PostgresCluster } from '../../lib/stores/postgres-cnpg';
import { type PostgresClusterProps, PostgresClusterSchema } from '../../lib/stores/postgres-cnpg-schema';
import { type AllProps, unseenProps } from '../support/all-props';
import { find, type Rendered, rendered, testScope } from '../support/platform';
import { schemaErrors } from '../support/schemas';
import { policyOf } from '../support/workload';
import { consumerOf, toldBy } from './support';

const ARCHIVE = { bucket: 'backups' };
const MEMBERS = { podSelector: { matchLabels: { 'cnpg.io/cluster': 'postgres' } } };
const port = (...ports: number[]) => ports.map((number) => ({ port: number, protocol: 'TCP' }));

function make(props: PostgresClusterProps = {}, context = {}) {
  const scope = testScope(context);
  const store = new PostgresCluster(scope, 'postgres', props);
  return { scope, store, objects: () => rendered(store), cluster: () => find(rendered(store), 'Cluster', 'postgres') };
}

/** With an archive in a store of the platform. */
function archived(props: PostgresClusterProps = {}) {
  const made = make({ archive: ARCHIVE, ...props });
  const minio = new Minio(made.scope, 'minio', { buckets: ['uploads', 'backups'] });
  made.store.archiveTo(minio);
  minio.complete();
  return { ...made, minio };
}

const parameters = (props: PostgresClusterProps, demand = 0): Record<string, string> => {
  const { store, cluster } = make(props);
  consumerOf(store, (consumer) => store.connectFrom(consumer, demand));
  return cluster().spec.postgresql.parameters;
};

describe('postgres that CloudNativePG runs', () => {
  const { store, scope, objects, cluster } = make();

  test('tells where it is by the Secret of the operator, and what signs for it', () => {
    expect(toldBy(store)).toEqual({
      POSTGRES_URL: 'postgres-app.uri',
      POSTGRES_HOST: 'postgres-rw',
      POSTGRES_PORT: '5432',
      POSTGRES_DB: 'aiagent',
      POSTGRES_USER: 'aiagent',
      POSTGRES_PASSWORD: 'postgres-app.password',
      POSTGRES_CA_FILE: '/run/secrets/postgres-ca/ca.crt',
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/run/secrets/postgres-ca/ca.crt',
    });
    // the key of the authority is in the same Secret: agents must not have it
    const source = { secret: { secretName: 'postgres-ca', defaultMode: 0o440, items: [{ key: 'ca.crt', path: 'ca.crt' }] } };
    expect(store.files).toEqual({ '/run/secrets/postgres-ca': { kind: 'files', name: 'postgres-ca', source } });
    expect([store.storeName, store.file, store.maxConnections]).toEqual(['postgres', '20-postgres.yaml', 155]);
  });

  test('needs no Secret of the user, but an operator', () => {
    expect([...scope.context.secrets.values()]).toEqual([
      { name: 'postgres-app', keys: { password: undefined, uri: undefined }, by: 'CloudNativePG' },
      { name: 'postgres-ca', keys: { 'ca.crt': undefined }, by: 'CloudNativePG' },
    ]);
    expect([...scope.context.requirements]).toEqual(['the operator CloudNativePG 1.30 or later in the namespace cnpg-system']);
  });

  test('is a Cluster of three servers that is not pruned, and nothing else', () => {
    expect(objects().map(({ kind }) => kind)).toEqual(['Cluster']);
    expect(cluster().metadata.annotations).toEqual({
      'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    });
    expect(cluster().spec).toEqual({
      instances: 3,
      imageName: IMAGES.cnpgPostgres,
      priorityClassName: 'ai-agent-test-stores',
      bootstrap: { initdb: { database: 'aiagent', owner: 'aiagent', encoding: 'UTF8', dataChecksums: true } },
      storage: { size: '50Gi' },
      resources: { requests: { cpu: '500m', memory: '2Gi' }, limits: { memory: '2Gi' } },
      ephemeralVolumesSizeLimit: { shm: '256Mi' },
      postgresql: {
        parameters: {
          ...{ shared_buffers: '512MB', effective_cache_size: '1024MB', maintenance_work_mem: '102MB', autovacuum_work_mem: '34MB' },
          ...{ max_wal_size: '5120MB', min_wal_size: '80MB', jit: 'off', max_parallel_workers_per_gather: '0' },
          ...{ log_min_duration_statement: '1000', max_connections: '20', work_mem: '18MB' },
        },
        synchronous: { method: 'any', number: 1, dataDurability: 'preferred' },
      },
      affinity: { enablePodAntiAffinity: true, podAntiAffinityType: 'preferred', topologyKey: 'kubernetes.io/hostname' },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { 'cnpg.io/cluster': 'postgres', 'cnpg.io/podRole': 'instance' } },
        },
      ],
      enablePDB: true,
    });
  });

  test('with one server waits for no replica, and lets its node be drained', () => {
    const { spec } = make({ instances: 1 }).cluster();
    expect(spec).toMatchObject({ instances: 1, enablePDB: false });
    expect(spec).not.toHaveProperty('topologySpreadConstraints');
    expect(spec.postgresql).not.toHaveProperty('synchronous');
    expect(make({ synchronous: false }).cluster().spec.postgresql).not.toHaveProperty('synchronous');
  });

  test('is pulled as the platform says', () => {
    const { spec } = make({}, { imagePullSecrets: ['registry'], images: { registry: 'mirror.test', digests: true } }).cluster();
    expect(spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
    expect(spec.imageName).toBe('mirror.test/cloudnative-pg/postgresql:15.19-standard-trixie');
  });

  test('reaches its members and the API server; agents, members and the operator reach it', () => {
    const { store } = make();
    expect(consumerOf(store, (one) => store.connectFrom(one, 4)).egress).toEqual([{ to: [MEMBERS], ports: port(5432) }]);
    expect(policyOf(store.workload)).toEqual({
      podSelector: { matchLabels: { 'cnpg.io/cluster': 'postgres' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cnpg-system' } } }, MEMBERS],
          ports: port(5432, 8000),
        },
        { from: [{ podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/name': 'consumer' }) } }], ports: port(5432) },
      ],
      egress: [
        { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: port(443, 6443) },
        { to: [MEMBERS], ports: port(5432, 8000) },
      ],
    });
  });

  test('runs its scripts in order, as the owner of the database', () => {
    const { objects, cluster } = make({ initScripts: { '2.sql': 'SELECT 2', '1.sql': 'SELECT 1; -- one' }, user: 'owner' });
    const files = find(objects(), 'ConfigMap');
    expect(files.data).toEqual({
      '1.sql': 'SET ROLE owner;\nSELECT 1; -- one\n;RESET ROLE;\n',
      '2.sql': 'SET ROLE owner;\nSELECT 2\n;RESET ROLE;\n',
    });
    const refs = ['1.sql', '2.sql'].map((key) => ({ name: files.metadata.name, key }));
    expect(cluster().spec.bootstrap.initdb.postInitApplicationSQLRefs).toEqual({ configMapRefs: refs });
  });
});

test.each([
  ['1Gi', '10Gi', ['256MB', '512MB', '51MB', '17MB', '1024MB'], '128Mi'],
  ['2Gi', '50Gi', ['512MB', '1024MB', '102MB', '34MB', '5120MB'], '256Mi'],
  ['64Gi', '500Gi', ['16384MB', '32768MB', '3276MB', '1092MB', '8192MB'], '8192Mi'],
])('with %s of memory and a volume of %s it shares out %j', (memory, storage, [buffers, cache, maintenance, vacuum, log], shm) => {
  expect(parameters({ memory, storage })).toMatchObject({
    ...{ shared_buffers: buffers, effective_cache_size: cache, maintenance_work_mem: maintenance },
    ...{ autovacuum_work_mem: vacuum, max_wal_size: log },
  });
  expect(make({ memory }).cluster().spec.ephemeralVolumesSizeLimit).toEqual({ shm });
});

test.each<[PostgresClusterProps, number, string, string]>([
  [{}, 88, '100', '2MB'],
  [{ memory: '1Gi' }, 12, '20', '8MB'],
  [{ memory: '64Gi' }, 900, '920', '12MB'],
  [{ maxConnections: 50 }, 12, '50', '6MB'],
  [{ pooler: {} }, 1000, '60', '5MB'],
])('with %j, agents that may open %d connections get %s, each with %s to sort in', (props, demand, max_connections, work_mem) => {
  expect(parameters(props, demand)).toMatchObject({ max_connections, work_mem });
});

test('a setting of the user takes the place of ours, as a text', () => {
  const own = { work_mem: '32MB', jit: true, random_page_cost: 1.1 };
  expect(parameters({ parameters: own })).toMatchObject({ work_mem: '32MB', jit: 'on', random_page_cost: '1.1' });
});

describe('a pooler', () => {
  const { store, objects, cluster } = make({ pooler: {} });
  const pods = { podSelector: { matchLabels: { 'cnpg.io/poolerName': 'postgres-pooler' } } };

  test('is what agents are told, with the password that the operator made', () => {
    expect(toldBy(store)).toMatchObject({
      POSTGRES_HOST: 'postgres-pooler',
      POSTGRES_URL: 'postgresql://aiagent:$(POSTGRES_PASSWORD)@postgres-pooler:5432/aiagent',
    });
    // the kubelet knows only what stands before
    const names = Object.values(store.variables).map(({ env }) => env);
    expect(names.indexOf('POSTGRES_PASSWORD')).toBeLessThan(names.indexOf('POSTGRES_URL'));
    expect(store.maxConnections).toBe(5000);
  });

  test('pools transactions, with its share of the connections in each pod', () => {
    expect(find(objects(), 'Pooler', 'postgres-pooler').spec).toEqual({
      cluster: { name: 'postgres' },
      instances: 2,
      type: 'rw',
      pgbouncer: {
        poolMode: 'transaction',
        parameters: { default_pool_size: '13', max_client_conn: '5000', max_prepared_statements: '200' },
      },
      template: {
        spec: {
          priorityClassName: 'ai-agent-test-stores',
          affinity: expect.objectContaining({ podAntiAffinity: expect.anything() }),
          containers: [
            {
              name: 'pgbouncer',
              image: IMAGES.cnpgPgbouncer,
              resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '128Mi' } },
            },
          ],
        },
      },
    });
  });

  test('shows a certificate that has its name', () => {
    expect(cluster().spec.certificates).toEqual({
      serverAltDNSNames: ['postgres-pooler', 'postgres-pooler.ai-agent-test', 'postgres-pooler.ai-agent-test.svc'],
    });
    expect(make().cluster().spec).not.toHaveProperty('certificates');
  });

  test('stands between agents and server, which agents do not reach', () => {
    expect(consumerOf(store, (one) => store.connectFrom(one, 4)).egress).toEqual([{ to: [pods], ports: port(5432) }]);
    if (!store.pooler) throw new Error('none');
    expect(policyOf(store.pooler).egress).toEqual([
      { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: port(443, 6443) },
      { to: [MEMBERS], ports: port(5432) },
    ]);
    const server = policyOf(store.workload).ingress.flatMap(({ from }: Rendered['spec']) => from);
    expect(server).toContainEqual(pods);
    expect(JSON.stringify(server)).not.toContain('consumer');
  });
});

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

test('is counted by its own metrics: of servers, and not of jobs or of poolers, where something scrapes', () => {
  const { store } = make({ pooler: {} });
  const { spec, metadata } = service(store.workload, { name: 'metrics', ports: ['metrics'] }).toJson();
  expect(spec).toEqual({
    selector: { 'cnpg.io/cluster': 'postgres', 'cnpg.io/podRole': 'instance' },
    ports: [{ name: 'metrics', port: 9187, targetPort: 'metrics' }],
  });
  // an operator looks for its own Services by its own labels
  expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'postgres', 'app.kubernetes.io/component': 'store' });
  expect(metadata.labels).not.toHaveProperty(['cnpg.io/cluster']);
  const metrics = (context: object) =>
    workloadsOf(make({ pooler: {} }, context).store).map(({ options }) => options.containers[0]?.metrics?.port);
  expect([metrics({}), metrics({ metrics: false })]).toEqual([
    ['metrics', 'metrics'],
    [undefined, undefined],
  ]);
});

test('what it asks of a cluster counts: servers, volumes, archiver', () => {
  const { store } = archived({ instances: 2, pooler: { replicas: 3 } });
  const [server, pooler] = workloadsOf(store);
  expect([server?.replicas.max, pooler?.replicas.max]).toEqual([2, 3]);
  expect(server?.options.containers.map(({ name, resources }) => [name, resources.memory])).toEqual([
    ['postgres', '2Gi'],
    ['plugin-barman-cloud', '256Mi'],
  ]);
});

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
