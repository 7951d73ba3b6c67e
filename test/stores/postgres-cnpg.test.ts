import { IMAGES, service, workloadsOf } from '../../lib/kube';
import { find } from '../support/platform';
import { policyOf } from '../support/workload';
import { archived, MEMBERS, make, port } from './postgres-cnpg-support';
import { consumerOf, toldBy } from './support';

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
