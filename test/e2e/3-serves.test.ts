import { EDGE, get, kubectl, NAMESPACE, python } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

const MEBIBYTES = 100;
const SECONDS = 90;

onCluster(
  'every endpoint of the reference agent works through its Service',
  () => {
    const results = python(EDGE, 'client', 'endpoints.py', 'http://agent.ai-agent-e2e:8501', String(MEBIBYTES), String(SECONDS));
    expect(results).toEqual({
      chat: { status: 200, reply: 'You said: good morning', id: 32 },
      history: ['You said: good morning'],
      sessions: ['good morning'],
      search: 'fruit',
      upload: { size: MEBIBYTES * 2 ** 20, same: true },
      // ten pauses between eleven pieces
      stream: { pieces: 11, seconds: SECONDS, end: 'event: end' },
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
