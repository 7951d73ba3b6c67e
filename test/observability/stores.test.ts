import type { Construct } from 'constructs';
import { Agent } from '../../lib/agent';
import type { Component, Workload } from '../../lib/kube';
import { Chroma, Memcached, Minio, Postgres, PostgresCluster, Redis, RedisCluster } from '../../lib/stores';
import { find, type Rendered, testScope } from '../support/platform';
import { names, watch } from './support';

type Part = Component & { readonly workload: Workload };

const RUNS: readonly [string, (scope: Construct) => Part, string[]][] = [
  ['postgres', (scope) => new Postgres(scope, 'postgres'), ['PostgresDown', 'PostgresConnectionsNearMax']],
  ['postgres', (scope) => new PostgresCluster(scope, 'postgres'), ['PostgresClusterDown', 'PostgresArchiveFailing']],
  ['redis', (scope) => new Redis(scope, 'redis'), ['RedisDown', 'RedisMemoryNearMax', 'RedisPersistenceFailing']],
  ['redis', (scope) => new RedisCluster(scope, 'redis'), ['RedisDown', 'RedisClusterFailing']],
  ['memcached', (scope) => new Memcached(scope, 'memcached'), ['MemcachedDown', 'MemcachedConnectionsNearMax']],
  ['chroma', (scope) => new Chroma(scope, 'chroma'), ['ChromaDown', 'ContainerMemoryUsageHigh']],
  ['minio', (scope) => new Minio(scope, 'minio'), ['MinioDown']],
  [
    'agent',
    (scope) => new Agent(scope, 'agent', { image: 'registry.test/agent:1' }),
    ['AgentDown', 'AgentHighResponseTime', 'AgentHighErrorRate', 'AutoscalerMaxedOut', 'ContainerMemoryUsageHigh'],
  ],
];

describe.each(RUNS)('%s of the platform', (name, make, alerts) => {
  const scope = testScope();
  const part = make(scope);
  const { objects, rules, parts } = watch(scope, part, [part.workload]);

  test('has its alerts', () => {
    expect(rules.map(({ alert }) => alert)).toEqual(expect.arrayContaining(alerts));
  });

  test('is scraped through one Service, or has no metrics', () => {
    const hasMetrics = name !== 'chroma';
    expect(names(objects, 'ServiceMonitor')).toEqual(hasMetrics ? [name] : []);
    if (!hasMetrics) return;
    const { selector, endpoints } = find(objects, 'ServiceMonitor', name).spec;
    const fits = ({ kind, metadata }: Rendered) =>
      kind === 'Service' && Object.entries(selector.matchLabels).every(([label, value]) => metadata.labels?.[label] === value);
    const services = parts.filter(fits);
    expect(services.map(({ spec }) => spec.ports.map((port: { name: string }) => port.name))).toEqual([
      endpoints.map(({ port }: { port: string }) => port),
    ]);
  });

  test('is let in to by Prometheus', () => {
    if (name === 'chroma') return;
    const service = find(parts, 'Service', `${name}-metrics`);
    const peers = find(parts, 'NetworkPolicy', name).spec.ingress.filter(({ ports }: { ports: { port: number }[] }) =>
      ports.some(({ port }) => port === service.spec.ports[0].port),
    );
    expect(JSON.stringify(peers)).toContain('{"kubernetes.io/metadata.name":"monitoring"}');
  });
});
