import { type Cases, NAMESPACE, type Series, series, twice } from './case';

const container = { namespace: NAMESPACE, pod: 'agent-0', container: 'agent' };
const up = (job: string, pod: string, values: string) => series('up', { job, pod }, values);
const JOBS = ['agent', 'postgres', 'redis', 'memcached', 'cluster'];
const others = JOBS.slice(1).map((job) => up(job, `${job}-0`, '1x30'));
const unscraped = (job: string, pod?: string) => ({
  labels: { namespace: NAMESPACE, job, ...(pod && { pod }) },
  description: `ai-agent-test/${job} is not scraped: alerts on it may not fire.`,
});

/** A container of a hundred bytes. */
const memory = (values: string, name = 'agent'): Series => [
  series('container_memory_working_set_bytes', { pod: 'agent-0', container: name, id: '/a' }, values),
  ...twice('kube_pod_container_resource_limits', { pod: 'agent-0', container: name, resource: 'memory' }, '100x30'),
  ...twice('kube_pod_container_resource_limits', { pod: 'agent-0', container: name, resource: 'cpu' }, '200x30'),
];

const killed = (restarts: string, reason: string): Series => [
  ...twice('kube_pod_container_status_restarts_total', { pod: 'agent-0', container: 'agent' }, restarts),
  ...twice('kube_pod_container_status_last_terminated_reason', { pod: 'agent-0', container: 'agent', reason }, '1x60'),
];

const waiting = (reason: string, values: string) =>
  twice('kube_pod_container_status_waiting_reason', { pod: 'agent-0', container: 'agent', reason }, values);

const deployment = (wanted: string, there: string): Series => [
  ...twice('kube_deployment_spec_replicas', { deployment: 'agent' }, wanted),
  ...twice('kube_deployment_status_replicas_available', { deployment: 'agent' }, there),
];

const statefulSet = (wanted: string, there: string): Series => [
  ...twice('kube_statefulset_replicas', { statefulset: 'redis' }, wanted),
  ...twice('kube_statefulset_status_replicas_ready', { statefulset: 'redis' }, there),
];

const failedJob = (job_name: string, owner_name: string): Series => [
  ...twice('kube_job_failed', { job_name, condition: 'true' }, '1x30'),
  ...twice('kube_job_failed', { job_name, condition: 'false' }, '0x30'),
  ...twice('kube_job_owner', { job_name, owner_kind: owner_name ? 'CronJob' : '', owner_name }, '1x30'),
];

export const PLATFORM: Readonly<Record<string, Cases>> = {
  TargetDown: {
    severity: 'warning',
    summary: 'Prometheus cannot scrape a workload.',
    cases: [
      {
        name: 'one pod does not answer for ten minutes',
        series: [...others, up('agent', 'agent-0', '1x30'), up('agent', 'agent-1', '0x30')],
        at: '10m',
        fires: [unscraped('agent', 'agent-1')],
      },
      {
        name: 'no pod of anything answers',
        series: JOBS.map((job) => up(job, `${job}-0`, '0x30')),
        at: '10m',
        fires: JOBS.map((job) => unscraped(job, `${job}-0`)),
      },
      {
        name: 'Prometheus knows no pod of anything',
        series: [up('kube-state-metrics', 'ksm-0', '1x30')],
        at: '10m',
        fires: JOBS.map((job) => unscraped(job)),
      },
      { name: 'for less than that', series: [...others, up('agent', 'agent-0', '0x30')], at: '9m' },
      { name: 'all answer', series: [...others, up('agent', 'agent-0', '1x30')], at: '20m' },
    ],
  },

  ContainerMemoryUsageHigh: {
    severity: 'warning',
    summary: 'A container is near its memory limit.',
    cases: [
      {
        name: 'more than four fifths for five minutes, on a machine that has plenty',
        series: [
          ...memory('81x30'),
          ['node_memory_MemTotal_bytes{instance="n1"}', '1000x30'],
          ['node_memory_MemAvailable_bytes{instance="n1"}', '900x30'],
        ],
        at: '5m',
        fires: [{ labels: container, description: 'agent of ai-agent-test/agent-0 uses 81% of its memory.' }],
      },
      { name: 'for less than that', series: memory('81x30'), at: '4m' },
      { name: 'four fifths exactly', series: memory('80x30'), at: '20m' },
      { name: 'a store that fills what it is given', series: memory('95x30', 'postgres'), at: '20m' },
    ],
  },

  ContainerOOMKilled: {
    severity: 'warning',
    summary: 'A container was killed because its memory was full.',
    cases: [
      {
        name: 'restarted within ten minutes',
        series: killed('0x9 1x50', 'OOMKilled'),
        at: '10m',
        fires: [{ labels: container, description: 'agent of ai-agent-test/agent-0 reached its memory limit.' }],
      },
      { name: 'restarted long ago', series: killed('0x9 1x50', 'OOMKilled'), at: '25m' },
      { name: 'restarted for another reason', series: killed('0x9 1x50', 'Error'), at: '15m' },
    ],
  },

  PodCrashLooping: {
    severity: 'warning',
    summary: 'A container crashes again and again.',
    cases: [
      {
        name: 'for a quarter of an hour, though it runs for a moment now and then',
        series: waiting('CrashLoopBackOff', '1 0x3 1 0x3 1 0x3 1 0x20'),
        at: '15m',
        fires: [{ labels: container, description: 'agent of ai-agent-test/agent-0 is in CrashLoopBackOff.' }],
      },
      { name: 'for less than that', series: waiting('CrashLoopBackOff', '1x30'), at: '14m' },
      { name: 'it waits for something else', series: waiting('ContainerCreating', '1x30'), at: '25m' },
    ],
  },

  WorkloadNotReady: {
    severity: 'warning',
    summary: 'A workload has fewer ready pods than it should.',
    cases: [
      {
        name: 'a Deployment lacks one for a quarter of an hour',
        series: deployment('3x30', '2x30'),
        at: '15m',
        fires: [
          {
            labels: { namespace: NAMESPACE, deployment: 'agent' },
            description: 'ai-agent-test/agent has fewer than 3 ready pods.',
          },
        ],
      },
      {
        name: 'a StatefulSet lacks one',
        series: statefulSet('6x30', '5x30'),
        at: '15m',
        fires: [
          {
            labels: { namespace: NAMESPACE, statefulset: 'redis' },
            description: 'ai-agent-test/redis has fewer than 6 ready pods.',
          },
        ],
      },
      { name: 'for less than that', series: deployment('3x30', '2x30'), at: '14m' },
      {
        name: 'all are ready',
        series: [...deployment('3x30', '3x30'), ...statefulSet('6x30', '6x30')],
        at: '25m',
      },
    ],
  },

  JobFailed: {
    severity: 'warning',
    summary: 'A Job failed.',
    cases: [
      ...['', 'postgres-restore'].map((owner) => ({
        name: owner ? 'a restore' : 'a Job without a CronJob',
        series: failedJob('secrets-1', owner),
        at: '1m',
        fires: [
          {
            labels: { namespace: NAMESPACE, job_name: 'secrets-1' },
            description: 'Job ai-agent-test/secrets-1 failed and is not tried again.',
          },
        ],
      })),
      { name: 'for less than a minute', series: failedJob('secrets-1', ''), at: '0m' },
      { name: 'a backup, which runs again', series: failedJob('postgres-backup-1', 'postgres-backup'), at: '20m' },
      {
        name: 'it succeeded',
        series: [
          ...twice('kube_job_failed', { job_name: 'secrets-1', condition: 'true' }, '0x30'),
          ...twice('kube_job_failed', { job_name: 'secrets-1', condition: 'false' }, '1x30'),
        ],
        at: '20m',
      },
    ],
  },
};
