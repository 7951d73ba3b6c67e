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
    connections: z.int().min(16).default(1024).describe('Connections of each member (memcached: -c).'),
    maxItemSize: z.int().min(1).max(128).default(1).describe('Largest item, in MiB (memcached: -I).'),
  })
  .superRefine((options, context) => {
    if (context.issues.length > 0) return; // what is wrong with single options comes first
    const half = itemMemory(options.memory) / 2;
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
/** Connections, hash table and threads come on top of what -m counts. */
const OVERHEAD = 64 * 2 ** 20;
const ITEMS_SHARE = 0.8;

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
    const { replicas, memory, connections, maxItemSize } = this.options;
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
          ...['-m', String(itemMemory(memory))],
          ...['-c', String(connections)],
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

/** Mebibytes for items: what the limit leaves after the server's own needs. */
function itemMemory(limit: string): number {
  return Math.floor(Math.min(amount(limit) * ITEMS_SHARE, amount(limit) - OVERHEAD) / 2 ** 20);
}
