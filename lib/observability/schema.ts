import { z } from 'zod';
import { dnsLabel } from '../kube';
import { ALERT_NAMES } from './alerts';

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/;
const RUNBOOKS = 'https://github.com/cdk8s-ai-agent/cdk8s-ai-agent/blob/main/docs/runbooks';

const above0 = z.number().gt(0);
const interval = (usual: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}[sm]$/, { error: 'expected seconds or minutes such as 15s' })
    .default(usual);
const labelKey = z.string().regex(LABEL_KEY, { error: 'expected the key of a label such as release' });
const url = z.url({ protocol: /^https?$/, error: 'expected a URL such as https://wiki.example.com/runbooks' });

const thresholds = z.strictObject({
  latencySeconds: above0.default(5).describe('Seconds that requests of an agent may take on average (guide: HighResponseTime, 5).'),
  errorRatio: above0.lt(1).default(0.05).describe('Share of requests of an agent that may fail (guide: HighErrorRate, 0.05).'),
  memoryRatio: above0
    .lt(1)
    .default(0.8)
    .describe('Share of its own memory limit that a container may use (guide: MemoryUsageHigh, 0.8 of the machine).'),
});

/** What watches the platform. */
export const ObservabilitySchema = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z
      .literal('prometheus-operator')
      .describe('Objects for a Prometheus that the Prometheus Operator runs (guide: prometheus.yml, alert_rules.yml).'),
    namespace: dnsLabel(63).default('monitoring').describe('Namespace that Prometheus runs in: only it may scrape.'),
    labels: z
      .record(labelKey, z.string())
      .default({})
      .describe('Labels by which Prometheus selects its objects, such as release: kube-prometheus-stack.'),
    interval: interval('15s').describe('How often stores are scraped and alerts evaluated (guide: scrape_interval, evaluation_interval).'),
    agentInterval: interval('10s').describe('How often agents are scraped (guide: scrape_interval of the job ai-agent).'),
    thresholds: thresholds.prefault({}).describe("Thresholds of the guide's alerts."),
    disabled: z.array(z.enum(ALERT_NAMES)).default([]).describe('Alerts that are left out.'),
    runbookUrl: url.default(RUNBOOKS).describe('Where the runbooks are: an alert links to <alert in lower case>.md below it.'),
  }),
  z.strictObject({ provider: z.literal('none').describe('Nothing is scraped and no exporter runs.') }),
]);

/** @see ObservabilitySchema */
export type ObservabilityOptions = Exclude<z.output<typeof ObservabilitySchema>, { provider: 'none' }>;
