import { find, podSpec, type Rendered, rendered } from '../support/platform';
import { make, onCommandLine } from './postgres-support';
import { consumerOf, toldBy } from './support';

describe('a pooler', () => {
  const { store, objects, secret, file } = make({ pooler: {} });

  test('is what agents are told and reach, while backups stay with the server', () => {
    expect(toldBy(store)).toMatchObject({ POSTGRES_HOST: 'postgres-pooler', POSTGRES_PORT: '5432' });
    expect(secret('postgres-auth')?.url).toBe('postgresql://aiagent:{password}@postgres-pooler:5432/aiagent');
    expect(store.backup.env.PGHOST).toBe('postgres');
    const consumer = consumerOf(store, (one) => store.connectFrom(one, 88));
    const pods = consumer.egress[0].to.map(({ podSelector }: Rendered['spec']) => podSelector.matchLabels['app.kubernetes.io/name']);
    expect(pods.sort()).toEqual(['postgres', 'postgres-pooler']);
    const backup = consumerOf(make({ pooler: {} }).store, (one) => store.connectFrom(one));
    expect(backup.egress[0].to).toHaveLength(1);
    store.workload.renderNetworkPolicy();
    const [{ from }] = find(rendered(store), 'NetworkPolicy', 'postgres').spec.ingress;
    expect(from).toContainEqual({ podSelector: { matchLabels: store.pooler?.pods } });
  });

  test('shares its connections among all of its pods, and the server keeps head room beside', () => {
    expect(onCommandLine({ pooler: {} }, 1000)).toMatchObject({ max_connections: '60' });
    expect(file('pgbouncer.ini').split('\n')).toEqual(
      expect.arrayContaining([
        'aiagent = host=postgres port=5432 dbname=aiagent',
        ...['pool_mode = transaction', 'default_pool_size = 13', 'max_prepared_statements = 200', 'auth_type = scram-sha-256'],
      ]),
    );
  });

  test('is drained before it ends, and one pod is always there', () => {
    const pod = podSpec(find(objects, 'Deployment', 'postgres-pooler'));
    expect(pod.terminationGracePeriodSeconds).toBe(75);
    expect(pod.containers[0].lifecycle).toEqual({ preStop: { exec: { command: ['sh', '/scripts/pgbouncer-stop.sh'] } } });
    expect(find(objects, 'PodDisruptionBudget', 'postgres-pooler').spec).toMatchObject({ maxUnavailable: 1 });
  });
});
