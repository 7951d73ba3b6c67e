import type { PostgresProps } from '../../lib/stores/postgres';
import { PostgresSchema } from '../../lib/stores/postgres-schema';
import { type AllProps, unseenProps } from '../support/all-props';
import { find } from '../support/platform';
import { make } from './postgres-support';

test('shows every option', () => {
  const given: AllProps<PostgresProps> = {
    ...{ provider: 'embedded', image: 'registry.test/postgres:2', cpu: '510m', memory: '3Gi' },
    ...{ storage: '51Gi', storageClass: 'fast', database: 'agents', user: 'agent_1', maxConnections: 142 },
    initScripts: { '01-tables.sql': 'CREATE TABLE t (id int);' },
    parameters: { random_page_cost: 1.5 },
    rotation: { image: 'registry.test/curl:3' },
    pooler: { image: 'registry.test/pgbouncer:4', replicas: 5, connections: 44, cpu: '120m', memory: '130Mi' },
  };
  const before = make().objects;
  const { objects, store, claims, file, secret } = make(given);
  const runsAsOwner = () => expect(file('1-01-tables.sql')).toBe('SET ROLE agent_1; CREATE TABLE t (id int);');
  const { provider, ...visible } = given;
  expect(provider).toBe('embedded');
  const defaults = PostgresSchema.parse({});
  const explicit = {
    'initScripts.01-tables.sql': runsAsOwner,
    'pooler.replicas': () => expect(find(objects, 'Deployment', 'postgres-pooler').spec.replicas).toBe(5),
    // of five pods, and one more while they roll out
    'pooler.connections': () => expect(file('pgbouncer.ini')).toContain('\ndefault_pool_size = 7\n'),
  };
  expect(unseenProps({ given: visible, defaults, before, after: objects, explicit })).toEqual([]);
  expect(store.maxConnections).toBe(5000);
  expect(store.backup).toMatchObject({
    env: { PGUSER: 'postgres', PGDATABASE: 'agents' },
    scratch: '51Gi',
    image: 'registry.test/postgres:2',
  });
  expect(secret('postgres-auth')?.url).toBe('postgresql://agent_1:{password}@postgres-pooler:5432/agents');
  expect(claims[0].spec).toMatchObject({ storageClassName: 'fast', resources: { requests: { storage: '51Gi' } } });
});

const ROLES = "expected a name that is not PostgreSQL's or the platform's own: postgres, monitoring, public, none, pg_...";
test.each<[PostgresProps, string]>([
  [{ maxConnections: 1001 }, 'maxConnections: got 1001, expected at most 1000'],
  [{ maxConnections: 9 }, 'maxConnections: got 9, expected at least 10'],
  [{ maxConnections: 164 }, 'maxConnections: got 164, expected at most 163 with memory 2Gi; raise memory to 2050Mi'],
  [{ maxConnections: 47, pooler: {} }, 'maxConnections: got 47, expected at least 48 with pooler.connections 40'],
  [{ pooler: { connections: 200 } }, 'memory: got nothing, expected at least 2600Mi'],
  [{ memory: '64Mi' }, 'memory: got "64Mi", expected at least 113Mi'],
  [{ storage: '255Mi' }, 'storage: got "255Mi", expected at least 256Mi: an empty database and its log take most of that'],
  [{ user: 'agent-1' }, 'user: got "agent-1", expected lower case letters, digits and "_", such as aiagent'],
  [{ user: 'postgres' }, `user: got "postgres", ${ROLES}`],
  [{ user: 'pg_agent' }, `user: got "pg_agent", ${ROLES}`],
  [{ initScripts: { 'init.sh': 'id' } }, 'initScripts."init.sh": got "init.sh", expected a file name such as init.sql'],
  [{ parameters: { Port: 1 } }, 'parameters.Port: got "Port", expected a setting such as random_page_cost'],
  [{ parameters: { search_path: 'a\nfsync=off' } }, 'parameters.search_path: got "a\\nfsync=off", expected one line'],
  [
    { parameters: { listen_addresses: '' } },
    'parameters.listen_addresses: got "", expected none; Services, probes and policies are made for it',
  ],
  [{ parameters: { max_connections: 7 } }, 'parameters.max_connections: got 7, expected none; it is the option maxConnections'],
  [{ parameters: { fsync: false } }, 'parameters.fsync: got false, expected none; without it, a crash damages what was acknowledged'],
])('fails on %j', (props, message) => {
  expect(() => make(props)).toThrow(new Error(`test/postgres.${message}`));
});

test('what is wrong in several places is said at once, with a size that is none', () => {
  expect(() => make({ memory: '1GiB', storage: '1Mi', database: 'template0' })).toThrow(
    new Error(
      [
        'test/postgres.memory: got "1GiB", expected a size such as 512Mi or 2Gi; did you mean "1Gi"?',
        `test/postgres.database: got "template0", ${ROLES.replace(/: .*/, ': template0, template1, pg_...')}`,
        'test/postgres.storage: got "1Mi", expected at least 256Mi: an empty database and its log take most of that',
      ].join('\n'),
    ),
  );
});
