import { amount } from '../kube';

/** What a Redis server may use of the memory and the disk of its pod, in MiB. */
export interface RedisSizes {
  /** For data, with what clients send and read (redis.conf: maxmemory). */
  readonly data: number;
  /** For changes that replicas have not read yet; a replica that is further behind copies everything (client-output-buffer-limit). */
  readonly replicas: number;
  /** For changes that are kept for a replica that comes back (repl-backlog-size). It is part of `data`. */
  readonly backlog: number;
  /** What the append-only files may take for a moment. */
  readonly disk: number;
}

/** The server without data, with its libraries and the stacks of its threads: 9 MiB on Debian's Redis 7.0, and as much to spare. */
const SERVER = 18;
/**
 * Of the rest, the share for data. A rewrite of the append-only file forks, and pages that are written meanwhile exist
 * twice (redis.io, Persistence and FAQ: background saving); the allocator has a tenth more than it gives out
 * (redis.io, Memory optimization: mem_fragmentation_ratio). Half of the data may change during a rewrite.
 */
const DATA_SHARE = 0.65;
/** Replicas' buffers are no part of maxmemory (redis.conf: maxmemory-policy, last paragraph). */
const REPLICAS_SHARE = 0.1;
const BACKLOG_SHARE = 1 / 32;
/** A file is rewritten when it is twice as large as after the last time (redis.conf: auto-aof-rewrite-percentage 100), beside the old one. */
const FILES = 3;
/** Below that there is no room for a few clients and their values. */
export const LEAST_DATA = 16;

/** Computes them from the memory limit, for a server that has replicas or not. */
export function redisSizes(memory: string, hasReplicas: boolean): RedisSizes {
  const limit = amount(memory) / 2 ** 20;
  const replicas = hasReplicas ? Math.floor(limit * REPLICAS_SHARE) : 0;
  const data = Math.floor((limit - SERVER - replicas) * DATA_SHARE);
  return { data, replicas, backlog: Math.max(1, Math.floor(limit * BACKLOG_SHARE)), disk: data * FILES };
}
