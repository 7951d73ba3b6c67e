import { z } from 'zod';
import { byteQuantity, type Component, configFiles, cpuQuantity, IMAGES, image, memory, secretFiles, service, Workload } from '../kube';
import startScript from './scripts/pgbouncer-start.sh';
import stopScript from './scripts/pgbouncer-stop.sh';

/** Options of a PgBouncer between agents and server. */
export const PoolerSchema = z.strictObject({
  image: image().default(IMAGES.pgbouncer).describe('Container image of PgBouncer 1.21 or later.'),
  replicas: z.int().min(1).default(2).describe('Pods; each takes all clients while another one is away.'),
  connections: z.int().min(3).default(40).describe('Connections to the server, of all pods together and one more while they roll out.'),
  cpu: cpuQuantity().default('100m').describe('Cores that each pod reserves; there is no limit.'),
  memory: byteQuantity().default('128Mi').describe('Memory that each pod reserves and is limited to.'),
});

/** Clients of one pod (PgBouncer: a client takes some kilobytes): more than the agents of a platform open. */
export const MOST_CLIENTS = 5000;
const PORT = 5432;
/** Seconds that a pod serves on while endpoints learn of its end, and then waits for transactions. */
const DRAIN = { settle: 10, finish: 60 };

/** Connections of one pod: all pods, and one more while they roll out, stay within those of the server. */
export const poolSize = ({ connections, replicas }: Pick<z.output<typeof PoolerSchema>, 'connections' | 'replicas'>): number =>
  Math.max(1, Math.floor(connections / (replicas + 1)));

/** Which server is behind, and who comes. */
export interface PoolerOptions extends z.output<typeof PoolerSchema> {
  readonly server: Workload;
  readonly database: string;
  readonly owner: string;
  readonly secret: string;
}

/** PgBouncer as a Deployment: a connection of the server belongs to a client for one transaction only. */
export function pooler(component: Component, options: PoolerOptions): Workload {
  const { server, owner, secret, replicas } = options;
  const name = `${server.name}-pooler`;
  const scripts = { 'pgbouncer-start.sh': startScript, 'pgbouncer-stop.sh': stopScript };
  const check = { tcp: 'postgres' };
  const workload = new Workload(component, {
    kind: 'Deployment',
    name,
    component: 'pooler',
    replicas,
    priority: 'stores',
    // edoburu/pgbouncer
    user: { uid: 70, gid: 70 },
    drain: DRAIN,
    containers: [
      {
        name: 'pgbouncer',
        image: options.image,
        command: ['sh', '/scripts/pgbouncer-start.sh'],
        preStop: ['sh', '/scripts/pgbouncer-stop.sh'],
        env: {
          OWNER: owner,
          PASSWORD_FILE: '/run/secrets/owner/password',
          USERLIST: '/run/pgbouncer/userlist.txt',
          SETTLE: String(DRAIN.settle),
        },
        ports: { postgres: PORT },
        resources: options,
        probes: { startup: { check }, readiness: { check }, liveness: { check, failures: 6 } },
        mounts: {
          '/etc/pgbouncer': configFiles(component, `${name}-config`, { 'pgbouncer.ini': configuration(options) }),
          '/scripts': configFiles(component, `${name}-scripts`, scripts, { executable: true }),
          '/run/secrets/owner': secretFiles('owner', secret, ['password']),
          '/run/pgbouncer': memory('run', '1Mi'),
        },
      },
    ],
  });
  service(workload, { ports: ['postgres'] });
  workload.connectTo(server, 'postgres');
  return workload;
}

// max_prepared_statements: drivers prepare what they ask often, and the next transaction may meet another connection
const configuration = ({ server, database, ...options }: PoolerOptions) => `[databases]
${database} = host=${server.name} port=${PORT} dbname=${database}

[pgbouncer]
listen_addr = 0.0.0.0
listen_port = ${PORT}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /run/pgbouncer/userlist.txt
pool_mode = transaction
default_pool_size = ${poolSize(options)}
max_client_conn = ${MOST_CLIENTS}
max_prepared_statements = 200
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
`;
