import type { Workload } from '../kube';
import type { ObservabilityProps } from './observability';

/** What the alerts of a platform are about. */
export type Monitored = ObservabilityProps & { readonly namespace: string };

/** Parts of a platform that an expression is about, and what else `$words` of the expression stand for. */
export interface Subject {
  readonly names: readonly string[];
  readonly values?: Readonly<Record<string, string | number>>;
}

/** One alert; its name is its key in a table, its runbook is docs/runbooks/<name in lower case>.md. */
export interface Alert {
  /** critical wakes someone up. */
  readonly severity: 'critical' | 'warning';
  /** How long it must hold. */
  readonly for: string;
  /** What it is about: the expression is raised for any of these, and left out where there is none. */
  readonly of: (platform: Monitored) => readonly Subject[];
  /** PromQL with `{$}` for the namespace, `{$job}` for the namespace and the names under a label, `$word` for a value. */
  readonly expr: string;
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** The same with names and figures (a Prometheus template). */
  readonly description: string;
}

/** Alerts by name. */
export type AlertTable = Readonly<Record<string, Alert>>;

const severity = (severity: Alert['severity']) => (duration: string, of: Alert['of']) => ({ severity, for: duration, of });
export const critical = severity('critical');
export const warning = severity('warning');

/** The PromQL of an alert in a platform; nothing where the platform has no part that it is about. */
export function expression({ of, expr }: Pick<Alert, 'of' | 'expr'>, platform: Monitored): string | undefined {
  const arms = of(platform).map(({ names, values }) => {
    const known: Subject['values'] = { ...platform.options.thresholds, ...values };
    return expr
      .trim()
      .replace(/\{\$(\w*)/g, (_, label) => `{namespace="${platform.namespace}"${label && `,${matcher(label, names)}`}`)
      .replace(/\$([a-z]\w*)/gi, (text, word) => String(known[word] ?? text));
  });
  return arms.join('\nor\n') || undefined;
}

/** Names are DNS labels: nothing in them needs escaping. */
function matcher(label: string, names: readonly string[]): string {
  const distinct = [...new Set(names)];
  return `${label}${distinct.length > 1 ? '=~' : '='}"${distinct.join('|')}"`;
}

/** All names together, or nothing. */
export const together = (names: readonly string[], values?: Subject['values']): Subject[] =>
  names.length === 0 ? [] : [{ names, values }];

/** Names of the workloads that a condition holds for. */
export const named = ({ workloads }: Monitored, condition: (workload: Workload) => boolean): string[] =>
  workloads.filter(condition).map(({ name }) => name);

/** Whether Prometheus scrapes a workload; its name is the `job`. */
export const isScraped = ({ options }: Workload): boolean => options.containers.some((container) => container.metrics);

export const isAgent = ({ options }: Workload): boolean => options.component === 'agent';

/** Whether a workload is a store of a kind: its first container is called after the kind, whatever name the store has. */
export const isStore = (kind: string, { options }: Workload): boolean =>
  options.component === 'store' && options.containers[0]?.name === kind;
