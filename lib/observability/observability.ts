import type { Construct } from 'constructs';
import { PrometheusRule, PrometheusRuleSpecGroupsRulesExpr, ServiceMonitor } from '../../imports/monitoring.coreos.com';
import { Component, LABEL, service, type Workload } from '../kube';
import { type Alert, expression, GROUPS } from './alerts';
import type { ObservabilityOptions } from './schema';
import { isAgent, isScraped, type Monitored } from './subjects';

/** Options of {@link Observability}. */
export interface ObservabilityProps {
  /** What watches the platform. */
  readonly options: ObservabilityOptions;
  /** Everything that runs. */
  readonly workloads: readonly Workload[];
  /** Certificates that cert-manager renews. */
  readonly certificates: readonly { readonly name: string }[];
  /** CronJobs that make backups. */
  readonly backups: readonly { readonly name: string; readonly schedule: string }[];
}

/** `app.kubernetes.io/component` of the Services that Prometheus finds pods by: no other Service has it. */
const METRICS = 'metrics';

/** What a Prometheus of the Prometheus Operator needs: what to scrape, the way to it, and when to raise an alarm. */
export class Observability extends Component {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id, { order: 'observability' });
    const { options, workloads } = props;
    const { namespace, requirements } = this.context;
    for (const workload of workloads.filter(isScraped)) this.monitor(workload, options);
    const groups = Object.entries(GROUPS).map(([group, alerts]) => ruleGroup(group, alerts, { ...props, namespace }));
    new PrometheusRule(this, 'alerts', {
      metadata: { name: 'alerts', labels: { ...options.labels } },
      spec: { groups: groups.filter(({ rules }) => rules.length > 0) },
    });
    requirements.add('prometheus-operator with kube-state-metrics and kubelet metrics');
    if (props.certificates.length > 0) requirements.add('that Prometheus scrapes cert-manager: CertificateExpiring goes by its metrics');
    requirements.add(`a Prometheus in the namespace ${options.namespace} that selects and may read objects of ${namespace}`);
  }

  /** Scrapes a workload's pods under the workload's name as `job`. */
  private monitor(workload: Workload, options: ObservabilityOptions): void {
    const { name } = workload;
    const endpoints = workload.options.containers.flatMap((container) => container.metrics ?? []);
    const ports = endpoints.map(({ port }) => port);
    // a Service of its own: the workload's other Services have the same labels, and none or one of them the port
    service(workload, { name: `${name}-metrics`, ports, headless: true }).metadata.addLabel(LABEL.component, METRICS);
    workload.allowIngress({ peer: { namespace: options.namespace }, ports: ports.map((port) => workload.port(port)) });
    const interval = isAgent(workload) ? options.agentInterval : options.interval;
    new ServiceMonitor(this, `${name}-monitor`, {
      metadata: { name, labels: { ...options.labels } },
      spec: {
        jobLabel: LABEL.name,
        selector: { matchLabels: { [LABEL.name]: name, [LABEL.component]: METRICS } },
        endpoints: endpoints.map(({ port, path }) => ({ port, path, interval })),
      },
    });
  }
}

/** The alerts of a group that are about something in the platform. */
function ruleGroup(group: string, alerts: readonly Alert[], platform: Monitored) {
  const { disabled, interval, runbookUrl } = platform.options;
  const enabled = alerts.filter(({ alert }) => !disabled.includes(alert));
  const rules = enabled.flatMap(({ of, ...rule }) => {
    const promql = expression(of, rule.expr, platform);
    if (promql === undefined) return [];
    const runbook_url = `${runbookUrl.replace(/\/$/, '')}/${rule.alert.toLowerCase()}.md`;
    return { ...rule, expr: PrometheusRuleSpecGroupsRulesExpr.fromString(promql), annotations: { ...rule.annotations, runbook_url } };
  });
  return { name: `${platform.namespace}.${group}`, interval, rules };
}
