import type { Construct } from 'constructs';
import {
  type BackupSource,
  Component,
  type ContainerOptions,
  configFiles,
  existingClaim,
  type JobOptions,
  type Resources,
  scratch,
  type Volume,
  Workload,
} from '../kube';
import { type Destination, destinationOf } from './destination';
import type { BackupOptions } from './schema';
import dumpFiles from './scripts/dump-files.sh';
import dumpPostgres from './scripts/dump-postgres.sh';
import dumpRedis from './scripts/dump-redis.sh';
import fetch from './scripts/fetch.sh';
import publish from './scripts/publish.sh';
import restoreFiles from './scripts/restore-files.sh';
import restorePostgres from './scripts/restore-postgres.sh';
import restoreRedis from './scripts/restore-redis.sh';
import restoreRedisCluster from './scripts/restore-redis-cluster.sh';

const SCRIPTS = {
  'dump-files.sh': dumpFiles,
  'dump-postgres.sh': dumpPostgres,
  'dump-redis.sh': dumpRedis,
  'fetch.sh': fetch,
  'publish.sh': publish,
  'restore-files.sh': restoreFiles,
  'restore-postgres.sh': restorePostgres,
  'restore-redis.sh': restoreRedis,
  'restore-redis-cluster.sh': restoreRedisCluster,
};

/** Which of them a store needs. */
const SCRIPT: Readonly<Record<BackupSource['method'], Readonly<Record<'dump' | 'restore', keyof typeof SCRIPTS>>>> = {
  files: { dump: 'dump-files.sh', restore: 'restore-files.sh' },
  postgres: { dump: 'dump-postgres.sh', restore: 'restore-postgres.sh' },
  redis: { dump: 'dump-redis.sh', restore: 'restore-redis.sh' },
  'redis-cluster': { dump: 'dump-redis.sh', restore: 'restore-redis-cluster.sh' },
};

/** The rclone user of rclone/rclone. Its group owns every backup, whichever store it came from. */
const RCLONE = 1009;
const RESOURCES: Resources = { cpu: '100m', memory: '256Mi' };
/** Six hours: a backup that takes longer has met a fault. */
const DEADLINE = 6 * 3600;
/** A schedule that is never used: restores are suspended and started by hand. */
const NEVER = '@yearly';

/**
 * For each source a CronJob that dumps, verifies, publishes by rename and only then prunes, and a suspended one that
 * restores. docs/backup.md says how to run a restore.
 */
export class Backup extends Component {
  /** CronJobs that run by themselves, for the alert on a backup's age. */
  readonly schedules: readonly { readonly name: string; readonly schedule: string }[];
  private readonly scripts: Volume;
  private readonly destination: Destination;

  constructor(scope: Construct, id: string, props: { readonly options: BackupOptions; readonly sources: readonly BackupSource[] }) {
    super(scope, id, { order: 'backup' });
    const { options, sources } = props;
    this.destination = destinationOf(this, options);
    this.scripts = configFiles(this, 'backup-scripts', SCRIPTS, { executable: true });
    this.schedules = sources.map((source) => {
      this.dump(source, options);
      this.restore(source, options);
      return { name: `${source.backupName}-backup`, schedule: options.schedule };
    });
  }

  private dump(source: BackupSource, options: BackupOptions): void {
    const files = source.method === 'files' && source.data;
    const dump = this.step(source, 'dump', options.image, files ? { SOURCE: '/source' } : {}, {
      ...(files && { '/source': files }),
    });
    const publishing = this.transfer(source, 'publish.sh', options.image, {
      RETENTION_DAYS: String(Number.parseInt(options.retention, 10)),
      KEEP_AT_LEAST: String(options.keepAtLeast),
    });
    this.job(source, 'backup', { schedule: options.schedule, deadline: DEADLINE }, [dump, publishing]);
  }

  private restore(source: BackupSource, options: BackupOptions): void {
    const claim = source.data?.kind === 'claim' ? source.data.claimName : undefined;
    const target: Record<string, Volume> = claim ? { '/target': existingClaim('target', claim) } : {};
    // empty: who restores says yes on the Job that he makes of it (docs/backup.md), or the script refuses
    const env = { CONFIRM: '', ...(claim && { TARGET: '/target' }) };
    const restoring = this.step(source, 'restore', options.image, env, target);
    const fetching = this.transfer(source, 'fetch.sh', options.image, { BACKUP: '' });
    const job = { schedule: NEVER, deadline: DEADLINE, retries: 0, suspend: true };
    this.job(source, 'restore', job, [fetching, restoring]);
  }

  /** Two containers, one after the other, that share a scratch folder. */
  private job(source: BackupSource, verb: string, job: JobOptions, [first, second]: [ContainerOptions, ContainerOptions]): void {
    const workload = new Workload(this, {
      kind: 'Job',
      name: `${source.backupName}-${verb}`,
      component: 'backup',
      job,
      user: { uid: source.user.uid, gid: RCLONE },
      besidePods: job.suspend ? undefined : source.besidePods,
      initContainers: [first],
      containers: [second],
    });
    source.connectFrom?.(workload);
    for (const rule of this.destination.egress) workload.allowEgress(rule);
  }

  /** A container with the tools of the store. */
  private step(
    source: BackupSource,
    verb: 'dump' | 'restore',
    image: string,
    env: Readonly<Record<string, string>>,
    mounts: Readonly<Record<string, Volume>>,
  ): ContainerOptions {
    return {
      name: verb,
      image: source.image ?? image,
      command: ['sh', `/scripts/${SCRIPT[source.method][verb]}`],
      env: { ...source.env, ...(source.secret && { PASSWORD_FILE: '/secrets/password' }), ...env },
      resources: verb === 'restore' && source.restoreMemory ? { ...RESOURCES, memory: source.restoreMemory } : RESOURCES,
      mounts: { ...this.folders(source), ...mounts, ...(source.secret && { '/secrets': source.secret }) },
    };
  }

  /** The container that talks to the destination. */
  private transfer(
    source: BackupSource,
    script: 'publish.sh' | 'fetch.sh',
    image: string,
    env: Readonly<Record<string, string>>,
  ): ContainerOptions {
    return {
      name: script.slice(0, -'.sh'.length),
      image,
      command: ['sh', `/scripts/${script}`],
      user: RCLONE,
      env: { DESTINATION: this.destination.path(source.backupName), ...env, HOME: '/tmp', ...this.destination.env },
      resources: RESOURCES,
      mounts: { ...this.folders(source), ...this.destination.mounts },
    };
  }

  private folders(source: BackupSource): Readonly<Record<string, Volume>> {
    return { '/work': scratch('work', source.scratch), '/tmp': scratch('tmp', '64Mi'), '/scripts': this.scripts };
  }
}
