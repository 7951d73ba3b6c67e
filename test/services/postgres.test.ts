import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPods, type Pod } from '../support/container';
import { eventually, figure, needs } from '../support/services';
import { firstAnswer, hold, load, PASSWORDS, query, runBackupScript, startPostgres } from './support/postgres';

const { describe } = needs('bwrap', 'initdb', 'pgbench', 'psql');
afterEach(endPods);

const MIB = 2 ** 20;
/** Exit status of each probe. */
const probes = async (pod: Pod) => ({
  ready: (await pod.probe('readiness')).status,
  alive: (await pod.probe('liveness')).status,
});
const SERVES = { ready: 0, alive: 0 };
const REFUSES = { ready: 1, alive: 0 };
const SILENT = { ready: 2, alive: 1 };
/** Until the socket of the server that makes the database answers. */
const making = (pod: Pod) =>
  eventually('the making of the database', () => (/1-wait\.sql/.test(pod.log()) && !pod.log().includes('CREATE TABLE once')) || undefined);

/** Agents' connections that are past their login, told from outside: who asks the server takes one of the last connections. */
const connected = (pod: Pod) =>
  pod.commandLines().filter((line) => /^postgres: aiagent /.test(line) && !/authentication|startup/.test(line)).length;

describe('PostgreSQL', () => {
  test('in each state its probes say what it is', async () => {
    const pod = await startPostgres({ initScripts: { 'wait.sql': 'SELECT pg_sleep(2)' } });
    await making(pod);
    // the server that makes the database has no TCP: nobody is let in before it is finished
    expect(await probes(pod)).toEqual(SILENT);
    await pod.ready();
    expect(await probes(pod)).toEqual(SERVES);
    expect(query(pod, 'aiagent', 'SELECT 1', 'wrong')).toContain('password authentication failed');
    expect(await probes(pod)).toEqual(SERVES);

    query(pod, 'aiagent', 'CREATE TABLE much AS SELECT i, md5(i::text) FROM generate_series(1, 400000) i');
    await pod.kill('SIGKILL');
    await pod.restart();
    await hold(pod, 'startup');
    expect(await probes(pod)).toEqual(REFUSES); // recovers
    expect(query(pod, 'aiagent', 'SELECT 1')).toContain('the database system is starting up');
    await hold(pod, 'startup', 'CONT');
    await pod.ready();
    expect(query(pod, 'aiagent', 'SELECT count(*) FROM much')).toBe('400000');

    await hold(pod, 'checkpointer');
    await pod.kill('SIGINT');
    await eventually('the end of its services', async () => query(pod, 'aiagent', 'SELECT 1').includes('shutting down') || undefined);
    expect(await probes(pod)).toEqual(REFUSES);
    await hold(pod, 'checkpointer', 'CONT');
    expect(await pod.ended()).toMatchObject({ status: 0 });
  });

  test('the owner is no superuser, monitoring comes from beside only, and no password is seen anywhere', async () => {
    const pod = await startPostgres({
      initScripts: { 'a.sql': 'CREATE TABLE once AS SELECT 1 AS i; RESET ROLE; CREATE EXTENSION pageinspect;' },
      parameters: { log_statement: 'all', log_min_duration_statement: 0 },
    });
    await pod.ready();
    const roles = 'SELECT rolname, rolsuper FROM pg_roles WHERE rolcanlogin ORDER BY 1';
    expect(query(pod, 'aiagent', roles).split('\n')).toEqual(['aiagent|f', 'monitoring|f', 'postgres|t']);
    expect(query(pod, 'aiagent', "SELECT tableowner FROM pg_tables WHERE tablename = 'once'")).toBe('aiagent');
    expect(query(pod, 'aiagent', 'CREATE TABLE own (i int); DROP TABLE own; SELECT current_user')).toBe('aiagent');
    expect(query(pod, 'aiagent', "COPY once TO PROGRAM 'id'")).toContain('must be superuser');
    expect(query(pod, 'aiagent', 'SELECT rolpassword FROM pg_authid')).toContain('permission denied');
    expect(query(pod, 'monitoring', 'SELECT count(*) > 0 FROM pg_stat_get_wal_senders() RIGHT JOIN pg_stat_database ON true')).toBe('t');
    expect(query(pod, 'postgres', 'SHOW data_checksums')).toBe('on');
    expect(await firstAnswer(pod, 'monitoring', '127.0.0.1')).toContain('SCRAM-SHA-256');
    expect(await firstAnswer(pod, 'monitoring', '127.0.0.9')).toContain('pg_hba.conf rejects connection');
    expect(await firstAnswer(pod, 'aiagent', '127.0.0.9')).toContain('SCRAM-SHA-256');
    expect(pod.log()).toContain('CREATE TABLE once');
    for (const password of Object.values(PASSWORDS)) {
      expect(pod.log()).not.toContain(password);
      expect(pod.commandLines().join('\n')).not.toContain(password);
    }
  });

  test('a database that was not finished is made anew, and one that cannot be made is never taken for whole', async () => {
    const pod = await startPostgres({ initScripts: { 'once.sql': 'CREATE TABLE once AS SELECT 1', 'wait.sql': 'SELECT pg_sleep(2)' } });
    await making(pod);
    await pod.kill('SIGKILL');
    await pod.restart();
    await pod.ready();
    expect(pod.log()).toContain('making it anew');
    expect(query(pod, 'aiagent', 'SELECT count(*) FROM once')).toBe('1');
    await pod.stop();

    const bad = await startPostgres({ initScripts: { 'a.sql': 'CREATE TABLE a (i int)', 'b.sql': 'SELECT 1/0' } });
    for (let start = 1; start <= 2; start++) {
      expect((await bad.ended()).status).not.toBe(0);
      expect(bad.log()).toContain('1-b.sql:1: ERROR:  division by zero');
      if (start === 1) await bad.restart();
    }
  });

  test('kill -9 under load: everything that was acknowledged is there, and with another size too', async () => {
    const initScripts = { 'a.sql': 'CREATE TABLE said (client int); CREATE TABLE once AS SELECT 1;' };
    const pod = await startPostgres({ initScripts });
    await pod.ready();
    const writers = load(pod, 20, 'INSERT INTO said VALUES (:client_id);', { seconds: 60 });
    await eventually('some rows', () => Number(query(pod, 'aiagent', 'SELECT count(*) FROM said')) > 1000 || undefined, 60);
    const killed = Date.now();
    await pod.kill('SIGKILL');
    const { acknowledged } = await writers.done;
    await pod.restart();
    await pod.ready();
    figure('PostgreSQL', 'kill -9 under load of 20 writers: ready again', `${((Date.now() - killed) / 1000).toFixed(1)} s`);
    const rows = query(
      pod,
      'aiagent',
      'SELECT count(client) FROM generate_series(0, 19) i LEFT JOIN said ON client = i GROUP BY i ORDER BY i',
    );
    const kept = rows.split('\n').map(Number);
    const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
    expect(sum(acknowledged)).toBeGreaterThan(1000);
    // each client may have written one row more, of which it was not told
    expect(kept.filter((count, client) => count < (acknowledged[client] ?? 0))).toEqual([]);
    expect(kept.filter((count, client) => count > (acknowledged[client] ?? 0) + 1)).toEqual([]);
    figure('PostgreSQL', `acknowledged rows lost, of ${sum(acknowledged)}`, '0');
    expect(await pod.stop()).toEqual({ postgres: 0 });

    const larger = await startPostgres({ initScripts, memory: '4Gi' }, { claims: pod.claims });
    await larger.ready();
    expect(larger.log()).toContain('Skipping initialization');
    expect(query(larger, 'aiagent', 'SELECT current_setting($$shared_buffers$$), (SELECT count(*) FROM once)')).toBe('1GB|1');
    expect(query(larger, 'aiagent', 'SELECT count(*) FROM said')).toBe(String(sum(kept)));
  });

  test('all agents connect at once, others still get in, and a hundred sorts stay within the memory', async () => {
    const pod = await startPostgres();
    await pod.ready();
    expect(query(pod, 'aiagent', 'SHOW max_connections')).toBe('100');
    const agents = load(pod, 88, 'SELECT pg_sleep(0.5);', { seconds: 120 });
    const open = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'aiagent'";
    await eventually('88 connections', () => query(pod, 'postgres', open) === '88' || undefined, 60);
    expect(await probes(pod)).toEqual(SERVES);
    expect(query(pod, 'monitoring', open)).toBe('88');
    agents.end();
    await agents.done;
    await eventually('their end', () => query(pod, 'postgres', open) === '0' || undefined);

    // more than the shared buffers hold, by a process that stays: pages count for whoever has them mapped
    const fill = `INSERT INTO wide SELECT i, repeat('x', 1000) FROM generate_series(1, 560000) i; SELECT pg_sleep(600);`;
    const filler = load(pod, 1, `CREATE UNLOGGED TABLE wide (i int, t text); ${fill}`, { transactions: 1 });
    // a cursor keeps its sort, so that all are there at once
    const sort = 'DECLARE c CURSOR FOR SELECT repeat($$x$$, 290) FROM generate_series(1, 45000) i ORDER BY -i';
    const sorters = load(pod, 96, `BEGIN; ${sort}; FETCH 1 FROM c; SELECT pg_sleep(600);`, { transactions: 1 });
    const asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    const { peak } = await pod.measured(async () => {
      await eventually('97 connections', () => connected(pod) === 97 || undefined, 100);
      await eventually('their sorts', () => query(pod, 'postgres', asleep) === '97' || undefined, 200);
    });
    figure('PostgreSQL', '97 connections that sort: most memory, of 2048 MiB', `${Math.round(peak / MIB)} MiB`);
    // shared buffers and sorts are there, or this would prove nothing
    expect(peak).toBeGreaterThan((512 + 97 * 4) * MIB);
    expect(peak).toBeLessThan(2048 * MIB);
    for (const each of [filler, sorters]) each.end();
    await Promise.all([filler.done, sorters.done]);

    // full up to the last connection, it serves those that it has
    query(pod, 'postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'aiagent'");
    await eventually('their end', () => query(pod, 'postgres', open) === '0' || undefined);
    const all = load(pod, 97, 'SELECT pg_sleep(0.5);', { seconds: 120 });
    await eventually('97 connections', () => connected(pod) === 97 || undefined, 100);
    expect(query(pod, 'aiagent', 'SELECT 1')).toContain('remaining connection slots are reserved');
    expect(await probes(pod)).toEqual(SERVES);
    expect(query(pod, 'postgres', open)).toBe('97');
    all.end();
    await all.done;
  }, 300_000);

  test('a backup of it is restored into another one, to the same owners, and gives nobody more rights', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'postgres-backup-'));
    try {
      const pod = await startPostgres({ initScripts: { 'a.sql': 'RESET ROLE; CREATE EXTENSION pageinspect; CREATE ROLE reader LOGIN;' } });
      await pod.ready();
      query(pod, 'aiagent', "CREATE TABLE kept AS SELECT 'before' AS at; GRANT SELECT ON kept TO reader");
      query(pod, 'postgres', 'ALTER ROLE aiagent SUPERUSER'); // as it was in an earlier layout
      expect(runBackupScript(pod, 'dump-postgres', folder)).toMatchObject({ status: 0 });
      await pod.end();

      const other = await startPostgres();
      await other.ready();
      for (let time = 1; time <= 2; time++) {
        const restored = runBackupScript(other, 'restore-postgres', folder);
        expect([restored.status, restored.stderr]).toEqual([0, '']);
      }
      expect(query(other, 'aiagent', "UPDATE kept SET at = 'after' RETURNING at")).toBe('after');
      expect(query(other, 'aiagent', "SELECT relacl FROM pg_class WHERE relname = 'kept'")).toContain('reader=r/aiagent');
      expect(query(other, 'aiagent', 'SELECT extname FROM pg_extension ORDER BY 1')).toBe('pageinspect\nplpgsql');
      expect(query(other, 'aiagent', 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toBe('f');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
