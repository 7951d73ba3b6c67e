import { AGENT, EDGE, get, kubectl, NAMESPACE, python } from './support/kubernetes';
import { onCluster } from './support/on-cluster';
import { beginStream } from './support/stream';

const MEBIBYTES = 100;

onCluster(
  'every endpoint of the reference agent works through its Service',
  () => {
    beginStream();
    expect(python(EDGE, 'client', 'endpoints.py', AGENT, String(MEBIBYTES))).toEqual({
      chat: { status: 200, reply: 'You said: good morning', id: 32 },
      history: ['You said: good morning'],
      sessions: ['good morning'],
      search: 'fruit',
      upload: { size: MEBIBYTES * 2 ** 20, same: true },
      websocket: 'You said: hello',
    });
  },
  240_000,
);

onCluster('what agents say to PostgreSQL goes through PgBouncer, and nothing beside it', () => {
  const sql = "SELECT DISTINCT host(client_addr) FROM pg_stat_activity WHERE usename = 'aiagent'";
  const psql = ['psql', '-U', 'postgres', '-d', 'aiagent', '-qAtc', sql];
  const clients = kubectl(['exec', '-n', NAMESPACE, 'postgres-0', '-c', 'postgres', '--', ...psql])
    .trim()
    .split('\n');
  const poolers = get('pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=postgres-pooler').map(({ status }) => status.podIP);
  expect(clients[0]).not.toBe('');
  expect(clients.filter((address) => !poolers.includes(address))).toEqual([]);
});
