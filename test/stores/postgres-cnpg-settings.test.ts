import type { PostgresClusterProps } from '../../lib/stores/postgres-cnpg-schema';
import { make } from './postgres-cnpg-support';
import { consumerOf } from './support';

const parameters = (props: PostgresClusterProps, demand = 0): Record<string, string> => {
  const { store, cluster } = make(props);
  consumerOf(store, (consumer) => store.connectFrom(consumer, demand));
  return cluster().spec.postgresql.parameters;
};

test.each([
  ['1Gi', '10Gi', ['256MB', '512MB', '51MB', '17MB', '1024MB'], '128Mi'],
  ['2Gi', '50Gi', ['512MB', '1024MB', '102MB', '34MB', '5120MB'], '256Mi'],
  ['64Gi', '500Gi', ['16384MB', '32768MB', '3276MB', '1092MB', '8192MB'], '8192Mi'],
])('with %s of memory and a volume of %s it shares out %j', (memory, storage, [buffers, cache, maintenance, vacuum, log], shm) => {
  expect(parameters({ memory, storage })).toMatchObject({
    ...{ shared_buffers: buffers, effective_cache_size: cache, maintenance_work_mem: maintenance },
    ...{ autovacuum_work_mem: vacuum, max_wal_size: log },
  });
  expect(make({ memory }).cluster().spec.ephemeralVolumesSizeLimit).toEqual({ shm });
});

test.each<[PostgresClusterProps, number, string, string]>([
  [{}, 88, '100', '2MB'],
  [{ memory: '1Gi' }, 12, '20', '8MB'],
  [{ memory: '64Gi' }, 900, '920', '12MB'],
  [{ maxConnections: 50 }, 12, '50', '6MB'],
  [{ pooler: {} }, 1000, '60', '5MB'],
])('with %j, agents that may open %d connections get %s, each with %s to sort in', (props, demand, max_connections, work_mem) => {
  expect(parameters(props, demand)).toMatchObject({ max_connections, work_mem });
});

test('a setting of the user takes the place of ours, as a text', () => {
  const own = { work_mem: '32MB', jit: true, random_page_cost: 1.1 };
  expect(parameters({ parameters: own })).toMatchObject({ work_mem: '32MB', jit: 'on', random_page_cost: '1.1' });
});
