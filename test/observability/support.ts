import { ApiObject } from 'cdk8s';
import type { z } from 'zod';
import { Component, type ContainerOptions, parse, Workload, type WorkloadOptions } from '../../lib/kube';
import { Observability, type ObservabilityProps, ObservabilitySchema } from '../../lib/observability';
import { find, type Rendered, rendered, testScope } from '../support/platform';
import { CONTAINER } from '../support/workload';

export const RUNBOOKS = 'https://github.com/cdk8s-ai-agent/cdk8s-ai-agent/blob/main/docs/runbooks';

/** A rule as Prometheus reads it. */
export interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const METRICS = { ports: { metrics: 9000 }, metrics: { port: 'metrics', path: '/metrics' } };
const EXPORTER: ContainerOptions = { ...CONTAINER, name: 'exporter', ...METRICS };

const common = { user: { uid: 1000, gid: 1000 } };

export const agent = (name = 'agent', container: Partial<ContainerOptions> = METRICS): WorkloadOptions => ({
  ...common,
  kind: 'Deployment',
  name,
  component: 'agent',
  replicas: { min: 3, max: 10 },
  containers: [
    {
      ...CONTAINER,
      name: 'agent',
      probes: { readiness: { check: { http: '/health', port: 'http' } }, liveness: { check: { tcp: 'http' } } },
      ...container,
    },
  ],
});

export const store = (kind: string, replicas: number, exporter: readonly ContainerOptions[] = [EXPORTER], name = kind) =>
  ({
    ...common,
    kind: 'StatefulSet',
    name,
    serviceName: name,
    component: 'store',
    replicas,
    containers: [{ ...CONTAINER, name: kind }, ...exporter],
  }) satisfies WorkloadOptions;

/** PostgreSQL by an operator. */
export const operated = (name: string): WorkloadOptions => ({
  ...common,
  kind: 'Operated',
  name,
  component: 'store',
  replicas: 3,
  pods: { 'cnpg.io/cluster': name },
  containers: [{ ...CONTAINER, name: 'postgres', ...METRICS }],
  object: (scope) => new ApiObject(scope, 'cluster', { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name } }),
});

/** One of everything that there are alerts for. */
export const EVERYTHING: readonly WorkloadOptions[] = [
  agent(),
  store('postgres', 1),
  store('redis', 6),
  store('memcached', 3),
  store('chroma', 1, []),
  store('minio', 1, []),
  operated('cluster'),
];

export const BACKUPS: ObservabilityProps['backups'] = [
  { name: 'postgres-backup', schedule: '0 2 * * *' },
  { name: 'chroma-backup', schedule: '0 3 * * 0' },
];

export const CERTIFICATES: ObservabilityProps['certificates'] = [{ name: 'edge-tls' }];

type Options = Omit<z.input<typeof ObservabilitySchema> & { provider: 'prometheus-operator' }, 'provider'>;

/** Renders the monitoring of some workloads. */
export function monitor(parts = EVERYTHING, options: Options = {}, backups = BACKUPS, certificates = CERTIFICATES) {
  const scope = testScope();
  const component = new Component(scope, 'part', { order: 'agent' });
  const workloads = parts.map((part) => new Workload(component, part));
  return watch(scope, component, workloads, options, backups, certificates);
}

/** The same for workloads that a component made. */
export function watch(
  scope: ReturnType<typeof testScope>,
  component: Component,
  workloads: readonly Workload[],
  options: Options = {},
  backups = BACKUPS,
  certificates = CERTIFICATES,
) {
  const parsed = parse(ObservabilitySchema, { provider: 'prometheus-operator', ...options }, 'observability');
  if (parsed.provider === 'none') throw new Error('cannot be');
  const observability = new Observability(scope, 'observability', { options: parsed, workloads, certificates, backups });
  for (const workload of workloads) workload.renderNetworkPolicy();
  const objects = rendered(observability);
  const groups: { name: string; interval: string; rules: Rule[] }[] = find(objects, 'PrometheusRule').spec.groups;
  const rules = groups.flatMap((group) => group.rules);
  return { context: scope.context, objects, parts: rendered(component), groups, rules };
}

/** The names of all objects of a kind. */
export function names(objects: readonly Rendered[], kind: string): string[] {
  return objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
}
