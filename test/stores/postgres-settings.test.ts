import type { PostgresProps } from '../../lib/stores/postgres';
import { make, onCommandLine } from './postgres-support';

const settings = (props: PostgresProps): Record<string, string> =>
  Object.fromEntries(
    make(props)
      .file('postgresql.conf')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' = ')),
  );

test.each([
  ['512Mi', '1Gi', ['128MB', '256MB', '25MB', '8MB', '102MB', '80MB', '64Mi']],
  ['1Gi', '10Gi', ['256MB', '512MB', '51MB', '17MB', '1024MB', '80MB', '128Mi']],
  ['2Gi', '50Gi', ['512MB', '1024MB', '102MB', '34MB', '5120MB', '80MB', '256Mi']],
  ['8Gi', '500Gi', ['2048MB', '4096MB', '409MB', '136MB', '8192MB', '80MB', '1024Mi']],
  ['64Gi', '256Mi', ['16384MB', '32768MB', '3276MB', '1092MB', '25MB', '25MB', '8192Mi']],
])('with %s of memory and a volume of %s it shares out %j', (memory, storage, [buffers, cache, maintenance, vacuum, most, least, shm]) => {
  expect(settings({ memory, storage })).toMatchObject({
    shared_buffers: buffers,
    effective_cache_size: cache,
    maintenance_work_mem: maintenance,
    autovacuum_work_mem: vacuum,
    max_wal_size: most,
    min_wal_size: least,
  });
  expect(make({ memory }).mounts()['/dev/shm']).toMatchObject({ emptyDir: { sizeLimit: shm } });
});

test.each([
  // the guide: eleven replicas, four workers, two connections
  ['2Gi', 88, '100', '2MB'],
  ['2Gi', 92, '100', '2MB'],
  ['2Gi', 93, '120', '1MB'],
  ['512Mi', 12, '20', '3MB'],
  // no more than the memory bears
  ['512Mi', 1000, '40', '1MB'],
  ['64Gi', 900, '920', '12MB'],
])('with %s, agents that may open %d connections get %s, each with %s to sort in', (memory, demand, max_connections, work_mem) => {
  expect(onCommandLine({ memory }, demand)).toMatchObject({ max_connections, work_mem });
});

test.each([
  ['256Mi', 12],
  ['512Mi', 32],
  ['1Gi', 73],
  ['2Gi', 155],
  ['64Gi', 992],
])('with %s it promises agents %d connections', (memory, connections) => {
  expect(make({ memory }).store.maxConnections).toBe(connections);
});

test('a number of connections that is given holds, and so does a setting', () => {
  expect(onCommandLine({ memory: '8Gi', maxConnections: 400 }, 88)).toMatchObject({ max_connections: '400', work_mem: '2MB' });
  const { store } = make({ memory: '8Gi', maxConnections: 400 });
  expect(store.maxConnections).toBe(392);
  const own = { work_mem: '32MB', shared_buffers: '1GB', random_page_cost: 1.1, jit: true, search_path: `"$user", 'it''s\\` };
  expect(onCommandLine({ parameters: own })).not.toHaveProperty('work_mem');
  expect(settings({ parameters: own })).toMatchObject({
    ...{ work_mem: '32MB', shared_buffers: '1GB', random_page_cost: '1.1', jit: 'on' },
    search_path: `'"$user", ''it''''s\\\\'`,
  });
});

test('its other settings are the same at every size', () => {
  expect(settings({})).toEqual({
    ...{ listen_addresses: "'*'", port: '5432', hba_file: "'/etc/postgresql/pg_hba.conf'", superuser_reserved_connections: '3' },
    ...{ shared_buffers: '512MB', effective_cache_size: '1024MB', maintenance_work_mem: '102MB', autovacuum_work_mem: '34MB' },
    ...{ max_wal_size: '5120MB', min_wal_size: '80MB', jit: 'off', max_parallel_workers_per_gather: '0' },
    ...{ dynamic_shared_memory_type: "'posix'", password_encryption: "'scram-sha-256'" },
    ...{ log_destination: "'stderr'", log_min_duration_statement: '1000', log_timezone: "'UTC'", timezone: "'UTC'" },
  });
});
