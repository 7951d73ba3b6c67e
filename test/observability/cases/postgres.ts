import { type Cases, downCases, NAMESPACE, nearMaxCases, type Series, series } from './case';

/** What two servers of an operator say. */
const cluster = (metric: string, ...values: string[]): Series =>
  values.map((said, index) => series(metric, { job: 'cluster', pod: `cluster-${index + 1}` }, said));
const archiver = (what: string, values: string) => cluster(`cnpg_pg_stat_archiver_last_${what}_time`, values);
const clusterDown = [
  { labels: { namespace: NAMESPACE, job: 'cluster' }, description: "No server of ai-agent-test/cluster answers its operator's exporter." },
];

export const POSTGRES: Readonly<Record<string, Cases>> = {
  PostgresDown: downCases('postgres', 'PostgreSQL', 'critical', 'pg_up'),

  PostgresConnectionsNearMax: nearMaxCases(
    'postgres',
    'connections',
    // of all databases of the server
    (count) => [
      series('pg_stat_database_numbackends', { job: 'postgres', pod: 'postgres-0', datname: 'aiagent' }, `${count - 1}x30`),
      series('pg_stat_database_numbackends', { job: 'postgres', pod: 'postgres-0', datname: 'postgres' }, '1x30'),
    ],
    'pg_settings_max_connections',
  ),

  PostgresClusterDown: {
    severity: 'critical',
    summary: 'No server of a PostgreSQL cluster answers.',
    cases: [
      { name: 'none answers for five minutes', series: cluster('cnpg_collector_up', '0x30', '0x30'), at: '5m', fires: clusterDown },
      { name: 'none is there', series: [series('up', { job: 'other' }, '1x30')], at: '5m', fires: clusterDown },
      { name: 'for less than that', series: cluster('cnpg_collector_up', '0x30', '0x30'), at: '4m' },
      { name: 'one of them answers', series: cluster('cnpg_collector_up', '0x30', '1x30'), at: '20m' },
    ],
  },

  PostgresArchiveFailing: {
    severity: 'critical',
    summary: 'PostgreSQL cannot archive its log.',
    cases: [
      {
        name: 'nothing was archived since it failed, for a quarter of an hour',
        series: [...archiver('failed', '100x40'), ...archiver('archived', '99x40')],
        at: '15m',
        fires: [
          {
            labels: { namespace: NAMESPACE, job: 'cluster', pod: 'cluster-1' },
            description: 'The last segment of the log of ai-agent-test/cluster-1 did not reach the archive.',
          },
        ],
      },
      { name: 'for less than that', series: [...archiver('failed', '100x40'), ...archiver('archived', '99x40')], at: '14m' },
      { name: 'it was archived later', series: [...archiver('failed', '100x40'), ...archiver('archived', '99x5 101x40')], at: '30m' },
      { name: 'nothing ever failed', series: [...archiver('failed', '0x40'), ...archiver('archived', '0x40')], at: '30m' },
    ],
  },
};
