import type { Construct } from 'constructs';
import { z } from 'zod';
import { byteQuantity, Component, cpuQuantity, image, type Order, parse, type Store, type Workload } from '../kube';

/** Fields that every store with a pod of its own has. */
export const storeFields = (defaults: {
  image: string;
  source: string;
  cpu: string;
  memory: string;
  least?: [memory: string, why: string];
}) => ({
  image: image().default(defaults.image).describe(`Container image (${defaults.source}).`),
  cpu: cpuQuantity().default(defaults.cpu).describe('Cores that each pod reserves; there is no limit.'),
  memory: byteQuantity(...(defaults.least ?? []))
    .default(defaults.memory)
    .describe('Memory that each pod reserves and is limited to; what the store may use inside is computed from it.'),
});

/** Fields of a store's data volume. */
export const storageFields = (storage: string) => ({
  storage: byteQuantity().default(storage).describe('Size of the data volume of each pod (the guide names no size).'),
  storageClass: z.string().optional().describe('StorageClass of the data volume; the default class of the cluster if absent.'),
});

/** What is the same for all stores of a class. */
export interface StoreClass<Options> {
  /** What it is called in `uses`. */
  readonly storeName: string;
  /** Number of its file, which no other kind of store has. */
  readonly order: Order;
  readonly schema: z.ZodType<Options>;
}

/** A store, wherever it runs. */
export abstract class StoreComponent<Options> extends Component implements Store {
  readonly storeName: string;
  abstract readonly variables: Store['variables'];
  protected readonly options: Options;

  constructor(scope: Construct, id: string, { storeName, order, schema }: StoreClass<Options>, props: unknown) {
    super(scope, id, { order });
    this.storeName = storeName;
    this.options = parse(schema, props, this.node.path);
  }

  abstract connectFrom(consumer: Workload, connections?: number): void;
}
