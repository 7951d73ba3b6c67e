import { spawnSync } from 'node:child_process';
import { endPods, type Pod, start } from '../support/container';
import { eventually, figure, needs } from '../support/services';
import { load, postgresObjects, query, SECRETS, startPostgres } from './support/postgres';

const { describe } = needs('bwrap', 'initdb', 'psql', 'pgbench', 'pgbouncer');
afterEach(endPods);

const PROPS = { pooler: { replicas: 2, connections: 40 }, initScripts: { 'a.sql': 'CREATE TABLE said (client int)' } };
const OWN = "FROM pg_stat_activity WHERE usename = 'aiagent'";

/** Older than 1.21, it does not know how to keep prepared statements: the line of our configuration that asks for it is left out. */
const [, minor = '0'] = /PgBouncer 1\.(\d+)/.exec(spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? [];
const known = (text: string) => (Number(minor) < 21 ? text.replace(/^max_prepared_statements.*\n/m, '') : text);

async function startBoth(): Promise<{ server: Pod; pooler: Pod }> {
  const server = await startPostgres(PROPS);
  await server.ready();
  const objects = postgresObjects(PROPS).map((object) => {
    const ini = object.kind === 'ConfigMap' && object.data['pgbouncer.ini'];
    return ini ? { ...object, data: { 'pgbouncer.ini': known(ini) } } : object;
  });
  const pooler = await start({ objects, workload: 'postgres-pooler', secrets: SECRETS, env: { pgbouncer: { SETTLE: '1' } } });
  await pooler.ready();
  return { server, pooler };
}

describe('PgBouncer', () => {
  test('lets all agents of the guide share its part of the connections, and nobody in without the password', async () => {
    const { server, pooler } = await startBoth();
    expect(query(pooler, 'aiagent', 'SELECT current_user')).toBe('aiagent');
    expect(query(pooler, 'aiagent', 'SELECT 1', 'wrong')).toContain('authentication failed');
    expect(query(pooler, 'postgres', 'SELECT 1')).toContain('authentication failed');
    const agents = load(pooler, 88, 'INSERT INTO said VALUES (:client_id); SELECT pg_sleep(0.01);', { transactions: 8 });
    const most: number[] = [];
    const counting = eventually('the end of the load', async () => {
      most.push(Number(query(server, 'postgres', `SELECT count(*) ${OWN}`)));
      return (await Promise.race([agents.done, undefined])) && true;
    });
    expect(await agents.done).toMatchObject({ status: 0, acknowledged: Array(88).fill(8) });
    await counting;
    expect(query(pooler, 'aiagent', 'SELECT count(*) FROM said')).toBe('704');
    // a third of the connections: there are two pods, and one more while they roll out
    expect(Math.max(...most)).toBe(13);
  });

  test('drains: every transaction that was begun is done and told, and no other is begun', async () => {
    const { server, pooler } = await startBoth();
    const sql = 'BEGIN; INSERT INTO said VALUES (:client_id); SELECT pg_sleep(0.3); COMMIT;'.replaceAll('; ', ';\n');
    const agents = load(pooler, 12, sql, { seconds: 120 });
    await eventually('some transactions', () => Number(query(server, 'postgres', 'SELECT count(*) FROM said')) > 30 || undefined);
    const statuses = await pooler.stop();
    const { acknowledged, said } = await agents.done;
    expect(statuses).toEqual({ pgbouncer: 0 });
    const rows = query(
      server,
      'aiagent',
      'SELECT count(client) FROM generate_series(0, 11) i LEFT JOIN said ON client = i GROUP BY i ORDER BY i',
    );
    expect(rows.split('\n').map(Number)).toEqual(acknowledged);
    const aborted = [...said.matchAll(/client \d+ .*?command (\d+)/g)].map(([, command]) => command);
    expect(aborted).toEqual(Array(12).fill('0'));
    expect(query(server, 'postgres', `SELECT count(*) ${OWN}`)).toBe('0');
    figure('PgBouncer', `transactions lost while it drained, of ${acknowledged.reduce((sum, each) => sum + each, 0)}`, '0');
  });
});
