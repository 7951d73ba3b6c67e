import { IMAGES } from '../../lib/kube';
import { find } from '../support/platform';
import { make } from './postgres-support';
import { consumerOf, toldBy } from './support';

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
