import { AGENT_ALERTS } from './agent-alerts';
import { type AlertTable, critical, type Monitored, type Subject, together, warning } from './alert';
import { PLATFORM_ALERTS } from './platform-alerts';
import { longestGap } from './schedule';
import { STORE_ALERTS } from './store-alerts';

/** Each backup by itself, with the `$age` in seconds that its last success may have: twice the time between two runs. */
const each = ({ backups }: Monitored): Subject[] =>
  backups.map(({ name, schedule }) => ({ names: [name], values: { age: 2 * longestGap(schedule) } }));

/** Backups: the age of the last success counts, not the failure of a run. */
const BACKUP_ALERTS: AlertTable = {
  // The second half is for a CronJob that has never succeeded: it has no time of success at all.
  BackupTooOld: {
    ...critical('15m', each),
    expr: `
time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{$cronjob}) > $age
or
(
  time() - max by (namespace, cronjob) (kube_cronjob_created{$cronjob}) > $age
  unless on (namespace, cronjob)
  kube_cronjob_status_last_successful_time{$cronjob}
)`,
    summary: 'A backup has not succeeded for two periods.',
    description: 'Backup {{ $labels.namespace }}/{{ $labels.cronjob }} has not succeeded for {{ $value | humanizeDuration }}.',
  },
  BackupMissing: {
    ...critical('15m', each),
    expr: 'absent(kube_cronjob_created{$cronjob})',
    summary: 'A backup does not exist.',
    description: 'No CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} is known to kube-state-metrics.',
  },
  BackupSuspended: {
    ...warning('1h', ({ backups }) => together(backups.map(({ name }) => name))),
    expr: 'max by (namespace, cronjob) (kube_cronjob_spec_suspend{$cronjob}) == 1',
    summary: 'A backup is suspended.',
    description: 'CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} is suspended and makes no backups.',
  },
};

/** Alerts by group and name. */
export const GROUPS: Readonly<Record<string, AlertTable>> = {
  agents: AGENT_ALERTS,
  stores: STORE_ALERTS,
  backups: BACKUP_ALERTS,
  platform: PLATFORM_ALERTS,
};

/** Names of all alerts. */
export const ALERT_NAMES: readonly string[] = Object.values(GROUPS).flatMap((group) => Object.keys(group));
