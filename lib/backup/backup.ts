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

type Script = keyof typeof SCRIPTS;

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
  private readonly options: BackupOptions;
  private readonly scripts: Volume;
  private readonly destination: Destination;

  constructor(scope: Construct, id: string, props: { readonly options: BackupOptions; readonly sources: readonly BackupSource[] }) {
    super(scope, id, { order: 'backup' });
    const { options, sources } = props;
    this.options = options;
    this.destination = destinationOf(this, options);
    this.scripts = configFiles(this, 'backup-scripts', SCRIPTS, { executable: true });
    for (const source of sources) {
      this.dump(source);
      this.restore(source);
    }
    this.schedules = sources.map(({ backupName }) => ({ name: `${backupName}-backup`, schedule: options.schedule }));
  }

  private dump(source: BackupSource): void {
    const { schedule, retention, keepAtLeast } = this.options;
    const files = source.method === 'files' && source.data;
    const script: Script = `dump-${source.method === 'redis-cluster' ? 'redis' : source.method}.sh`;
    const dump = this.step(source, script, files ? { SOURCE: '/source' } : {}, files ? { '/source': files } : {});
    const env = { RETENTION_DAYS: String(Number.parseInt(retention, 10)), KEEP_AT_LEAST: String(keepAtLeast) };
    this.job(source, 'backup', { schedule, deadline: DEADLINE }, [dump, this.transfer(source, 'publish', env)]);
  }

  private restore(source: BackupSource): void {
    const claim = source.data?.kind === 'claim' ? source.data.claimName : undefined;
    // empty: who restores says yes on the Job that he makes of it (docs/backup.md), or the script refuses
    const env = { CONFIRM: '', ...(claim && { TARGET: '/target' }) };
    const restore = this.step(source, `restore-${source.method}.sh`, env, claim ? { '/target': existingClaim('target', claim) } : {});
    const job = { schedule: NEVER, deadline: DEADLINE, retries: 0, suspend: true };
    this.job(source, 'restore', job, [this.transfer(source, 'fetch', { BACKUP: '' }), restore]);
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
  private step(source: BackupSource, script: Script, env: Record<string, string>, mounts: Record<string, Volume>): ContainerOptions {
    const { image = this.options.image, secret, restoreMemory } = source;
    const [name = ''] = script.split('-');
    return {
      name,
      image,
      command: ['sh', `/scripts/${script}`],
      env: { ...source.env, ...(secret && { PASSWORD_FILE: '/secrets/password' }), ...env },
      resources: { ...RESOURCES, ...(name === 'restore' && restoreMemory && { memory: restoreMemory }) },
      mounts: { ...this.folders(source), ...mounts, ...(secret && { '/secrets': secret }) },
    };
  }

  /** The container that talks to the destination. */
  private transfer(source: BackupSource, name: 'publish' | 'fetch', env: Record<string, string>): ContainerOptions {
    const { path, env: access, mounts } = this.destination;
    return {
      name,
      image: this.options.image,
      command: ['sh', `/scripts/${name}.sh`],
      user: RCLONE,
      env: { DESTINATION: path(source.backupName), ...env, HOME: '/tmp', ...access },
      resources: RESOURCES,
      mounts: { ...this.folders(source), ...mounts },
    };
  }

  private folders(source: BackupSource): Record<string, Volume> {
    return { '/work': scratch('work', source.scratch), '/tmp': scratch('tmp', '64Mi'), '/scripts': this.scripts };
  }
}
