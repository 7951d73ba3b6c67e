import { amount, mebibytes, type QuantityText } from '../kube';

/** What the settings of a server follow from. */
export interface PostgresSize {
  readonly memory: QuantityText;
  readonly storage: QuantityText;
}

/** A setting of postgresql.conf. */
export type Parameter = string | number | boolean;
export type Parameters = Readonly<Record<string, Parameter>>;

const MI = 2 ** 20;
/** Kept for superusers (PostgreSQL's default), and beside them for the exporter (2), a dump, a restore and a pooler's question. */
export const SUPERUSER_CONNECTIONS = 3;
export const HEAD_ROOM = SUPERUSER_CONNECTIONS + 5;
/** A few agents more restart no server: connections come in steps. */
const STEP = 20;

/**
 * Shares of the memory limit. A quarter of it for shared_buffers is what PostgreSQL advises (19.4 Resource Consumption), a
 * tenth is for index builds and autovacuum, an eighth for /dev/shm; what is left above the connections is the kernel's: page
 * cache, sockets, page tables.
 */
const SHARE = { buffers: 1 / 4, cache: 1 / 2, maintenance: 1 / 20, shm: 1 / 8, connections: 2 / 5 };
/** Mebibytes that a connection takes before it sorts: 3 were measured, of which a part is its caches of the catalog. */
const CONNECTION = 3;
/** A hash may take twice work_mem (PostgreSQL 15: hash_mem_multiplier), as do two sorts. */
const SORTS = 2;
/** Least work_mem in mebibytes: with less, every sort goes to disk (PostgreSQL's default is 4). */
const LEAST_WORK_MEMORY = 1;
/** A tenth of the volume for the log. At most 8 GiB: a start after a crash replays it within the startup probe's ten minutes. */
const LOG = { share: 1 / 10, most: 8192 };

/** Most connections of any server: beyond, processes wait for each other more than they work, and a pooler does better. */
export const MOST_CONNECTIONS = 1000;

/** Most connections that a server of this memory can bear, all of them sorting. */
export const mostConnections = (memory: QuantityText): number =>
  Math.min(MOST_CONNECTIONS, Math.floor((amount(memory) * SHARE.connections) / MI / (CONNECTION + SORTS * LEAST_WORK_MEMORY)));

/** Least memory in mebibytes for so many connections. */
export const memoryFor = (connections: number): number =>
  Math.ceil((connections * (CONNECTION + SORTS * LEAST_WORK_MEMORY)) / SHARE.connections);

/** max_connections for what agents may open: with head room, in steps, and no more than the memory bears. */
export const connectionsFor = (demand: number, memory: QuantityText): number =>
  Math.min(mostConnections(memory), STEP * Math.ceil((demand + HEAD_ROOM) / STEP));

/** work_mem in mebibytes: all connections sort at once, and stay within their share. */
export const workMemory = (memory: QuantityText, connections: number): number =>
  Math.max(LEAST_WORK_MEMORY, Math.floor((mebibytes(memory, SHARE.connections) / connections - CONNECTION) / SORTS));

/** Size of /dev/shm, where parallel index builds share their memory; it counts against the limit. */
export const sharedMemory = (memory: QuantityText): string => `${mebibytes(memory, SHARE.shm)}Mi`;

const ADDRESS = 'Services, probes and policies are made for it';
const FILES = 'the platform mounts the files of the server';
const DURABLE = 'without it, a crash damages what was acknowledged';
/** Settings that are not the user's, and why. */
export const FIXED: Readonly<Record<string, string>> = {
  ...{ listen_addresses: ADDRESS, port: ADDRESS, unix_socket_directories: ADDRESS },
  ...{ config_file: FILES, hba_file: FILES, ident_file: FILES, data_directory: FILES, external_pid_file: FILES },
  ...{ fsync: DURABLE, full_page_writes: DURABLE, data_checksums: 'it is on, and decided when the data folder is made' },
  ...{ max_connections: 'it is the option maxConnections', superuser_reserved_connections: 'maxConnections counts on it' },
  password_encryption: 'pg_hba.conf asks for scram-sha-256',
  ssl: 'no certificate is mounted; use provider: external for a server with TLS',
  logging_collector: 'logs go to standard error, where the cluster collects them',
};

/** Settings that follow from the size, of whoever runs the server. */
export function sized({ memory, storage }: PostgresSize): Parameters {
  const log = Math.min(LOG.most, mebibytes(storage, LOG.share));
  const maintenance = mebibytes(memory, SHARE.maintenance);
  return {
    shared_buffers: `${mebibytes(memory, SHARE.buffers)}MB`,
    effective_cache_size: `${mebibytes(memory, SHARE.cache)}MB`,
    maintenance_work_mem: `${maintenance}MB`,
    // of each of its three workers (PostgreSQL: autovacuum_max_workers)
    autovacuum_work_mem: `${Math.max(1, Math.floor(maintenance / 3))}MB`,
    max_wal_size: `${log}MB`,
    min_wal_size: `${Math.min(80, log)}MB`,
    // agents ask many small questions: compiled queries take megabytes in every connection, and the hash tables of
    // parallel ones fill /dev/shm (measured: 40 joins at once, 80 MB)
    jit: 'off',
    max_parallel_workers_per_gather: 0,
  };
}

/** Settings of the server that the platform runs; a user's parameters take the place of those of the same name. */
export function settings(size: PostgresSize, parameters: Parameters = {}): Parameters {
  return {
    listen_addresses: '*',
    port: 5432,
    hba_file: '/etc/postgresql/pg_hba.conf',
    superuser_reserved_connections: SUPERUSER_CONNECTIONS,
    ...sized(size),
    dynamic_shared_memory_type: 'posix',
    password_encryption: 'scram-sha-256',
    log_destination: 'stderr',
    log_min_duration_statement: 1000,
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...parameters,
  };
}

/** What the settings of a server follow from beside its size: who connects. */
interface Demand {
  readonly memory: QuantityText;
  readonly maxConnections?: number;
  readonly pooler?: { readonly connections: number };
  readonly parameters: Parameters;
}

/** Settings that follow from the connections that agents may open, or the pooler; a work_mem of the user is left alone. */
export function connected({ memory, pooler, parameters, maxConnections }: Demand, demand: number): Parameters {
  const max_connections = maxConnections ?? connectionsFor(pooler?.connections ?? demand, memory);
  return { max_connections, ...(!('work_mem' in parameters) && { work_mem: `${workMemory(memory, max_connections)}MB` }) };
}

/** postgresql.conf: one setting a line, texts in quotes. */
export const configuration = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} = ${quoted(value)}\n`)
    .join('');

function quoted(value: Parameter): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const text = String(value);
  return /^(-?\d+(\.\d+)?[a-zA-Z]*|on|off)$/.test(text) ? text : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/**
 * pg_hba.conf: scram over TCP for everybody. Nothing is trusted but the superuser on the socket, inside of the container; the
 * monitoring role comes from the exporter beside, and from nowhere else.
 */
export const ACCESS = `local all postgres trust
local all all scram-sha-256
host all monitoring samehost scram-sha-256
host all monitoring all reject
host all all all scram-sha-256
`;
