import type { Construct } from 'constructs';
import { PrometheusRule, PrometheusRuleSpecGroupsRulesExpr, ServiceMonitor } from '../../imports/monitoring.coreos.com';
import { Component, LABEL, service, type Workload } from '../kube';
import { expression, isScraped, type Monitored } from './alert';
import { GROUPS } from './alerts';
import type { ObservabilityOptions } from './schema';

/** Options of {@link Observability}. */
export interface ObservabilityProps {
  /** What watches the platform. */
  readonly options: ObservabilityOptions;
  /** Everything that runs. */
  readonly workloads: readonly Workload[];
  /** CronJobs that make backups. */
  readonly backups: readonly { readonly name: string; readonly schedule: string }[];
}

/** `app.kubernetes.io/component` of the Services that Prometheus finds pods by: no other Service has it. */
const METRICS = 'metrics';

/** What a Prometheus of the Prometheus Operator needs: what to scrape, the way to it, and when to raise an alarm. */
export class Observability extends Component {
  private readonly options: ObservabilityOptions;

  constructor(scope: Construct, id: string, { options, workloads, backups }: ObservabilityProps) {
    super(scope, id, { order: 'observability' });
    this.options = options;
    const { namespace } = this.context;
    const platform: Monitored = { namespace, workloads, backups, thresholds: options.thresholds };
    for (const workload of workloads.filter(isScraped)) this.monitor(workload);
    this.rules(platform);
    this.context.requirements
      .add('prometheus-operator with kube-state-metrics and kubelet metrics')
      .add(`a Prometheus in the namespace ${options.namespace} that selects and may read objects of ${namespace}`);
  }

  /** Scrapes a workload's pods under the workload's name as `job`. */
  private monitor(workload: Workload): void {
    const { options } = this;
    const endpoints = workload.options.containers.flatMap((container) => container.metrics ?? []);
    const ports = endpoints.map(({ port }) => port);
    // a Service of its own: the workload's other Services have the same labels, and none or one of them the port
    const target = service(workload, { name: `${workload.name}-metrics`, ports, headless: true });
    target.metadata.addLabel(LABEL.component, METRICS);
    workload.allowIngress({ peer: { namespace: options.namespace }, ports: ports.map((port) => workload.port(port)) });
    new ServiceMonitor(this, `${workload.name}-monitor`, {
      metadata: { name: workload.name, labels: { ...options.labels } },
      spec: {
        jobLabel: LABEL.name,
        selector: { matchLabels: { [LABEL.name]: workload.name, [LABEL.component]: METRICS } },
        endpoints: endpoints.map(({ port, path }) => ({
          port,
          path,
          interval: workload.options.component === 'agent' ? options.agentInterval : options.interval,
        })),
      },
    });
  }

  private rules(platform: Monitored): void {
    const { labels, interval, disabled, runbookUrl } = this.options;
    const groups = Object.entries(GROUPS).map(([group, alerts]) => ({
      name: `${platform.namespace}.${group}`,
      interval,
      rules: Object.entries(alerts).flatMap(([name, alert]) => {
        const expr = disabled.includes(name) ? undefined : expression(alert, platform);
        if (expr === undefined) return [];
        const runbook_url = `${runbookUrl.replace(/\/$/, '')}/${name.toLowerCase()}.md`;
        return {
          alert: name,
          expr: PrometheusRuleSpecGroupsRulesExpr.fromString(expr),
          for: alert.for,
          labels: { severity: alert.severity },
          annotations: { summary: alert.summary, description: alert.description, runbook_url },
        };
      }),
    }));
    new PrometheusRule(this, 'alerts', {
      metadata: { name: 'alerts', labels: { ...labels } },
      spec: { groups: groups.filter(({ rules }) => rules.length > 0) },
    });
  }
}
