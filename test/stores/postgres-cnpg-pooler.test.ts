import { IMAGES } from '../../lib/kube';
import { find, type Rendered } from '../support/platform';
import { policyOf } from '../support/workload';
import { MEMBERS, make, port } from './postgres-cnpg-support';
import { consumerOf, toldBy } from './support';

describe('a pooler', () => {
  const { store, objects, cluster } = make({ pooler: {} });
  const pods = { podSelector: { matchLabels: { 'cnpg.io/poolerName': 'postgres-pooler' } } };

  test('is what agents are told, with the password that the operator made', () => {
    expect(toldBy(store)).toMatchObject({
      POSTGRES_HOST: 'postgres-pooler',
      POSTGRES_URL: 'postgresql://aiagent:$(POSTGRES_PASSWORD)@postgres-pooler:5432/aiagent',
    });
    // the kubelet knows only what stands before
    const names = Object.values(store.variables).map(({ env }) => env);
    expect(names.indexOf('POSTGRES_PASSWORD')).toBeLessThan(names.indexOf('POSTGRES_URL'));
    expect(store.maxConnections).toBe(5000);
  });

  test('pools transactions, with its share of the connections in each pod', () => {
    expect(find(objects(), 'Pooler', 'postgres-pooler').spec).toEqual({
      cluster: { name: 'postgres' },
      instances: 2,
      type: 'rw',
      pgbouncer: {
        poolMode: 'transaction',
        parameters: { default_pool_size: '13', max_client_conn: '5000', max_prepared_statements: '200' },
      },
      template: {
        spec: {
          priorityClassName: 'ai-agent-test-stores',
          affinity: expect.objectContaining({ podAntiAffinity: expect.anything() }),
          containers: [
            {
              name: 'pgbouncer',
              image: IMAGES.cnpgPgbouncer,
              resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '128Mi' } },
            },
          ],
        },
      },
    });
  });

  test('shows a certificate that has its name', () => {
    expect(cluster().spec.certificates).toEqual({
      serverAltDNSNames: ['postgres-pooler', 'postgres-pooler.ai-agent-test', 'postgres-pooler.ai-agent-test.svc'],
    });
    expect(make().cluster().spec).not.toHaveProperty('certificates');
  });

  test('stands between agents and server, which agents do not reach', () => {
    expect(consumerOf(store, (one) => store.connectFrom(one, 4)).egress).toEqual([{ to: [pods], ports: port(5432) }]);
    if (!store.pooler) throw new Error('none');
    expect(policyOf(store.pooler).egress).toEqual([
      { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: port(443, 6443) },
      { to: [MEMBERS], ports: port(5432) },
    ]);
    const server = policyOf(store.workload).ingress.flatMap(({ from }: Rendered['spec']) => from);
    expect(server).toContainEqual(pods);
    expect(JSON.stringify(server)).not.toContain('consumer');
  });
});
