import { type AlertTable, type Monitored, type Subject, together } from './alert';
import { longestGap } from './schedule';

/** Each backup by itself, with the `$age` in seconds that its last success may have: twice the time between two runs. */
const each = ({ backups }: Monitored): Subject[] =>
  backups.map(({ name, schedule }) => ({ names: [name], values: { age: 2 * longestGap(schedule) } }));

/** Backups: the age of the last success counts, not the failure of a run. */
export const BACKUP_ALERTS = {
  // The second half is for a CronJob that has never succeeded: it has no time of success at all.
  BackupTooOld: {
    severity: 'critical',
    for: '15m',
    of: each,
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
    severity: 'critical',
    for: '15m',
    of: each,
    expr: 'absent(kube_cronjob_created{$cronjob})',
    summary: 'A backup does not exist.',
    description: 'No CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} is known to kube-state-metrics.',
  },
  BackupSuspended: {
    severity: 'warning',
    for: '1h',
    of: ({ backups }) => together(backups.map(({ name }) => name)),
    expr: 'max by (namespace, cronjob) (kube_cronjob_spec_suspend{$cronjob}) == 1',
    summary: 'A backup is suspended.',
    description: 'CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} is suspended and makes no backups.',
  },
} satisfies AlertTable;
