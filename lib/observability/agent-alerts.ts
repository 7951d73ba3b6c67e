import { type AlertTable, critical, isAgent, isScraped, type Monitored, named, type Subject, together, warning } from './alert';

const agents = (platform: Monitored) => together(named(platform, isAgent));
const autoscaled = (platform: Monitored) => together(named(platform, ({ replicas }) => replicas.min < replicas.max));

/**
 * Agents with metrics. They count the health checks of the kubelet too: fast, never failing and, with ten replicas, one
 * a second, those would hide the few slow requests of people. `$people` leaves them out.
 */
function measured(platform: Monitored): Subject[] {
  const probes = platform.workloads
    .filter(isAgent)
    .flatMap(({ options }) => options.containers.flatMap((container) => Object.values(container.probes ?? {})));
  const checks = new Set(probes.flatMap(({ check }) => ('http' in check ? [check.http] : [])));
  const people = [...checks].sort().map((path) => `,handler!="${path}",path!="${path}"`);
  return together(
    named(platform, (workload) => isAgent(workload) && isScraped(workload)),
    { people: people.join('') },
  );
}

/** What agents do for their clients. */
export const AGENT_ALERTS: AlertTable = {
  AgentDown: {
    ...critical('2m', agents),
    expr: 'max by (namespace, deployment) (kube_deployment_status_replicas_available{$deployment}) == 0',
    summary: 'An agent has no replica that serves.',
    description: 'Agent {{ $labels.namespace }}/{{ $labels.deployment }} has no available replica.',
  },
  // The guide averages http_request_duration_seconds, a name that a histogram has no series of. A quantile would not
  // do: it cannot exceed the highest finite bucket, which is 1 to 10 seconds in common instrumentation.
  AgentHighResponseTime: {
    ...warning('2m', measured),
    expr: `
sum by (namespace, job) (rate(http_request_duration_seconds_sum{$job$people}[5m]))
  /
sum by (namespace, job) (rate(http_request_duration_seconds_count{$job$people}[5m]))
> $latencySeconds
and
sum by (namespace, job) (increase(http_request_duration_seconds_count{$job$people}[5m])) >= 5`,
    summary: 'An agent answers slowly.',
    description: 'Requests to agent {{ $labels.namespace }}/{{ $labels.job }} take {{ $value | humanizeDuration }} on average.',
  },
  // The guide compares the errors per second of each single series with 0.05 and calls that 5 %.
  AgentHighErrorRate: {
    ...critical('1m', measured),
    expr: `
sum by (namespace, job) (rate(http_requests_total{$job$people,status=~"5.."}[5m]))
  /
sum by (namespace, job) (rate(http_requests_total{$job$people}[5m]))
> $errorRatio
and
sum by (namespace, job) (increase(http_requests_total{$job$people,status=~"5.."}[5m])) >= 5`,
    summary: 'Requests to an agent fail.',
    description: '{{ $value | humanizePercentage }} of the requests to agent {{ $labels.namespace }}/{{ $labels.job }} fail.',
  },
  AgentMetricsMissing: {
    ...warning('1h', measured),
    expr: `
max by (namespace, job) (up{$job}) == 1
unless on (namespace, job) (
  present_over_time(http_requests_total{$job}[1d])
  and on (namespace, job)
  present_over_time(http_request_duration_seconds_count{$job}[1d])
)`,
    summary: 'An agent does not report its requests.',
    description: 'Agent {{ $labels.namespace }}/{{ $labels.job }} lacks http_requests_total or http_request_duration_seconds.',
  },
  AutoscalerMaxedOut: {
    ...warning('15m', autoscaled),
    expr: `
max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{$horizontalpodautoscaler})
  >=
max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{$horizontalpodautoscaler})`,
    summary: 'An autoscaler cannot add replicas any more.',
    description: 'Autoscaler {{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} is at its maximum of {{ $value }}.',
  },
};
