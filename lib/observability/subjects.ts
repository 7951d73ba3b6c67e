import type { Workload } from '../kube';
import type { ObservabilityProps } from './observability';
import { longestGap } from './schedule';

/** What the alerts of a platform are about. */
export type Monitored = ObservabilityProps & { readonly namespace: string };

/** Parts of a platform that an expression is about, and what else `$words` of the expression stand for. */
export interface Subject {
  readonly names: readonly string[];
  readonly values?: Readonly<Record<string, string | number>>;
}

type Selector = (platform: Monitored) => readonly Subject[];
type Condition = (workload: Workload) => boolean;

/** What an alert can be `of`: it is raised for any of these, and left out where there is none. */
export const SUBJECTS = {
  platform: () => [{ names: [] }],
  agents: all(isAgent),
  scrapedAgents,
  autoscaled: all(({ replicas }) => replicas.min < replicas.max),
  postgres: all(isStore('postgres'), isOurs),
  redis: all(isStore('redis')),
  memcached: all(isStore('memcached')),
  chroma: all(isStore('chroma')),
  minio: all(isStore('minio')),
  scrapedPostgres: all(isStore('postgres'), isOurs, isScraped),
  scrapedPostgresCluster: all(isStore('postgres'), (workload) => !isOurs(workload), isScraped),
  scrapedRedis: all(isStore('redis'), isScraped),
  scrapedRedisCluster: all(isStore('redis'), isScraped, ({ replicas }) => replicas.max > 1),
  scrapedMemcached: all(isStore('memcached'), isScraped),
  eachScraped: ({ workloads }) => workloads.filter(isScraped).map(({ name }) => ({ names: [name] })),
  growingContainers,
  /** With its name as `$certificate`, and the `$namespace`. */
  eachCertificate: ({ certificates, namespace }) =>
    certificates.map(({ name }) => ({ names: [name], values: { certificate: name, namespace } })),
  backups: ({ backups }) => together(backups),
  /** With the `$age` in seconds that its last success may have: twice the time between two runs. */
  eachBackup: ({ backups }) => backups.map(({ name, schedule }) => ({ names: [name], values: { age: 2 * longestGap(schedule) } })),
  /** All Jobs, under the names of the CronJobs whose Jobs do not count. */
  jobs: ({ backups }) => [{ names: backups.map(({ name }) => name) }],
} satisfies Readonly<Record<string, Selector>>;

/**
 * Agents with metrics. They count the health checks of the kubelet too: fast, never failing and, with ten replicas, one
 * a second, those would hide the few slow requests of people. `$people` leaves them out.
 */
function scrapedAgents({ workloads }: Monitored): Subject[] {
  const containers = workloads.filter(isAgent).flatMap(({ options }) => options.containers);
  const probes = containers.flatMap((container) => Object.values(container.probes ?? {}));
  const checks = new Set(probes.flatMap(({ check }) => ('http' in check ? [check.http] : [])));
  const people = [...checks].sort().map((path) => `,handler!="${path}",path!="${path}"`);
  return together(workloads.filter(isAgent).filter(isScraped), { people: people.join('') });
}

/** Containers whose memory is their own: the other stores fill what they are given, and page cache counts with it. */
function growingContainers({ workloads }: Monitored): Subject[] {
  const growing = workloads.filter((workload) => isAgent(workload) || isStore('chroma')(workload));
  return together(growing.flatMap(({ options }) => options.containers));
}

/** All workloads that fulfil all conditions, as one subject. */
function all(...conditions: readonly Condition[]): Selector {
  return ({ workloads }) => together(workloads.filter((workload) => conditions.every((holds) => holds(workload))));
}

/** All parts as one subject, or nothing. */
function together(parts: readonly { readonly name: string }[], values?: Subject['values']): Subject[] {
  return parts.length === 0 ? [] : [{ names: parts.map(({ name }) => name), values }];
}

export function isAgent({ options }: Workload): boolean {
  return options.component === 'agent';
}

/** Whether Prometheus scrapes a workload; its name is the `job`. */
export function isScraped({ options }: Workload): boolean {
  return options.containers.some((container) => container.metrics);
}

/** Whether its pods are of a StatefulSet, with the platform's exporter; an operator makes its own, with other metrics. */
function isOurs({ options }: Workload): boolean {
  return options.kind !== 'Operated';
}

/** A store of a kind: its first container is called after the kind, whatever name the store has. */
function isStore(kind: string): Condition {
  return ({ options }) => options.component === 'store' && options.containers[0]?.name === kind;
}
