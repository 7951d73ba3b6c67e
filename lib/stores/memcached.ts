import type { Construct } from 'constructs';
import { z } from 'zod';
import { amount, IMAGES } from '../kube';
import { EmbeddedStore, type StoreParts } from './embedded';
import { storeFields } from './shared';

/** Options of {@link Memcached}. */
export const MemcachedSchema = z
  .strictObject({
    ...storeFields({ image: IMAGES.memcached, source: 'the guide names none', cpu: '100m', memory: '512Mi' }),
    replicas: z.int().min(1).max(32).default(3).describe('Members of the pool (guide: Memcached Pool).'),
    connections: z
      .int()
      .min(16)
      .default(1024)
      .describe('Connections that each member has for clients (memcached: -c, which counts some of its own).'),
    maxItemSize: z.int().min(1).max(128).default(1).describe('Largest item, in MiB (memcached: -I).'),
  })
  .superRefine((options, context) => {
    if (context.issues.length > 0) return; // what is wrong with single options comes first
    const half = itemMemory(options) / 2;
    if (options.maxItemSize > half)
      context.addIssue({
        code: 'custom',
        path: ['memory'],
        message: `expected twice maxItemSize, ${options.maxItemSize} MiB, and what the server itself needs`,
        params: { got: `memory for ${Math.max(0, half * 2)} MiB of items` },
      });
  });

/** @see MemcachedSchema */
export type MemcachedProps = z.input<typeof MemcachedSchema>;

const PORT = 11211;
/** Hash table, threads and slab classes that are begun come on top of what -m counts (memcached wiki, ConfiguringServer). */
const SERVER = 56 * 2 ** 20;
/** Of each connection, with what the kernel keeps for its socket. */
const CONNECTION = 8 * 2 ** 10;
const ITEMS_SHARE = 0.8;
/** Threads (memcached: -t, default 4), and one for each core that is reserved where those are more. */
const THREADS = 4;
/** What -c counts beside clients: five files for each thread (memcached: reserved_fds), and the exporter, probes and listeners. */
const reserved = (threads: number) => 5 * threads + 16;

/**
 * A pool of Memcached servers. There is no single address: clients spread keys over all names (`MEMCACHED_SERVERS`) by
 * consistent hashing, and a member that is lost is a cold shard, no more.
 *
 * @throws InvalidInput if an option is not as {@link MemcachedSchema} says
 */
export class Memcached extends EmbeddedStore<z.output<typeof MemcachedSchema>> {
  constructor(scope: Construct, id: string, props: MemcachedProps = {}) {
    super(scope, id, { storeName: 'memcached', order: '22', schema: MemcachedSchema }, props);
  }

  protected parts(): StoreParts {
    const { id } = this.node;
    const { replicas, cpu, connections, maxItemSize } = this.options;
    const threads = Math.max(THREADS, Math.ceil(amount(cpu)));
    const members = Array.from({ length: replicas }, (_, index) => `${id}-${index}.${id}:${PORT}`);
    return {
      variables: { servers: { env: 'MEMCACHED_SERVERS', value: members.join(',') } },
      // a client speaks to every member
      maxConnections: connections,
      replicas,
      parallel: true,
      user: { uid: 11211, gid: 11211 },
      drain: { settle: 5, finish: 5 },
      server: {
        args: [
          ...['-m', String(itemMemory(this.options))],
          ...['-c', String(connections + reserved(threads))],
          ...['-t', String(threads)],
          ...['-I', `${maxItemSize}m`],
          // no dumps of the keys
          '-X',
        ],
        ports: { memcached: PORT },
        probes: { readiness: { check: { tcp: 'memcached' } }, liveness: { check: { tcp: 'memcached' }, failures: 6 } },
      },
      exporter: { image: IMAGES.memcachedExporter, port: 9150, args: [`--memcached.address=127.0.0.1:${PORT}`] },
    };
  }
}

/** Mebibytes for items (-m): what the limit leaves after the server's own needs. */
export function itemMemory({ memory, connections }: { memory: string; connections: number }): number {
  const limit = amount(memory);
  return Math.floor(Math.min(limit * ITEMS_SHARE, limit - SERVER - connections * CONNECTION) / 2 ** 20);
}
