import { BackupSchema } from '../../lib/backup';
import { amount, bytes, IMAGES, parse } from '../../lib/kube';
import { CLAIM, makeBackup, SOURCES } from '../support/backup';
import { find } from '../support/platform';

const { postgres, redis, files } = SOURCES;
const all = [postgres, redis, files];
const onClaim = makeBackup(CLAIM, all, { timeZone: 'Asia/Shanghai' });

describe('schedules', () => {
  test('are a backup and a restore of each source', () => {
    expect(onClaim.backup.file).toBe('60-backup.yaml');
    expect(onClaim.objects.flatMap(({ kind, metadata }) => (kind === 'CronJob' ? [metadata.name] : []))).toEqual([
      ...['postgres-backup', 'postgres-restore', 'redis-backup', 'redis-restore', 'uploads-backup', 'uploads-restore'],
    ]);
    expect(onClaim.backup.schedules).toEqual(
      ['postgres-backup', 'redis-backup', 'uploads-backup'].map((name) => ({ name, schedule: '30 3 * * *' })),
    );
  });

  test.each([
    ['uploads-backup', '30 3 * * *', false, 2],
    ['uploads-restore', '@yearly', true, 0],
  ])('%s runs at %p, suspended: %p, with %p further tries', (name, schedule, suspend, backoffLimit) => {
    const { jobTemplate, ...spec } = onClaim.job(name).cronJob.spec;
    expect(spec).toEqual({
      ...{ schedule, suspend, timeZone: 'Asia/Shanghai', concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 3600 },
      ...{ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3 },
    });
    expect(jobTemplate.spec).toMatchObject({ backoffLimit, activeDeadlineSeconds: 21600 });
    expect(onClaim.job(name).pod.restartPolicy).toBe('Never');
  });
});

/** Source, what dumps it, what brings it back: image, command, environment and mounts beside those of every step. */
const STEPS = [
  [
    'postgres',
    'registry.test/postgres:15',
    { PGHOST: 'postgres', PGUSER: 'aiagent', PASSWORD_FILE: '/secrets/password' },
    {},
    { '/secrets': 'auth' },
  ],
  [
    'redis',
    'registry.test/redis:7',
    { REDIS_HOSTS: 'redis-0.redis redis-1.redis', PASSWORD_FILE: '/secrets/password' },
    { claim: 'data-redis-0' },
    { '/secrets': 'auth' },
  ],
  ['files', 'registry.test/rclone:1', { QUIESCENT: 'true' }, { claim: 'agent-uploads' }, {}],
] as const;
const FOLDERS = { '/work': 'work', '/tmp': 'tmp', '/scripts': 'backup-scripts' };

describe.each(STEPS)('%s', (method, image, env, { claim }: { claim?: string }, mounts) => {
  const { backupName, user, scratch } = SOURCES[method];
  const [backup, restore] = ['backup', 'restore'].map((verb) => onClaim.job(`${backupName}-${verb}`)) as [
    ReturnType<typeof onClaim.job>,
    ReturnType<typeof onClaim.job>,
  ];

  test('is dumped with its own tools, as its owner, then published', () => {
    expect(backup.first).toMatchObject({ name: 'dump', image, command: ['sh', `/scripts/dump-${method}.sh`] });
    // Redis is dumped over the network: its volume is for the restore
    const reads = claim && method === 'files';
    expect(backup.first.env).toEqual({ ...env, ...(reads && { SOURCE: '/source' }) });
    expect(backup.first.mounts).toEqual({ ...FOLDERS, ...mounts, ...(reads && { '/source': 'source' }) });
    expect(backup.second).toMatchObject({
      name: 'publish',
      image: 'registry.test/rclone:1',
      command: ['sh', '/scripts/publish.sh'],
    });
    expect(backup.second.env).toEqual({
      DESTINATION: `/backups/${backupName}`,
      RETENTION_DAYS: '14',
      KEEP_AT_LEAST: '5',
      HOME: '/tmp',
    });
    expect(backup.second.mounts).toEqual({ ...FOLDERS, '/backups': 'backups' });
  });

  test('is fetched, then brought back where somebody says yes', () => {
    expect(restore.first).toMatchObject({
      name: 'fetch',
      image: 'registry.test/rclone:1',
      command: ['sh', '/scripts/fetch.sh'],
    });
    expect(restore.first.env).toEqual({ DESTINATION: `/backups/${backupName}`, BACKUP: '', HOME: '/tmp' });
    expect(restore.second).toMatchObject({ name: 'restore', image, command: ['sh', `/scripts/restore-${method}.sh`] });
    expect(restore.second.env).toEqual({ ...env, CONFIRM: '', ...(claim && { TARGET: '/target' }) });
    expect(restore.second.mounts).toEqual({ ...FOLDERS, ...mounts, ...(claim && { '/target': 'target' }) });
    expect(restore.volumes.target).toEqual(claim && { persistentVolumeClaim: { claimName: claim } });
  });

  test('belongs to its owner; every backup to the group of rclone', () => {
    for (const { pod, first, second } of [backup, restore]) {
      expect(pod.securityContext).toMatchObject({ runAsUser: user.uid, runAsGroup: 1009, fsGroup: 1009 });
      // a volume is read as one of its owner's group
      expect(pod.securityContext.supplementalGroups).toEqual(claim ? [user.gid] : undefined);
      for (const { name, securityContext } of [first, second]) {
        const rclone = ['publish', 'fetch'].includes(name) ? 1009 : undefined;
        expect([securityContext.runAsUser, securityContext.runAsGroup]).toEqual([rclone, rclone]);
      }
    }
  });

  test('has room for one dump, which the node must have', () => {
    for (const { volumes, first, second } of [backup, restore]) {
      expect(volumes.work).toEqual({ emptyDir: { sizeLimit: scratch } });
      expect(volumes.tmp).toEqual({ emptyDir: { sizeLimit: '64Mi' } });
      for (const { resources } of [first, second])
        expect(resources.requests).toEqual({ cpu: '100m', memory: '256Mi', 'ephemeral-storage': bytes(amount(scratch) + 64 * 2 ** 20) });
    }
  });
});

test('a dump takes no more of a node than is said; the summary tells of the largest', () => {
  const { job, scope } = makeBackup({ ...CLAIM, scratch: '5Gi' }, all);
  const sizes = ['postgres', 'redis', 'uploads'].map((name) => job(`${name}-backup`).volumes.work.emptyDir.sizeLimit);
  expect(sizes).toEqual(['5Gi', '2Gi', '5Gi']);
  const told = (context: typeof scope.context) => [...context.requirements].filter((text) => text.includes('ephemeral'));
  expect(told(scope.context)).toEqual(['a node with 5Gi of ephemeral storage to spare for backups, or a smaller backup.scratch']);
  expect(told(onClaim.scope.context)).toEqual(['a node with 50Gi of ephemeral storage to spare for backups, or a smaller backup.scratch']);
  expect(told(makeBackup(CLAIM, []).scope.context)).toEqual([]);
});

test('a cluster is dumped like one server, and brought back by servers that hold a shard each', () => {
  const { claim: _, besidePods: __, ...one } = redis;
  const cluster = { ...one, method: 'redis-cluster', restoreMemory: '3Gi' } as const;
  const { job } = makeBackup(CLAIM, [cluster]);
  const [dump, { second: restore }] = [job('redis-backup').first, job('redis-restore')];
  expect([dump.command, restore.command]).toEqual([
    ['sh', '/scripts/dump-redis.sh'],
    ['sh', '/scripts/restore-redis-cluster.sh'],
  ]);
  expect([dump.resources.limits.memory, restore.resources.limits.memory]).toEqual(['256Mi', '3Gi']);
  expect(restore.env).toEqual({ REDIS_HOSTS: redis.env.REDIS_HOSTS, PASSWORD_FILE: '/secrets/password', CONFIRM: '' });
});

test('pods are told from those of stores by their labels', () => {
  expect(onClaim.job('redis-backup').cronJob.metadata.labels).toMatchObject({
    'app.kubernetes.io/name': 'redis-backup',
    'app.kubernetes.io/component': 'backup',
  });
});

test('scripts are executable files of one ConfigMap', () => {
  const map = find(onClaim.objects, 'ConfigMap');
  expect(Object.keys(map.data).sort()).toEqual([
    ...['dump-files.sh', 'dump-postgres.sh', 'dump-redis.sh', 'fetch.sh', 'publish.sh'],
    ...['restore-files.sh', 'restore-postgres.sh', 'restore-redis-cluster.sh', 'restore-redis.sh'],
  ]);
  for (const text of Object.values(map.data)) expect(text).toMatch(/^#!\/bin\/sh\n(.*\n)+$/);
  expect(onClaim.job('redis-backup').volumes['backup-scripts']).toEqual({
    configMap: { name: map.metadata.name, defaultMode: 0o555 },
  });
});

test('a volume of one node is read there; a restore goes where the volume goes', () => {
  const { podAffinity } = onClaim.job('redis-backup').pod.affinity;
  expect(podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchLabels).toEqual({
    app: 'redis',
  });
  for (const name of ['redis-restore', 'uploads-backup']) expect(onClaim.job(name).pod.affinity).toBeUndefined();
  expect(onClaim.job('uploads-backup').volumes.source).toEqual({
    persistentVolumeClaim: { claimName: 'agent-uploads', readOnly: true },
  });
});

test('what is not said is the guide’s', () => {
  expect(parse(BackupSchema, { provider: 'claim' }, 'it')).toEqual({
    provider: 'claim',
    schedule: '0 2 * * *',
    retention: '7d',
    keepAtLeast: 3,
    image: IMAGES.rclone,
    storage: '50Gi',
    accessMode: 'ReadWriteOnce',
  });
});
