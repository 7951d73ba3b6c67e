import type { Construct } from 'constructs';
import type { z } from 'zod';
import { type BackupSource, type ContainerOptions, needSecret, type SecretNeed, type Store, secretFiles, service, Workload } from '../kube';
import { type StoreClass, StoreComponent, type storeFields } from './shared';

type StatefulSet = Extract<Workload['options'], { kind: 'StatefulSet' }>;
type PodFields = Pick<StatefulSet, 'user' | 'drain'> & Partial<Pick<StatefulSet, 'replicas' | 'parallel' | 'serviceName'>>;

/** In what one embedded store differs from another: what consumers know of it, fields of its workload, its containers. */
export interface StoreParts extends PodFields, Pick<Store, 'variables' | 'maxConnections'> {
  /** Keys of the Secret that is the store's own. */
  readonly secret?: SecretNeed['keys'];
  /** The server: name, image and resources follow from the store. Consumers connect to the first of its ports. */
  readonly server: Omit<ContainerOptions, 'name' | 'image' | 'resources'> & Required<Pick<ContainerOptions, 'ports'>>;
  readonly sidecars?: readonly ContainerOptions[];
  /** A Prometheus exporter, which runs where something scrapes; its UID is 65534 unless the image says otherwise. */
  readonly exporter?: Pick<ContainerOptions, 'image' | 'args' | 'env' | 'user'> & { readonly port: number };
}

/** A store that runs in the platform: a StatefulSet with its Service, of one pod unless its parts say otherwise. */
export abstract class EmbeddedStore<Options extends z.output<z.ZodObject<ReturnType<typeof storeFields>>>> extends StoreComponent<Options> {
  readonly variables: Store['variables'];
  readonly maxConnections?: number;
  /** The server's workload. */
  readonly workload: Workload;
  /** Connections that the consumers may open, all together: known when everything is connected. */
  protected demand = 0;
  private readonly port: string;

  constructor(scope: Construct, id: string, store: StoreClass<Options>, props: unknown) {
    super(scope, id, store, props);
    const { variables, maxConnections, secret, server, sidecars = [], exporter, ...pods } = this.parts();
    const { image, cpu, memory } = this.options;
    this.variables = variables;
    this.maxConnections = maxConnections;
    if (secret) needSecret(this.context, { name: this.secretName, keys: secret });
    this.workload = new Workload(this, {
      kind: 'StatefulSet',
      name: id,
      component: 'store',
      replicas: 1,
      serviceName: id,
      priority: 'stores',
      drain: { settle: 0, finish: 55 },
      ...pods,
      containers: [
        { name: store.storeName, image, resources: { cpu, memory }, ...server },
        ...sidecars,
        ...(exporter && this.context.metrics ? [exporterContainer(exporter)] : []),
      ],
    });
    this.port = Object.keys(server.ports)[0] ?? '';
    // where another Service names the pods, this one has an address of its own
    service(this.workload, { ports: [this.port], headless: pods.serviceName === undefined });
  }

  connectFrom(consumer: Workload, connections = 0): void {
    this.demand += connections;
    consumer.connectTo(this.workload, this.port);
  }

  /** What the store is made of; asked once, before the fields of a subclass are set. */
  protected abstract parts(): StoreParts;

  /** Name of the store's Secret. */
  protected get secretName(): string {
    return `${this.node.id}-auth`;
  }

  /** A backup by the store's own tools, over the network. */
  protected remoteBackup(source: Pick<BackupSource, 'method' | 'env' | 'secret' | 'scratch' | 'claim' | 'restoreMemory'>): BackupSource {
    return {
      backupName: this.node.id,
      image: this.options.image,
      user: this.workload.options.user,
      secret: secretFiles('auth', this.secretName, ['password']),
      connectFrom: (consumer) => this.connectFrom(consumer),
      ...source,
    };
  }
}

function exporterContainer({ port, ...container }: NonNullable<StoreParts['exporter']>): ContainerOptions {
  return {
    name: 'exporter',
    user: 65534,
    ...container,
    ports: { metrics: port },
    metrics: { port: 'metrics', path: '/metrics' },
    // no probe: a store is not out of service because nobody counts it (TargetDown tells)
    resources: { cpu: '10m', memory: '64Mi' },
  };
}
