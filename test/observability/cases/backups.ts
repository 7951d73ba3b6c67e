import { type Cases, NAMESPACE, twice } from './case';

const cronjob = (name: string) => ({ namespace: NAMESPACE, cronjob: name });
const created = (name: string, values: string) => twice('kube_cronjob_created', { cronjob: name }, values);
const succeeded = (name: string, values: string) => twice('kube_cronjob_status_last_successful_time', { cronjob: name }, values);
const suspended = (name: string, values: string) => twice('kube_cronjob_spec_suspend', { cronjob: name }, values);

const old = (name: string, age: string) => [
  { labels: cronjob(name), description: `Backup ai-agent-test/${name} has not succeeded for ${age}.` },
];

// five minutes from one value to the next: 288 a day
const common = { interval: '5m' };

export const BACKUPS: Readonly<Record<string, Cases>> = {
  BackupTooOld: {
    severity: 'critical',
    summary: 'A backup has not succeeded for two periods.',
    cases: [
      {
        ...common,
        name: 'a nightly backup succeeded once, at 01:00, then never again',
        series: [...created('postgres-backup', '300x1440'), ...succeeded('postgres-backup', '3600x1440')],
        at: '49h20m',
        fires: old('postgres-backup', '2d 0h 20m 0s'),
      },
      {
        ...common,
        name: 'for less than a quarter of an hour',
        series: [...created('postgres-backup', '300x1440'), ...succeeded('postgres-backup', '3600x1440')],
        at: '49h15m',
      },
      {
        ...common,
        name: 'it never succeeded',
        series: created('postgres-backup', '300x1440'),
        at: '48h25m',
        fires: old('postgres-backup', '2d 0h 20m 0s'),
      },
      { ...common, name: 'it is new', series: created('postgres-backup', '300x1440'), at: '48h20m' },
      {
        ...common,
        name: 'a failure in between does not matter',
        series: [...created('postgres-backup', '300x1440'), ...succeeded('postgres-backup', '3600x575 176400x800')],
        at: '72h',
      },
      {
        ...common,
        name: 'a weekly backup succeeded once, then never again',
        series: [...created('chroma-backup', '300x6000'), ...succeeded('chroma-backup', '3600x6000')],
        at: '337h20m',
        fires: old('chroma-backup', '14d 0h 20m 0s'),
      },
      {
        ...common,
        name: 'it never succeeded either',
        series: created('chroma-backup', '300x6000'),
        at: '336h25m',
        fires: old('chroma-backup', '14d 0h 20m 0s'),
      },
      {
        ...common,
        name: 'it may be older than a nightly one',
        series: [...created('chroma-backup', '300x6000'), ...succeeded('chroma-backup', '3600x6000')],
        at: '337h15m',
      },
      { ...common, name: 'it is new too', series: created('chroma-backup', '300x6000'), at: '336h20m' },
      {
        ...common,
        name: 'a restore never runs by itself',
        series: created('postgres-restore', '300x6000'),
        at: '400h',
      },
    ],
  },

  BackupMissing: {
    severity: 'critical',
    summary: 'A backup does not exist.',
    cases: [
      {
        name: 'one of two was deleted',
        series: created('chroma-backup', '0x60'),
        at: '15m',
        fires: [
          {
            labels: cronjob('postgres-backup'),
            description: 'No CronJob ai-agent-test/postgres-backup is known to kube-state-metrics.',
          },
        ],
      },
      {
        name: 'both were deleted',
        series: created('postgres-restore', '0x60'),
        at: '15m',
        fires: ['postgres-backup', 'chroma-backup'].map((name) => ({
          labels: cronjob(name),
          description: `No CronJob ai-agent-test/${name} is known to kube-state-metrics.`,
        })),
      },
      { name: 'for less than a quarter of an hour', series: created('chroma-backup', '0x60'), at: '14m' },
      {
        name: 'both are there',
        series: [...created('chroma-backup', '0x60'), ...created('postgres-backup', '0x60')],
        at: '30m',
      },
    ],
  },

  BackupSuspended: {
    severity: 'warning',
    summary: 'A backup is suspended.',
    cases: [
      {
        name: 'for an hour',
        series: suspended('postgres-backup', '1x90'),
        at: '60m',
        fires: [
          {
            labels: cronjob('postgres-backup'),
            description: 'CronJob ai-agent-test/postgres-backup is suspended and makes no backups.',
          },
        ],
      },
      { name: 'for less than an hour', series: suspended('postgres-backup', '1x90'), at: '59m' },
      { name: 'not at all', series: suspended('postgres-backup', '0x90'), at: '80m' },
      { name: 'a restore is meant to be', series: suspended('postgres-restore', '1x90'), at: '80m' },
    ],
  },
};
