import type { Workload } from '../kube';
import type { ObservabilityOptions } from './schema';

/** What the alerts of a platform are about. */
export interface Monitored {
  readonly namespace: string;
  readonly workloads: readonly Workload[];
  readonly backups: readonly { readonly name: string; readonly schedule: string }[];
  readonly thresholds: ObservabilityOptions['thresholds'];
}

/** Parts of a platform that an expression is about. */
export interface Subject {
  /** Their names. */
  readonly names: readonly string[];
  /** What else `$words` of the expression stand for. */
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

/** The PromQL of an alert in a platform; nothing where the platform has no part that it is about. */
export function expression(alert: Alert, platform: Monitored): string | undefined {
  const arms = alert.of(platform).map(({ names, values }) => {
    const known: Subject['values'] = { ...platform.thresholds, ...values };
    return alert.expr
      .trim()
      .replace(/\{\$(\w*)/g, (_, label) => `{namespace="${platform.namespace}"${label && `,${matcher(label, names)}`}`)
      .replace(/\$([a-z]\w*)/gi, (text, word) => String(known[word] ?? text));
  });
  return arms.join('\nor\n') || undefined;
}

/** Names are DNS labels: nothing in them needs escaping. */
function matcher(label: string, names: readonly string[]): string {
  const distinct = [...new Set(names)];
  return distinct.length > 1 ? `${label}=~"${distinct.join('|')}"` : `${label}="${distinct.join()}"`;
}

/** All names together, or nothing. */
export function together(names: readonly string[], values?: Subject['values']): Subject[] {
  return names.length === 0 ? [] : [{ names, values }];
}

/** Names of the workloads that a condition holds for. */
export function named(platform: Monitored, condition: (workload: Workload) => boolean): string[] {
  return platform.workloads.filter(condition).map((workload) => workload.name);
}

/** Whether Prometheus scrapes a workload; its name is the `job`. */
export function isScraped({ options }: Workload): boolean {
  return options.containers.some((container) => container.metrics);
}

/** Whether a workload is an agent. */
export function isAgent({ options }: Workload): boolean {
  return options.component === 'agent';
}

/** Whether a workload is a store of a kind: its first container is called after the kind, whatever name the store has. */
export function isStore(kind: string, { options }: Workload): boolean {
  return options.component === 'store' && options.containers[0]?.name === kind;
}
