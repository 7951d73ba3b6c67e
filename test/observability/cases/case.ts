/** Series with values in promtool's notation: `0+6x30` is 31 values, each 6 more than the last. */
export type Series = readonly (readonly [series: string, values: string])[];

/** One behaviour of an alert. */
export interface Case {
  readonly name: string;
  /** What Prometheus has scraped. */
  readonly series: Series;
  /** Time between two values: at most 5m, or nothing is ever pending. @default 1m */
  readonly interval?: string;
  /** When it is looked at. */
  readonly at: string;
  /** What is raised then; nothing if absent. */
  readonly fires?: readonly { readonly labels: Readonly<Record<string, string>>; readonly description: string }[];
}

/** All behaviours of an alert, and what is the same in all. */
export interface Cases {
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  readonly cases: readonly Case[];
}

/** Namespace of the platform under test. */
export const NAMESPACE = 'ai-agent-test';

/** A series in the platform's namespace. */
export function series(metric: string, labels: Readonly<Record<string, string>>, values: string): Series[number] {
  const all = Object.entries({ namespace: NAMESPACE, ...labels }).map(([name, value]) => `${name}="${value}"`);
  return [`${metric}{${all.join(',')}}`, values];
}

/** The same from two replicas of kube-state-metrics: a careless join would find duplicate series. */
export function twice(metric: string, labels: Readonly<Record<string, string>>, values: string): Series {
  return ['ksm-0', 'ksm-1'].map((instance) => series(metric, { job: 'kube-state-metrics', ...labels, instance }, values));
}

const ready = (statefulset: string, values: string) => twice('kube_statefulset_status_replicas_ready', { statefulset }, values);

/** What is the same for every store that can be down. */
export function downCases(kind: string, title: string, severity: Cases['severity'], up?: string): Cases {
  const labels = { namespace: NAMESPACE, job: kind };
  const fires = [{ labels, description: `${title} ai-agent-test/${kind} is not ready or does not answer.` }];
  const says = (pod: string, values: string) => series(up ?? '', { job: kind, pod }, values);
  const byExporter: Case[] = [
    { name: 'it does not answer its exporter', series: [says('0', '0x30'), ...ready(kind, '1x30')], at: '5m', fires },
    { name: 'both agree, and it is one alert', series: [says('0', '0x30'), ...ready(kind, '0x30')], at: '5m', fires },
    { name: 'one of its pods answers', series: [says('0', '0x30'), says('1', '1x30')], at: '20m' },
  ];
  return {
    severity,
    summary: `${title} is down.`,
    cases: [
      { name: 'no pod is ready for five minutes', series: ready(kind, '0x30'), at: '5m', fires },
      { name: 'for less than that', series: ready(kind, '0x30'), at: '4m' },
      { name: 'it is ready', series: ready(kind, '1x30'), at: '20m' },
      ...(up ? byExporter : []),
    ],
  };
}

/** What is the same for everything that one pod can use up; the limit is a hundred. */
export function nearMaxCases(kind: string, thing: string, used: (count: number) => Series, max: string): Cases {
  const limit = series(max, { job: kind, pod: `${kind}-0` }, '100x30');
  return {
    severity: 'warning',
    summary: `A store is running out of ${thing}.`,
    cases: [
      {
        name: 'more than four fifths for ten minutes',
        series: [...used(81), limit],
        at: '10m',
        fires: [
          {
            labels: { namespace: NAMESPACE, job: kind, pod: `${kind}-0` },
            description: `ai-agent-test/${kind}-0 uses 81% of its ${thing}.`,
          },
        ],
      },
      { name: 'for less than that', series: [...used(81), limit], at: '9m' },
      { name: 'four fifths exactly', series: [...used(80), limit], at: '20m' },
    ],
  };
}
