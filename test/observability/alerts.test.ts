import { z } from 'zod';
import { ALERT_NAMES } from '../../lib/observability';
import { GROUPS } from '../../lib/observability/alerts';
import { SUBJECTS } from '../../lib/observability/subjects';
import { CASES } from './cases';
import { agent, BACKUPS, EVERYTHING, monitor, operated, RUNBOOKS, store } from './support';

const all = monitor();
const exprOf = (name: string, { rules } = all) => rules.find(({ alert }) => alert === name)?.expr;
const namesOf = ({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert);

describe('alerts of the guide', () => {
  const job = 'namespace="ai-agent-test",job="agent",handler!="/health",path!="/health"';

  test('response time: the mean of all requests, where there are some', () => {
    expect(exprOf('AgentHighResponseTime')).toBe(`sum by (namespace, job) (rate(http_request_duration_seconds_sum{${job}}[5m]))
  /
sum by (namespace, job) (rate(http_request_duration_seconds_count{${job}}[5m]))
> 5
and
sum by (namespace, job) (increase(http_request_duration_seconds_count{${job}}[5m])) >= 5`);
  });

  test('error rate: a share of the requests', () => {
    expect(exprOf('AgentHighErrorRate')).toBe(`sum by (namespace, job) (rate(http_requests_total{${job},status=~"5.."}[5m]))
  /
sum by (namespace, job) (rate(http_requests_total{${job}}[5m]))
> 0.05
and
sum by (namespace, job) (increase(http_requests_total{${job},status=~"5.."}[5m])) >= 5`);
  });

  test('memory: of a container, compared with its own limit', () => {
    const container = 'namespace="ai-agent-test",container=~"agent|chroma"';
    expect(exprOf('ContainerMemoryUsageHigh')).toBe(`max by (namespace, pod, container) (container_memory_working_set_bytes{${container}})
  /
max by (namespace, pod, container) (kube_pod_container_resource_limits{${container},resource="memory"})
> 0.8`);
  });

  test('take the thresholds of the options', () => {
    const other = monitor(EVERYTHING, { thresholds: { latencySeconds: 2.5, errorRatio: 0.01, memoryRatio: 0.9 } });
    expect(exprOf('AgentHighResponseTime', other)).toContain('\n> 2.5\n');
    expect(exprOf('AgentHighErrorRate', other)).toContain('\n> 0.01\n');
    expect(exprOf('ContainerMemoryUsageHigh', other)).toMatch(/\n> 0.9$/);
  });

  test('are about all agents, without the health checks of any', () => {
    const probes = { startup: { check: { http: '/ready', port: 'http' } } };
    const other = agent('other', { ports: { metrics: 1 }, metrics: { port: 'metrics', path: '/' }, probes });
    const two = monitor([other, agent()]);
    expect(exprOf('AgentHighErrorRate', two)).toContain(
      '{namespace="ai-agent-test",job=~"other|agent",handler!="/health",path!="/health",handler!="/ready",path!="/ready"}',
    );
    expect(exprOf('ContainerMemoryUsageHigh', two)).toContain('{namespace="ai-agent-test",container="agent"}');
  });
});

const ALERT = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  of: z.enum(Object.keys(SUBJECTS)),
  expr: z.string(),
  for: z.string(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string() }),
});

describe('every alert', () => {
  test('has the fields of a rule, a name of its own and a subject that there is', () => {
    const alerts = Object.values(GROUPS).flat();
    expect(z.array(ALERT).safeParse(alerts).error?.issues).toBeUndefined();
    expect(new Set(ALERT_NAMES).size).toBe(alerts.length);
    expect(Object.keys(SUBJECTS).filter((name) => !alerts.some(({ of }) => of === name))).toEqual([]);
  });

  test('is rendered for the platform that has everything', () => {
    expect(namesOf(all).sort()).toEqual([...ALERT_NAMES].sort());
  });

  test('looks at the namespace of the platform only', () => {
    for (const { alert, expr } of all.rules) {
      const selectors = expr.match(/\{/g)?.length;
      expect([alert, expr.match(/\{(exported_)?namespace="ai-agent-test"[,}]/g)?.length]).toEqual([alert, selectors]);
    }
  });

  test('leaves no placeholder behind', () => {
    for (const { expr } of all.rules) expect(expr.replaceAll('"$1"', '')).not.toMatch(/\$|undefined|NaN/);
  });

  test('must hold for some time', () => {
    for (const rule of all.rules) expect([rule.alert, rule.for]).toEqual([rule.alert, expect.stringMatching(/^\d+[mh]$/)]);
  });

  test('has a severity, a summary, a description with names, and its runbook', () => {
    for (const { alert, labels, annotations } of all.rules) {
      expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning)$/) });
      expect(annotations).toEqual({
        summary: expect.stringMatching(/^[^{]+\.$/),
        description: expect.stringMatching(/\$labels\.namespace .*\.$/),
        runbook_url: `${RUNBOOKS}/${alert.toLowerCase()}.md`,
      });
    }
  });

  test('has a case that raises it and one that does not, for promtool', () => {
    const wanting = ALERT_NAMES.filter((name) => {
      const cases = CASES[name]?.cases ?? [];
      return !cases.some(({ fires }) => fires) || cases.every(({ fires }) => fires);
    });
    expect(wanting).toEqual([]);
    expect(Object.keys(CASES).filter((name) => !ALERT_NAMES.includes(name))).toEqual([]);
  });

  test('is in the group of its subject, evaluated as often as stores are scraped', () => {
    expect(all.groups.map(({ name, interval }) => [name, interval])).toEqual(
      ['agents', 'stores', 'backups', 'platform'].map((group) => [`ai-agent-test.${group}`, '15s']),
    );
  });
});

describe('an alert is left out', () => {
  test.each([
    ['agent', agent(), ['AgentDown', 'AgentHighResponseTime', 'AgentHighErrorRate', 'AgentMetricsMissing', 'AutoscalerMaxedOut']],
    ['postgres', store('postgres', 1), ['PostgresDown', 'PostgresConnectionsNearMax']],
    [
      'redis',
      store('redis', 1),
      ['RedisDown', 'RedisMemoryNearMax', 'RedisEvictingKeys', 'RedisPersistenceFailing', 'RedisRejectingConnections'],
    ],
    ['memcached', store('memcached', 1), ['MemcachedDown', 'MemcachedConnectionsNearMax']],
    ['chroma', store('chroma', 1, []), ['ChromaDown']],
    ['minio', store('minio', 1, []), ['MinioDown']],
    ['cluster of an operator', operated('db'), ['PostgresClusterDown', 'PostgresArchiveFailing']],
  ])('where there is no %s', (kind, part, alerts) => {
    const others = [store('other', 1)];
    const added = namesOf(monitor([...others, part], {}, [])).filter((name) => !namesOf(monitor(others, {}, [])).includes(name));
    const memory = ['agent', 'chroma'].includes(kind) ? ['ContainerMemoryUsageHigh'] : [];
    expect(added).toEqual([...alerts, ...memory]);
  });

  test('where its metric has no source', () => {
    expect(namesOf(monitor([agent('agent', { metrics: undefined })]))).not.toContain('AgentHighErrorRate');
    expect(namesOf(monitor([store('redis', 6, [])]))).not.toContain('RedisMemoryNearMax');
    expect(exprOf('RedisDown', monitor([store('redis', 6)]))).toMatch(/^max by \(namespace, job\) \(redis_up\{/);
  });

  test('where there are no backups', () => {
    expect(namesOf(monitor(EVERYTHING, {}, [])).filter((name) => name.startsWith('Backup'))).toEqual([]);
    expect(monitor(EVERYTHING, {}, []).groups.map(({ rules }) => rules.length > 0)).toEqual([true, true, true]);
    expect(exprOf('BackupMissing')?.split('\nor\n')).toHaveLength(BACKUPS.length);
  });

  test('where cert-manager renews no certificate', () => {
    expect(namesOf(monitor(EVERYTHING, {}, BACKUPS, []))).toEqual(namesOf(all).filter((name) => name !== 'CertificateExpiring'));
    const scrapes = 'that Prometheus scrapes cert-manager: CertificateExpiring goes by its metrics';
    expect([all, monitor(EVERYTHING, {}, BACKUPS, [])].map(({ context }) => context.requirements.has(scrapes))).toEqual([true, false]);
  });

  test('where it is disabled', () => {
    expect(namesOf(monitor(EVERYTHING, { disabled: ['RedisEvictingKeys'] }))).toEqual(
      namesOf(all).filter((name) => name !== 'RedisEvictingKeys'),
    );
  });
});

test('stores go by their kind, whatever their names are', () => {
  const { rules } = monitor([store('postgres', 1, undefined, 'db'), store('postgres', 1, undefined, 'history')]);
  expect(exprOf('PostgresDown', { ...all, rules })).toContain('pg_up{namespace="ai-agent-test",job=~"db|history"}');
});

test('an agent is no store, whatever its containers are called', () => {
  expect(namesOf(monitor([agent('agent', { name: 'redis' })]))).not.toContain('RedisDown');
});

test('a backup may be as old as two of its periods', () => {
  const oldest = [...(exprOf('BackupTooOld')?.matchAll(/cronjob="([\w-]+)"\}\) > (\d+)/g) ?? [])];
  expect(oldest.map(([, name, seconds]) => [name, Number(seconds) / 86_400])).toEqual([
    ['postgres-backup', 2],
    ['postgres-backup', 2],
    ['chroma-backup', 14],
    ['chroma-backup', 14],
  ]);
});

test('runbooks may be elsewhere', () => {
  const [rule] = monitor(EVERYTHING, { runbookUrl: 'https://wiki.example.com/alerts/' }).rules;
  expect(rule?.annotations.runbook_url).toBe('https://wiki.example.com/alerts/agentdown.md');
});
