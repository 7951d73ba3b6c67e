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
