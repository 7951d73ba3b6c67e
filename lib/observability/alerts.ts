import agents from './alerts/agents.yaml';
import backups from './alerts/backups.yaml';
import platform from './alerts/platform.yaml';
import stores from './alerts/stores.yaml';
import { type Monitored, SUBJECTS, type Subject } from './subjects';

/** A rule of Prometheus, and what it is about. Its runbook is docs/runbooks/<name in lower case>.md. */
export interface Alert {
  readonly alert: string;
  /** What it is about. */
  readonly of: keyof typeof SUBJECTS;
  /** PromQL with `{$}` for the namespace, `{$job}` for the namespace and the names under a label, `$word` for a value. */
  readonly expr: string;
  /** How long it must hold. */
  readonly for: string;
  /** critical wakes someone up. */
  readonly labels: { readonly severity: 'critical' | 'warning' };
  /** What is wrong: in one sentence, and with names and figures (a Prometheus template). */
  readonly annotations: { readonly summary: string; readonly description: string };
}

/** Alerts by group. */
export const GROUPS: Readonly<Record<string, readonly Alert[]>> = { agents, stores, backups, platform };

/** Names of all alerts. */
export const ALERT_NAMES: readonly string[] = Object.values(GROUPS).flatMap((group) => group.map(({ alert }) => alert));

/** An expression as it is for a platform; nothing where the platform has no part that it is about. */
export function expression(of: Alert['of'], expr: Alert['expr'], platform: Monitored): string | undefined {
  const subjects: readonly Subject[] = SUBJECTS[of](platform);
  const arms = subjects.map(({ names, values }) => {
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
