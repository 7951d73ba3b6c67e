import { Backup, type BackupOptions, BackupSchema } from '../../lib/backup';
import { type BackupSource, type PlatformContext, parse, secretFiles, workloadsOf } from '../../lib/kube';
import { makeStore } from './agent';
import { find, podSpec, type Rendered, rendered, testScope } from './platform';

export const CLAIM = {
  provider: 'claim',
  schedule: '30 3 * * *',
  retention: '14d',
  keepAtLeast: 5,
  image: 'registry.test/rclone:1',
};
export const S3 = {
  ...CLAIM,
  provider: 's3',
  endpoint: 'https://s3.example.com',
  bucket: 'backups',
  prefix: 'agents/test',
  region: 'eu-central-1',
  accessKey: { secret: 's3-keys', key: 'id' },
  secretKey: { secret: 's3-keys', key: 'secret' },
};

/** One source of each method, as the stores and agents make them. */
export const SOURCES = {
  postgres: {
    backupName: 'postgres',
    method: 'postgres',
    image: 'registry.test/postgres:15',
    user: { uid: 70, gid: 70 },
    env: { PGHOST: 'postgres', PGUSER: 'aiagent' },
    secret: secretFiles('auth', 'postgres-auth', ['password']),
    scratch: '50Gi',
  },
  redis: {
    backupName: 'redis',
    method: 'redis',
    image: 'registry.test/redis:7',
    user: { uid: 999, gid: 1000 },
    env: { REDIS_HOSTS: 'redis-0.redis redis-1.redis' },
    claim: 'data-redis-0',
    secret: secretFiles('auth', 'redis-auth', ['password']),
    besidePods: { app: 'redis' },
    scratch: '2Gi',
  },
  files: {
    backupName: 'uploads',
    method: 'files',
    user: { uid: 10001, gid: 10001 },
    env: { QUIESCENT: 'true' },
    claim: 'agent-uploads',
    scratch: '20Gi',
  },
} satisfies Record<string, BackupSource>;

/** A backup of sources; their stores are there, and let it in. */
export function makeBackup(options: object, sources: readonly BackupSource[], context: Partial<PlatformContext> = {}) {
  const scope = testScope(context);
  const store = makeStore(scope, 'server');
  const backup = new Backup(scope, 'backup', {
    options: parse(BackupSchema, options, 'it') as BackupOptions,
    sources: sources.map((source) => ({ ...source, connectFrom: source.claim ? undefined : store.connectFrom })),
  });
  for (const workload of workloadsOf(backup)) workload.renderNetworkPolicy();
  const objects = rendered(backup);
  return { scope, backup, objects, job: (name: string) => look(objects, name) };
}

/** A CronJob, its pod and the two containers, with the environment as a map. */
function look(objects: readonly Rendered[], name: string) {
  const cronJob = find(objects, 'CronJob', name);
  const pod = podSpec(cronJob);
  const [first, second] = [...pod.initContainers, ...pod.containers].map((container) => ({
    ...container,
    env: Object.fromEntries(container.env.map(({ name, value, valueFrom }: Rendered['spec']) => [name, value ?? valueFrom.secretKeyRef])),
    mounts: Object.fromEntries(container.volumeMounts.map((mount: Rendered['spec']) => [mount.mountPath, mount.name])),
  }));
  const volumes = Object.fromEntries(pod.volumes.map(({ name, ...volume }: Rendered['spec']) => [name, volume]));
  return { cronJob, pod, first, second, volumes };
}
