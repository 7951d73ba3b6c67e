import type { Construct } from 'constructs';
import {
  amount,
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
import * as SCRIPTS from './scripts';

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
  private readonly image: string;
  private readonly scratch?: string;
  private readonly destination: Destination;
  private readonly scripts: Volume;

  constructor(scope: Construct, id: string, props: { readonly options: BackupOptions; readonly sources: readonly BackupSource[] }) {
    super(scope, id, { order: 'backup' });
    const { options, sources } = props;
    const { schedule, retention, keepAtLeast } = options;
    this.image = options.image;
    this.scratch = options.scratch;
    this.destination = destinationOf(this, options);
    this.scripts = configFiles(this, 'backup-scripts', SCRIPTS, { executable: true });
    const keep = { RETENTION_DAYS: String(Number.parseInt(retention, 10)), KEEP_AT_LEAST: String(keepAtLeast) };
    for (const source of sources) {
      this.job(source, 'backup', { schedule, deadline: DEADLINE }, [this.dump(source), this.transfer(source, 'publish.sh', keep)]);
      const byHand = { schedule: NEVER, suspend: true, deadline: DEADLINE, retries: 0 };
      this.job(source, 'restore', byHand, [this.transfer(source, 'fetch.sh', { BACKUP: '' }), this.restore(source)]);
    }
    const largest = sources.map((source) => this.roomFor(source)).sort((a, b) => amount(b) - amount(a))[0];
    if (largest)
      this.context.requirements.add(`a node with ${largest} of ephemeral storage to spare for backups, or a smaller backup.scratch`);
    this.schedules = sources.map(({ backupName }) => ({ name: `${backupName}-backup`, schedule }));
  }

  /** What a dump may take of its node's disk: a generic ephemeral volume would be held by every pod that is kept for its log. */
  private roomFor(source: BackupSource): string {
    const { scratch: most = source.scratch } = this;
    return amount(most) < amount(source.scratch) ? most : source.scratch;
  }

  /** Two containers, one after the other, that share a scratch folder. */
  private job(source: BackupSource, verb: string, job: JobOptions, [first, second]: [ContainerOptions, ContainerOptions]): void {
    const workload = new Workload(this, {
      kind: 'Job',
      name: `${source.backupName}-${verb}`,
      component: 'backup',
      job,
      // a volume that is read stays its owner's: the kubelet gives it to no other group (readOnly), so the pod is in its group
      user: { uid: source.user.uid, gid: RCLONE, groups: source.claim ? [source.user.gid] : undefined },
      besidePods: job.suspend ? undefined : source.besidePods,
      initContainers: [first],
      containers: [second],
    });
    source.connectFrom?.(workload);
    for (const rule of this.destination.egress) workload.allowEgress(rule);
  }

  private dump(source: BackupSource): ContainerOptions {
    const { method, claim } = source;
    // a server is asked for its data over the network
    const data = method === 'files' && claim ? existingClaim('source', claim, true) : undefined;
    return this.step(source, `dump-${method === 'redis-cluster' ? 'redis' : method}.sh`, {}, data);
  }

  private restore(source: BackupSource): ContainerOptions {
    const { method, claim, restoreMemory: memory = RESOURCES.memory } = source;
    const data = claim ? existingClaim('target', claim) : undefined;
    // empty: who restores says yes on the Job that he makes of it (docs/backup.md), or the script refuses
    return { ...this.step(source, `restore-${method}.sh`, { CONFIRM: '' }, data), resources: { ...RESOURCES, memory } };
  }

  /** With the tools of the store. Its data is mounted under the volume's name, and a variable of that name says where. */
  private step(source: BackupSource, script: Script, env: Record<string, string>, data?: Volume): ContainerOptions {
    const { image = this.image, secret } = source;
    const password = secret && { PASSWORD_FILE: '/secrets/password' };
    return this.container(source, script, {
      image,
      env: { ...source.env, ...password, ...env, ...(data && { [data.name.toUpperCase()]: `/${data.name}` }) },
      mounts: { ...(data && { [`/${data.name}`]: data }), ...(secret && { '/secrets': secret }) },
    });
  }

  /** With rclone, which talks to the destination. */
  private transfer(source: BackupSource, script: 'publish.sh' | 'fetch.sh', env: Record<string, string>): ContainerOptions {
    const { path, env: access, mounts } = this.destination;
    const own = { DESTINATION: `${path}/${source.backupName}`, ...env, HOME: '/tmp', ...access };
    return this.container(source, script, { image: this.image, user: RCLONE, env: own, mounts });
  }

  /** A container that runs a script in the folder that it shares with the other one of its Job. */
  private container(source: BackupSource, script: Script, own: Omit<ContainerOptions, 'name' | 'resources'>): ContainerOptions {
    const [name = ''] = script.split(/[-.]/);
    return {
      ...own,
      name,
      command: ['sh', `/scripts/${script}`],
      resources: RESOURCES,
      mounts: {
        '/work': scratch('work', this.roomFor(source), { reserve: true }),
        '/tmp': scratch('tmp', '64Mi'),
        '/scripts': this.scripts,
        ...own.mounts,
      },
    };
  }
}
