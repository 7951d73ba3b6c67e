import { type Cases, NAMESPACE, type Series, series, twice } from './case';

const agent = { namespace: NAMESPACE, job: 'agent' };
const hpa = { namespace: NAMESPACE, horizontalpodautoscaler: 'agent' };

/** Requests of one pod: how many a minute, and how long each takes. */
const latency = (pod: string, handler: string, perMinute: number, seconds: number): Series => [
  series('http_request_duration_seconds_count', { job: 'agent', pod, handler }, `0+${perMinute}x30`),
  series('http_request_duration_seconds_sum', { job: 'agent', pod, handler }, `0+${perMinute * seconds}x30`),
];

const requests = (pod: string, handler: string, status: string, perMinute: number) =>
  series('http_requests_total', { job: 'agent', pod, handler, status }, `0+${perMinute}x30`);

const scaled = (current: string, max: string): Series => [
  ...twice('kube_horizontalpodautoscaler_status_current_replicas', { horizontalpodautoscaler: 'agent' }, current),
  ...twice('kube_horizontalpodautoscaler_spec_max_replicas', { horizontalpodautoscaler: 'agent' }, max),
];

const available = (deployment: string, values: string) => twice('kube_deployment_status_replicas_available', { deployment }, values);

const slow = (seconds: string) => [{ labels: agent, description: `Requests to agent ai-agent-test/agent take ${seconds} on average.` }];

const failing = (share: string) => [{ labels: agent, description: `${share} of the requests to agent ai-agent-test/agent fail.` }];

const unmeasured = [
  {
    labels: agent,
    description: 'Agent ai-agent-test/agent lacks http_requests_total or http_request_duration_seconds.',
  },
];

export const AGENTS: Readonly<Record<string, Cases>> = {
  AgentDown: {
    severity: 'critical',
    summary: 'An agent has no replica that serves.',
    cases: [
      {
        name: 'no replica for two minutes',
        series: available('agent', '3x4 0x10'),
        at: '7m',
        fires: [
          {
            labels: { namespace: NAMESPACE, deployment: 'agent' },
            description: 'Agent ai-agent-test/agent has no available replica.',
          },
        ],
      },
      { name: 'no replica for less than that', series: available('agent', '3x4 0x10'), at: '6m' },
      { name: 'one replica left', series: available('agent', '1x30'), at: '20m' },
      { name: 'something else without replicas', series: available('agent-static', '0x30'), at: '20m' },
    ],
  },

  AgentHighResponseTime: {
    severity: 'warning',
    summary: 'An agent answers slowly.',
    cases: [
      {
        name: 'six seconds on average over both pods, whatever the buckets are',
        series: [...latency('a', '/api/', 10, 10), ...latency('b', '/api/', 10, 2)],
        at: '3m',
        fires: slow('6s'),
      },
      {
        name: 'few requests to each pod, but enough together',
        series: [...latency('a', '/api/', 0.6, 6), ...latency('b', '/api/', 0.5, 6)],
        at: '20m',
        fires: slow('6s'),
      },
      {
        name: 'health checks do not hide it',
        series: [...latency('a', '/api/', 2, 8), ...latency('a', '/health', 30, 0)],
        at: '20m',
        fires: slow('8s'),
      },
      { name: 'for less than two minutes', series: latency('a', '/api/', 10, 10), at: '2m' },
      { name: 'five seconds exactly', series: latency('a', '/api/', 10, 5), at: '20m' },
      { name: 'four requests in five minutes', series: latency('a', '/api/', 0.8, 10), at: '20m' },
      {
        name: 'four, among many health checks',
        series: [...latency('a', '/api/', 0.8, 10), ...latency('a', '/health', 30, 0)],
        at: '20m',
      },
      { name: 'no requests', series: latency('a', '/api/', 0, 0), at: '20m' },
    ],
  },

  AgentHighErrorRate: {
    severity: 'critical',
    summary: 'Requests to an agent fail.',
    cases: [
      {
        name: 'more than a twentieth of the requests to both pods, for a minute',
        series: [requests('a', '/api/', '200', 189), requests('b', '/api/', '500', 11)],
        at: '2m',
        fires: failing('5.5%'),
      },
      {
        name: 'a small agent of which every request fails (the rule of the guide stays silent)',
        series: ['a', 'b', 'c', 'd'].map((pod) => requests(pod, '/api/', '503', 0.28)),
        at: '20m',
        fires: failing('100%'),
      },
      {
        name: 'classes instead of codes, as prometheus-fastapi-instrumentator has them; health checks do not hide it',
        series: [requests('a', '/api/', '5xx', 2), requests('a', '/api/', '2xx', 18), requests('a', '/health', '2xx', 60)],
        at: '20m',
        fires: failing('10%'),
      },
      {
        name: 'a big agent of which one in ten thousand fails (the rule of the guide fires)',
        series: [requests('a', '/api/', '200', 59994), requests('a', '/api/', '500', 6)],
        at: '20m',
      },
      {
        name: 'less than a twentieth',
        series: [requests('a', '/api/', '200', 191), requests('b', '/api/', '500', 9)],
        at: '20m',
      },
      {
        name: 'four failures in five minutes',
        series: [requests('a', '/api/', '500', 0.8), requests('a', '/api/', '200', 6)],
        at: '20m',
      },
      { name: 'for less than a minute', series: [requests('a', '/api/', '500', 60)], at: '1m' },
      { name: 'no failures', series: [requests('a', '/api/', '200', 60)], at: '20m' },
    ],
  },

  AgentMetricsMissing: {
    severity: 'warning',
    summary: 'An agent does not report its requests.',
    cases: [
      {
        name: 'scraped for an hour, without either',
        series: [series('up', { job: 'agent', pod: 'a' }, '1x90')],
        at: '60m',
        fires: unmeasured,
      },
      {
        name: 'scraped for an hour, without the duration',
        series: [series('up', { job: 'agent', pod: 'a' }, '1x90'), series('http_requests_total', { job: 'agent' }, '1x90')],
        at: '60m',
        fires: unmeasured,
      },
      { name: 'for less than an hour', series: [series('up', { job: 'agent', pod: 'a' }, '1x90')], at: '59m' },
      { name: 'not scraped at all', series: [series('up', { job: 'agent', pod: 'a' }, '0x90')], at: '80m' },
      {
        name: 'both were there once today',
        series: [
          series('up', { job: 'agent', pod: 'a' }, '1x200'),
          series('http_requests_total', { job: 'agent' }, '1x5 _x195'),
          series('http_request_duration_seconds_count', { job: 'agent' }, '1x5 _x195'),
        ],
        at: '180m',
      },
    ],
  },

  AutoscalerMaxedOut: {
    severity: 'warning',
    summary: 'An autoscaler cannot add replicas any more.',
    cases: [
      {
        name: 'at the maximum for a quarter of an hour',
        series: scaled('10x30', '10x30'),
        at: '15m',
        fires: [{ labels: hpa, description: 'Autoscaler ai-agent-test/agent is at its maximum of 10.' }],
      },
      { name: 'for less than that', series: scaled('10x30', '10x30'), at: '14m' },
      { name: 'one below', series: scaled('9x30', '10x30'), at: '25m' },
    ],
  },
};
