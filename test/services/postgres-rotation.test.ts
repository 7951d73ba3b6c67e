import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endPods, type Pod, start } from '../support/container';
import { eventually, needs } from '../support/services';
import { PASSWORDS, postgresObjects, query, SECRETS, startPostgres } from './support/postgres';

const { describe } = needs('bwrap', 'initdb', 'psql', 'curl');

type Keys = Record<string, string>;
let api: Server;
/** The Secret as the API server has it, what it was asked, and how many requests it still answers. */
let [secret, asked, answers]: [Keys, string[], number] = [{}, [], 0];

/** Answers merge patches of the one Secret, and nothing else. */
beforeEach(async () => {
  [secret, asked, answers] = [{ password: PASSWORDS.owner, url: 'the old one' }, [], Number.POSITIVE_INFINITY];
  api = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += data;
    });
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${request.headers['content-type']} ${request.headers.authorization}`);
      if (answers-- <= 0) return response.writeHead(403).end('{}');
      const { data = {}, stringData = {} } = JSON.parse(body) as { data?: Record<string, null>; stringData?: Keys };
      for (const key of Object.keys(data)) delete secret[key];
      Object.assign(secret, stringData);
      return response.end(JSON.stringify(secret));
    });
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await endPods();
  api.close();
});

const OBJECTS = postgresObjects();
const ready = async () => {
  const server = await startPostgres({ parameters: { log_statement: 'all', log_min_duration_statement: 0 } });
  await server.ready();
  return server;
};

/** Runs the Job once, with the Secret as it is. Gives what it says, or throws what a step says that fails. */
async function rotate(superuser = PASSWORDS.superuser): Promise<string> {
  const there = { API: `http://127.0.0.1:${(api.address() as AddressInfo).port}` };
  const job = await start({
    objects: OBJECTS,
    account: { token: 'of the account' },
    workload: 'postgres-rotate',
    secrets: { ...SECRETS, 'postgres-auth': { ...secret }, 'postgres-superuser': { password: superuser } },
    env: { prepare: there, publish: there },
  });
  const { status, stdout, stderr } = await job.ended();
  await job.end();
  if (status !== 0) throw new Error(stderr);
  return stdout + stderr;
}

const opens = (server: Pod, password = '') => query(server, 'aiagent', 'SELECT 1', password) === '1';

describe('the Job that changes the password', () => {
  test('leaves a Secret that opens the database, and no way in with the old one; nobody is told', async () => {
    const server = await ready();
    const said = await rotate();
    const { password = '', url, ...rest } = secret;
    expect(password).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(url).toBe(`postgresql://aiagent:${password}@postgres:5432/aiagent`);
    expect(rest).toEqual({});
    expect([opens(server, password), opens(server, PASSWORDS.owner)]).toEqual([true, false]);
    const patch = 'PATCH /api/v1/namespaces/ai-agent-test/secrets/postgres-auth application/merge-patch+json Bearer of the account';
    expect(asked).toEqual([patch, patch]);
    expect(said).toBe('postgres-rotate: secret/postgres-auth has the new password; restart what reads it\n');
    expect(server.log() + said).not.toContain(password);
    await eventually('the log of the login', () => server.log().includes('SELECT 1') || undefined);

    // and again
    await rotate();
    expect(secret.password).not.toBe(password);
    expect([opens(server, secret.password), opens(server, password)]).toEqual([true, false]);
  });

  test('stopped before its last step, it goes on with the same password the next time', async () => {
    const server = await ready();
    answers = 1;
    await expect(rotate()).rejects.toThrow(/secret\/postgres-auth: HTTP 403 from http/);
    const { next, password } = secret;
    expect([password, opens(server, next), opens(server, password)]).toEqual([PASSWORDS.owner, true, false]);
    answers = 2;
    await rotate();
    expect(secret).toEqual({ password: next, url: `postgresql://aiagent:${next}@postgres:5432/aiagent` });
    expect(opens(server, next)).toBe(true);
  });

  test('changes nothing where the database or the API server says no, or the next password cannot be one', async () => {
    const server = await ready();
    await expect(rotate('wrong')).rejects.toThrow(/password authentication failed for user "postgres"/);
    expect([secret.password, opens(server, PASSWORDS.owner)]).toEqual([PASSWORDS.owner, true]);
    for (const [next, why] of [
      ['semi;colon-semi;colon', 'expected letters, digits'],
      ['short', 'expected at least 16 characters'],
    ]) {
      secret.next = next ?? '';
      await expect(rotate()).rejects.toThrow(why);
    }
    answers = 0;
    delete secret.next;
    await expect(rotate()).rejects.toThrow('HTTP 403');
    expect([secret.password, opens(server, PASSWORDS.owner)]).toEqual([PASSWORDS.owner, true]);
  });

  test('takes the password that the user has put beside the old one', async () => {
    const server = await ready();
    secret.next = 'of-my-own_choice.1~2';
    await rotate();
    expect(secret).toEqual({ password: 'of-my-own_choice.1~2', url: 'postgresql://aiagent:of-my-own_choice.1~2@postgres:5432/aiagent' });
    expect(opens(server, 'of-my-own_choice.1~2')).toBe(true);
  });
});
