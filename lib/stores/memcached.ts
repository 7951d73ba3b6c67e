import type { Construct } from 'constructs';
import { z } from 'zod';
import { amount, Component, parse, type Store, service, Workload } from '../kube';
import { exporter, storeFields } from './shared';

/** Options of {@link Memcached}. */
export const MemcachedSchema = z
  .strictObject({
    ...storeFields({ image: 'memcached:1.6.45-alpine', source: 'the guide names none', cpu: '100m', memory: '512Mi' }),
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
const EXPORTER_IMAGE = 'quay.io/prometheus/memcached-exporter:v0.16.0';
/** Connections, hash table and threads come on top of what -m counts. */
const OVERHEAD = 64 * 2 ** 20;
const ITEMS_SHARE = 0.8;

/**
 * A pool of Memcached servers. There is no single address: clients spread keys over all names (`MEMCACHED_SERVERS`) by
 * consistent hashing, and a member that is lost is a cold shard, no more.
 *
 * @throws InvalidInput if an option is not as {@link MemcachedSchema} says
 */
export class Memcached extends Component implements Store {
  readonly storeName = 'memcached';
  readonly variables: Store['variables'];
  readonly maxConnections: number;
  /** The pool's workload. */
  readonly workload: Workload;

  constructor(scope: Construct, id: string, props: MemcachedProps = {}) {
    super(scope, id, { order: 'memcached' });
    const options = parse(MemcachedSchema, props, this.node.path);
    const names = Array.from({ length: options.replicas }, (_, index) => `${id}-${index}.${id}:${PORT}`);
    // a client speaks to every member
    this.maxConnections = options.connections;
    this.variables = { servers: { env: 'MEMCACHED_SERVERS', value: names.join(',') } };
    this.workload = new Workload(this, {
      kind: 'StatefulSet',
      name: id,
      component: 'store',
      replicas: options.replicas,
      parallel: true,
      serviceName: id,
      user: { uid: 11211, gid: 11211 },
      priority: 'stores',
      drain: { settle: 5, finish: 5 },
      containers: [
        {
          name: 'memcached',
          image: options.image,
          args: [
            ...['-m', String(itemMemory(options.memory))],
            ...['-c', String(options.connections)],
            ...['-I', `${options.maxItemSize}m`],
            // no dumps of the keys
            '-X',
          ],
          ports: { memcached: PORT },
          resources: { cpu: options.cpu, memory: options.memory },
          probes: {
            readiness: { check: { tcp: 'memcached' } },
            liveness: { check: { tcp: 'memcached' }, failures: 6 },
          },
        },
        ...(this.context.metrics ? [exporter({ image: EXPORTER_IMAGE, port: 9150, args: [`--memcached.address=127.0.0.1:${PORT}`] })] : []),
      ],
    });
    service(this.workload, { ports: ['memcached'], headless: true });
  }

  connectFrom(consumer: Workload): void {
    consumer.connectTo(this.workload, 'memcached');
  }
}

/** Mebibytes for items: what the limit leaves after the server's own needs. */
function itemMemory(limit: string): number {
  return Math.floor(Math.min(amount(limit) * ITEMS_SHARE, amount(limit) - OVERHEAD) / 2 ** 20);
}
