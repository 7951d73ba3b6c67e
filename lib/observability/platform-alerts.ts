import { type AlertTable, critical, isAgent, isScraped, isStore, type Monitored, named, together, warning } from './alert';

const everywhere = () => [{ names: [] }];
const eachJob = (platform: Monitored) => named(platform, isScraped).map((job) => ({ names: [job] }));

/** Containers whose memory is their own: the other stores fill what they are given, and page cache counts with it. */
const growing = ({ workloads }: Monitored) =>
  together(
    workloads
      .filter((workload) => isAgent(workload) || isStore('chroma', workload))
      .flatMap(({ options }) => options.containers.map(({ name }) => name)),
  );

/** The least of each volume. A volume that only Jobs mount is seen while a Job runs: then the last value of the day. */
const volume = (metric: string) => `(
  min by (namespace, persistentvolumeclaim) (${metric}{$})
  or
  min by (namespace, persistentvolumeclaim) (last_over_time(${metric}{$}[25h]))
)`;

/** The share of each volume that is left. */
const FREE = `${volume('kubelet_volume_stats_available_bytes')}
  /
${volume('kubelet_volume_stats_capacity_bytes')}`;

/** What any part of the platform can suffer from. */
export const PLATFORM_ALERTS: AlertTable = {
  TargetDown: {
    ...warning('10m', eachJob),
    expr: 'max by (namespace, job, pod) (up{$job}) == 0\nor\nabsent(up{$job})',
    summary: 'Prometheus cannot scrape a workload.',
    description: '{{ $labels.namespace }}/{{ $labels.job }} is not scraped: alerts on it may not fire.',
  },
  // The guide measures the machine that all containers share.
  ContainerMemoryUsageHigh: {
    ...warning('5m', growing),
    expr: `
max by (namespace, pod, container) (container_memory_working_set_bytes{$container})
  /
max by (namespace, pod, container) (kube_pod_container_resource_limits{$container,resource="memory"})
> $memoryRatio`,
    summary: 'A container is near its memory limit.',
    description:
      '{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory.',
  },
  ContainerOOMKilled: {
    ...warning('0m', everywhere),
    expr: `
max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total{$}[10m])) > 0
and
max by (namespace, pod, container) (kube_pod_container_status_last_terminated_reason{$,reason="OOMKilled"}) == 1`,
    summary: 'A container was killed because its memory was full.',
    description: '{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} reached its memory limit.',
  },
  PodCrashLooping: {
    ...warning('15m', everywhere),
    expr: `
max by (namespace, pod, container) (
  max_over_time(kube_pod_container_status_waiting_reason{$,reason="CrashLoopBackOff"}[5m])
) >= 1`,
    summary: 'A container crashes again and again.',
    description: '{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} is in CrashLoopBackOff.',
  },
  WorkloadNotReady: {
    ...warning('15m', everywhere),
    expr: `
max by (namespace, deployment) (kube_deployment_spec_replicas{$})
  >
max by (namespace, deployment) (kube_deployment_status_replicas_available{$})
or
max by (namespace, statefulset) (kube_statefulset_replicas{$})
  >
max by (namespace, statefulset) (kube_statefulset_status_replicas_ready{$})`,
    summary: 'A workload has fewer ready pods than it should.',
    description: '{{ $labels.namespace }}/{{ $labels.deployment }}{{ $labels.statefulset }} has fewer than {{ $value }} ready pods.',
  },
  // A failed run of a backup stays after the next one has succeeded: BackupTooOld tells more.
  JobFailed: {
    ...warning('1m', ({ backups }) => [{ names: backups.map(({ name }) => name) }]),
    expr: `
max by (namespace, job_name) (kube_job_failed{$,condition="true"}) > 0
unless on (namespace, job_name)
kube_job_owner{$owner_name,owner_kind="CronJob"}`,
    summary: 'A Job failed.',
    description: 'Job {{ $labels.namespace }}/{{ $labels.job_name }} failed and is not tried again.',
  },
  VolumeFillingUp: {
    ...warning('1h', everywhere),
    expr: `
${FREE}
< 0.15
and on (namespace, persistentvolumeclaim)
predict_linear(kubelet_volume_stats_available_bytes{$}[6h], 4 * 86400) < 0`,
    summary: 'A volume will be full within four days.',
    description:
      '{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left and is filling up.',
  },
  VolumeAlmostFull: {
    ...critical('1m', everywhere),
    expr: `${FREE}\n< 0.03`,
    summary: 'A volume is almost full.',
    description: '{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left.',
  },
};
