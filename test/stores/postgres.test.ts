import { IMAGES } from '../../lib/kube';
import { Postgres, type PostgresProps } from '../../lib/stores/postgres';
import { PostgresSchema } from '../../lib/stores/postgres-schema';
import { type AllProps, unseenProps } from '../support/all-props';
import { find, podSpec, type Rendered, rendered } from '../support/platform';
import { consumerOf, makeStore, toldBy } from './support';

const make = (props: PostgresProps = {}, context = {}) => makeStore(Postgres, 'postgres', props, context);
const settings = (props: PostgresProps): Record<string, string> =>
  Object.fromEntries(
    make(props)
      .file('postgresql.conf')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' = ')),
  );

const passwordOf = (secretName: string) => ({ secret: { secretName, defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] } });

describe('postgres', () => {
  const { store, objects, main, statefulSet, pod, container, env, mounts, claims, secret, file } = make();
  const data = (name: string) => objects.find(({ metadata }) => metadata.name?.startsWith(`postgres-${name}-`))?.data;

  test('tells where it is', () => {
    expect(toldBy(store)).toEqual({
      POSTGRES_URL: 'postgres-auth.url',
      POSTGRES_HOST: 'postgres',
      POSTGRES_PORT: '5432',
      POSTGRES_DB: 'aiagent',
      POSTGRES_USER: 'aiagent',
      POSTGRES_PASSWORD: 'postgres-auth.password',
    });
    expect(secret('postgres-auth')).toEqual({
      password: '{random}',
      url: 'postgresql://aiagent:{password}@postgres:5432/aiagent',
    });
    expect(find(objects, 'Service', 'postgres').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'postgres', port: 5432, targetPort: 'postgres' }],
    });
    expect([store.storeName, store.file]).toEqual(['postgres', '20-postgres.yaml']);
    // what 2Gi bear, without those for superusers, exporter, backup
    expect(store.maxConnections).toBe(155);
  });

  test('starts through the entrypoint of its image, which makes the database', () => {
    expect(main).toMatchObject({
      image: IMAGES.postgres,
      command: ['sh', '/scripts/postgres-start.sh'],
      // with nobody connected: head room in the smallest step
      args: ['-c', 'config_file=/etc/postgresql/postgresql.conf', '-c', 'max_connections=20', '-c', 'work_mem=18MB'],
    });
    expect(file('postgres-start.sh')).toContain('\nexec docker-entrypoint.sh postgres "$@"\n');
    expect(env()).toEqual({
      POSTGRES_DB: 'aiagent',
      POSTGRES_USER: 'postgres',
      POSTGRES_PASSWORD_FILE: '/run/secrets/superuser/password',
      POSTGRES_INITDB_ARGS: '--data-checksums --auth-host=scram-sha-256',
      OWNER: 'aiagent',
      OWNER_PASSWORD_FILE: '/run/secrets/owner/password',
      MONITORING_PASSWORD_FILE: '/run/secrets/monitoring/password',
      PGDATA: '/var/lib/postgresql/data/pgdata',
    });
  });

  test('has a Secret for each role, so that what agents know opens no other', () => {
    for (const role of ['superuser', 'monitoring']) expect(secret(`postgres-${role}`)).toEqual({ password: '{random}' });
    expect(Object.keys(data('init'))).toEqual(['0-roles.sh', '2-done.sh']);
  });

  test('trusts nobody but the superuser inside of the container', () => {
    expect(file('pg_hba.conf').split('\n')).toEqual([
      'local all postgres trust',
      'local all all scram-sha-256',
      'host all monitoring samehost scram-sha-256',
      'host all monitoring all reject',
      'host all all all scram-sha-256',
      '',
    ]);
  });

  test('writes to its volume, and has room for sockets, temporary files and shared memory', () => {
    expect(mounts()).toEqual({
      '/var/lib/postgresql/data': { claim: 'data' },
      '/etc/postgresql': {
        configMap: { name: expect.stringMatching(/^postgres-config-[0-9a-f]{8}$/), defaultMode: 0o444 },
      },
      '/scripts': { configMap: { name: expect.stringMatching(/^postgres-scripts-[0-9a-f]{8}$/), defaultMode: 0o555 } },
      '/docker-entrypoint-initdb.d': { configMap: { name: expect.stringMatching(/^postgres-init-[0-9a-f]{8}$/), defaultMode: 0o555 } },
      '/run/secrets/owner': passwordOf('postgres-auth'),
      '/run/secrets/superuser': passwordOf('postgres-superuser'),
      '/run/secrets/monitoring': passwordOf('postgres-monitoring'),
      '/var/run/postgresql': { emptyDir: { sizeLimit: '16Mi' } },
      '/tmp': { emptyDir: { sizeLimit: '128Mi' } },
      '/dev/shm': { emptyDir: { sizeLimit: '256Mi', medium: 'Memory' } },
    });
    expect(statefulSet.spec).toMatchObject({ replicas: 1, serviceName: 'postgres' });
    expect(claims[0].spec.resources.requests.storage).toBe('50Gi');
    expect(pod.securityContext).toMatchObject({
      ...{ runAsUser: 70, runAsGroup: 70, fsGroup: 70, fsGroupChangePolicy: 'OnRootMismatch' },
    });
    // the last checkpoint takes its time
    expect(pod.terminationGracePeriodSeconds).toBe(120);
  });

  test('is asked by TCP, for on its socket there is a server while the database is made', () => {
    const exec = { command: ['pg_isready', '-h', '127.0.0.1', '-p', '5432', '-U', 'aiagent', '-d', 'aiagent'] };
    expect(main.startupProbe).toMatchObject({ exec, failureThreshold: 60 });
    expect(main.readinessProbe).toMatchObject({ exec, failureThreshold: 3 });
    expect(main.livenessProbe).toMatchObject({ exec: { command: ['sh', '/scripts/postgres-alive.sh'] }, failureThreshold: 6 });
  });

  test('has an exporter where something scrapes', () => {
    expect(container('exporter')).toMatchObject({
      image: IMAGES.postgresExporter,
      ports: [{ name: 'metrics', containerPort: 9187 }],
    });
    expect(env('exporter')).toEqual({
      DATA_SOURCE_URI: '127.0.0.1:5432/postgres?sslmode=disable',
      DATA_SOURCE_USER: 'monitoring',
      DATA_SOURCE_PASS: 'postgres-monitoring.password',
    });
    expect(make({}, { metrics: false }).pod.containers).toHaveLength(1);
  });

  test('is backed up over the network', () => {
    expect(store.backup).toEqual({
      backupName: 'postgres',
      method: 'postgres',
      image: IMAGES.postgres,
      user: { uid: 70, gid: 70 },
      env: { PGHOST: 'postgres', PGUSER: 'postgres', PGDATABASE: 'aiagent' },
      secret: { kind: 'files', name: 'auth', source: passwordOf('postgres-superuser') },
      scratch: '50Gi',
      connectFrom: expect.any(Function),
    });
    const { store: other } = make();
    expect(consumerOf(other, other.backup.connectFrom).egress[0].ports).toEqual([{ protocol: 'TCP', port: 5432 }]);
  });
});

/** Settings on the command line, which follow from the consumers. */
const onCommandLine = (props: PostgresProps, demand = 0): Record<string, string> => {
  const { store } = make(props);
  consumerOf(store, (consumer) => store.connectFrom(consumer, demand));
  const { args } = podSpec(find(rendered(store), 'StatefulSet', 'postgres')).containers[0];
  return Object.fromEntries(args.filter((arg: string) => arg !== '-c').map((arg: string) => arg.split('=')));
};

test.each([
  ['512Mi', '1Gi', ['128MB', '256MB', '25MB', '8MB', '102MB', '80MB', '64Mi']],
  ['1Gi', '10Gi', ['256MB', '512MB', '51MB', '17MB', '1024MB', '80MB', '128Mi']],
  ['2Gi', '50Gi', ['512MB', '1024MB', '102MB', '34MB', '5120MB', '80MB', '256Mi']],
  ['8Gi', '500Gi', ['2048MB', '4096MB', '409MB', '136MB', '8192MB', '80MB', '1024Mi']],
  ['64Gi', '256Mi', ['16384MB', '32768MB', '3276MB', '1092MB', '25MB', '25MB', '8192Mi']],
])('with %s of memory and a volume of %s it shares out %j', (memory, storage, [buffers, cache, maintenance, vacuum, most, least, shm]) => {
  expect(settings({ memory, storage })).toMatchObject({
    shared_buffers: buffers,
    effective_cache_size: cache,
    maintenance_work_mem: maintenance,
    autovacuum_work_mem: vacuum,
    max_wal_size: most,
    min_wal_size: least,
  });
  expect(make({ memory }).mounts()['/dev/shm']).toMatchObject({ emptyDir: { sizeLimit: shm } });
});

test.each([
  // the guide: eleven replicas, four workers, two connections
  ['2Gi', 88, '100', '2MB'],
  ['2Gi', 92, '100', '2MB'],
  ['2Gi', 93, '120', '1MB'],
  ['512Mi', 12, '20', '3MB'],
  // no more than the memory bears
  ['512Mi', 1000, '40', '1MB'],
  ['64Gi', 900, '920', '12MB'],
])('with %s, agents that may open %d connections get %s, each with %s to sort in', (memory, demand, max_connections, work_mem) => {
  expect(onCommandLine({ memory }, demand)).toMatchObject({ max_connections, work_mem });
});

test.each([
  ['256Mi', 12],
  ['512Mi', 32],
  ['1Gi', 73],
  ['2Gi', 155],
  ['64Gi', 992],
])('with %s it promises agents %d connections', (memory, connections) => {
  expect(make({ memory }).store.maxConnections).toBe(connections);
});

test('a number of connections that is given holds, and so does a setting', () => {
  expect(onCommandLine({ memory: '8Gi', maxConnections: 400 }, 88)).toMatchObject({ max_connections: '400', work_mem: '2MB' });
  const { store } = make({ memory: '8Gi', maxConnections: 400 });
  expect(store.maxConnections).toBe(392);
  const own = { work_mem: '32MB', shared_buffers: '1GB', random_page_cost: 1.1, jit: true, search_path: `"$user", 'it''s\\` };
  expect(onCommandLine({ parameters: own })).not.toHaveProperty('work_mem');
  expect(settings({ parameters: own })).toMatchObject({
    ...{ work_mem: '32MB', shared_buffers: '1GB', random_page_cost: '1.1', jit: 'on' },
    search_path: `'"$user", ''it''''s\\\\'`,
  });
});

test('its other settings are the same at every size', () => {
  expect(settings({})).toEqual({
    ...{ listen_addresses: "'*'", port: '5432', hba_file: "'/etc/postgresql/pg_hba.conf'", superuser_reserved_connections: '3' },
    ...{ shared_buffers: '512MB', effective_cache_size: '1024MB', maintenance_work_mem: '102MB', autovacuum_work_mem: '34MB' },
    ...{ max_wal_size: '5120MB', min_wal_size: '80MB', jit: 'off', max_parallel_workers_per_gather: '0' },
    ...{ dynamic_shared_memory_type: "'posix'", password_encryption: "'scram-sha-256'" },
    ...{ log_destination: "'stderr'", log_min_duration_statement: '1000', log_timezone: "'UTC'", timezone: "'UTC'" },
  });
});

describe('a pooler', () => {
  const { store, objects, secret, file } = make({ pooler: {} });

  test('is what agents are told and reach, while backups stay with the server', () => {
    expect(toldBy(store)).toMatchObject({ POSTGRES_HOST: 'postgres-pooler', POSTGRES_PORT: '5432' });
    expect(secret('postgres-auth')?.url).toBe('postgresql://aiagent:{password}@postgres-pooler:5432/aiagent');
    expect(store.backup.env.PGHOST).toBe('postgres');
    const consumer = consumerOf(store, (one) => store.connectFrom(one, 88));
    const pods = consumer.egress[0].to.map(({ podSelector }: Rendered['spec']) => podSelector.matchLabels['app.kubernetes.io/name']);
    expect(pods.sort()).toEqual(['postgres', 'postgres-pooler']);
    const backup = consumerOf(make({ pooler: {} }).store, (one) => store.connectFrom(one));
    expect(backup.egress[0].to).toHaveLength(1);
    store.workload.renderNetworkPolicy();
    const [{ from }] = find(rendered(store), 'NetworkPolicy', 'postgres').spec.ingress;
    expect(from).toContainEqual({ podSelector: { matchLabels: store.pooler?.pods } });
  });

  test('shares its connections among all of its pods, and the server keeps head room beside', () => {
    expect(onCommandLine({ pooler: {} }, 1000)).toMatchObject({ max_connections: '60' });
    expect(file('pgbouncer.ini').split('\n')).toEqual(
      expect.arrayContaining([
        'aiagent = host=postgres port=5432 dbname=aiagent',
        ...['pool_mode = transaction', 'default_pool_size = 13', 'max_prepared_statements = 200', 'auth_type = scram-sha-256'],
      ]),
    );
  });

  test('is drained before it ends, and one pod is always there', () => {
    const pod = podSpec(find(objects, 'Deployment', 'postgres-pooler'));
    expect(pod.terminationGracePeriodSeconds).toBe(75);
    expect(pod.containers[0].lifecycle).toEqual({ preStop: { exec: { command: ['sh', '/scripts/pgbouncer-stop.sh'] } } });
    expect(find(objects, 'PodDisruptionBudget', 'postgres-pooler').spec).toMatchObject({ maxUnavailable: 1 });
  });
});

test('its password is changed by a Job that is suspended, and may patch the Secret of the owner only', () => {
  const { objects } = make();
  const job = find(objects, 'CronJob', 'postgres-rotate');
  expect(job.spec).toMatchObject({ suspend: true, jobTemplate: { spec: { backoffLimit: 3, activeDeadlineSeconds: 600 } } });
  expect(find(objects, 'Role', 'postgres-rotate').rules).toEqual([
    { apiGroups: [''], resources: ['secrets'], verbs: ['patch'], resourceNames: ['postgres-auth'] },
  ]);
  const { initContainers, containers, automountServiceAccountToken } = podSpec(job);
  expect(automountServiceAccountToken).toBe(true);
  const steps = [...initContainers, ...containers];
  expect(steps.map(({ command, image }) => [...command, image])).toEqual([
    ['sh', '/scripts/postgres-rotate.sh', 'prepare', IMAGES.curl],
    ['sh', '/scripts/postgres-rotate.sh', 'alter', IMAGES.postgres],
    ['sh', '/scripts/postgres-rotate.sh', 'publish', IMAGES.curl],
  ]);
  const reads = ({ volumeMounts }: Rendered['spec']) =>
    volumeMounts.map(({ mountPath }: Rendered['spec']) => mountPath).filter((path: string) => path.startsWith('/run/secrets'));
  expect(steps.map(reads)).toEqual([['/run/secrets/owner'], ['/run/secrets/superuser'], ['/run/secrets/owner']]);
});

test('shows every option', () => {
  const given: AllProps<PostgresProps> = {
    ...{ provider: 'embedded', image: 'registry.test/postgres:2', cpu: '510m', memory: '3Gi' },
    ...{ storage: '51Gi', storageClass: 'fast', database: 'agents', user: 'agent_1', maxConnections: 142 },
    initScripts: { '01-tables.sql': 'CREATE TABLE t (id int);' },
    parameters: { random_page_cost: 1.5 },
    rotation: { image: 'registry.test/curl:3' },
    pooler: { image: 'registry.test/pgbouncer:4', replicas: 5, connections: 44, cpu: '120m', memory: '130Mi' },
  };
  const before = make().objects;
  const { objects, store, claims, file, secret } = make(given);
  const runsAsOwner = () => expect(file('1-01-tables.sql')).toBe('SET ROLE agent_1; CREATE TABLE t (id int);');
  const { provider, ...visible } = given;
  expect(provider).toBe('embedded');
  const defaults = PostgresSchema.parse({});
  const explicit = {
    'initScripts.01-tables.sql': runsAsOwner,
    'pooler.replicas': () => expect(find(objects, 'Deployment', 'postgres-pooler').spec.replicas).toBe(5),
    // of five pods, and one more while they roll out
    'pooler.connections': () => expect(file('pgbouncer.ini')).toContain('\ndefault_pool_size = 7\n'),
  };
  expect(unseenProps({ given: visible, defaults, before, after: objects, explicit })).toEqual([]);
  expect(store.maxConnections).toBe(5000);
  expect(store.backup).toMatchObject({
    env: { PGUSER: 'postgres', PGDATABASE: 'agents' },
    scratch: '51Gi',
    image: 'registry.test/postgres:2',
  });
  expect(secret('postgres-auth')?.url).toBe('postgresql://agent_1:{password}@postgres-pooler:5432/agents');
  expect(claims[0].spec).toMatchObject({ storageClassName: 'fast', resources: { requests: { storage: '51Gi' } } });
});

const ROLES = "expected a name that is not PostgreSQL's or the platform's own: postgres, monitoring, public, none, pg_...";
test.each<[PostgresProps, string]>([
  [{ maxConnections: 1001 }, 'maxConnections: got 1001, expected at most 1000'],
  [{ maxConnections: 9 }, 'maxConnections: got 9, expected at least 10'],
  [{ maxConnections: 164 }, 'maxConnections: got 164, expected at most 163 with memory 2Gi; raise memory to 2050Mi'],
  [{ maxConnections: 47, pooler: {} }, 'maxConnections: got 47, expected at least 48 with pooler.connections 40'],
  [{ pooler: { connections: 200 } }, 'memory: got nothing, expected at least 2600Mi'],
  [{ memory: '64Mi' }, 'memory: got "64Mi", expected at least 113Mi'],
  [{ storage: '255Mi' }, 'storage: got "255Mi", expected at least 256Mi: an empty database and its log take most of that'],
  [{ user: 'agent-1' }, 'user: got "agent-1", expected lower case letters, digits and "_", such as aiagent'],
  [{ user: 'postgres' }, `user: got "postgres", ${ROLES}`],
  [{ user: 'pg_agent' }, `user: got "pg_agent", ${ROLES}`],
  [{ initScripts: { 'init.sh': 'id' } }, 'initScripts."init.sh": got "init.sh", expected a file name such as init.sql'],
  [{ parameters: { Port: 1 } }, 'parameters.Port: got "Port", expected a setting such as random_page_cost'],
  [{ parameters: { search_path: 'a\nfsync=off' } }, 'parameters.search_path: got "a\\nfsync=off", expected one line'],
  [
    { parameters: { listen_addresses: '' } },
    'parameters.listen_addresses: got "", expected none; Services, probes and policies are made for it',
  ],
  [{ parameters: { max_connections: 7 } }, 'parameters.max_connections: got 7, expected none; it is the option maxConnections'],
  [{ parameters: { fsync: false } }, 'parameters.fsync: got false, expected none; without it, a crash damages what was acknowledged'],
])('fails on %j', (props, message) => {
  expect(() => make(props)).toThrow(new Error(`test/postgres.${message}`));
});

test('what is wrong in several places is said at once, with a size that is none', () => {
  expect(() => make({ memory: '1GiB', storage: '1Mi', database: 'template0' })).toThrow(
    new Error(
      [
        'test/postgres.memory: got "1GiB", expected a size such as 512Mi or 2Gi; did you mean "1Gi"?',
        `test/postgres.database: got "template0", ${ROLES.replace(/: .*/, ': template0, template1, pg_...')}`,
        'test/postgres.storage: got "1Mi", expected at least 256Mi: an empty database and its log take most of that',
      ].join('\n'),
    ),
  );
});
