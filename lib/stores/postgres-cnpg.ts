import { Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import * as cnpg from '../../imports/postgresql.cnpg.io';
import { claimTemplate, IMAGES, InvalidInput, KEEP, needSecret, reachApi, type Store, secretFiles, Workload } from '../kube';
import { KIND, variables } from './postgres';
import { archive } from './postgres-cnpg-archive';
import { operatedPooler } from './postgres-cnpg-pooler';
import { type PostgresClusterOptions, type PostgresClusterProps, PostgresClusterSchema } from './postgres-cnpg-schema';
import { bootstrapOf, type ClusterParts, clusterSpec, INSTANCE } from './postgres-cnpg-spec';
import { tls } from './postgres-external';
import { MOST_CLIENTS } from './postgres-pooler';
import * as sizing from './postgres-settings';
import { StoreComponent } from './shared';

const PORT = 5432;
const BY = 'CloudNativePG';

/**
 * PostgreSQL 15 with replicas, run by the operator CloudNativePG: what is rendered is a Cluster, from which it makes the rest.
 *
 * @throws InvalidInput if an option is not as {@link PostgresClusterSchema} says
 */
export class PostgresCluster extends StoreComponent<PostgresClusterOptions> {
  readonly variables: Store['variables'];
  readonly files: Store['files'];
  readonly maxConnections: number;
  /** The servers, as the operator makes them. */
  readonly workload: Workload;
  /** What agents talk to in place of the server. */
  readonly pooler?: Workload;
  private demand = 0;
  private archiveStore?: Store;

  constructor(scope: Construct, id: string, props: PostgresClusterProps = {}) {
    super(scope, id, { ...KIND, schema: PostgresClusterSchema }, { ...props, provider: 'cloudnative-pg' });
    const { database, user, memory, maxConnections, sslMode, operatorNamespace, pooler, archive: archiver } = this.options;
    const secret = `${id}-app`;
    const authority = `${id}-ca`;
    needSecret(this.context, { name: secret, keys: { password: undefined, uri: undefined }, by: BY });
    needSecret(this.context, { name: authority, keys: { 'ca.crt': undefined }, by: BY });
    const folder = `/run/secrets/${id}-ca`;
    const caFile = `${folder}/ca.crt`;
    this.files = { [folder]: secretFiles(`${id}-ca`, authority, ['ca.crt']) };
    const host = pooler ? `${id}-pooler` : `${id}-rw`;
    const { url, ...told } = variables({ host, port: PORT, database, user, secret });
    // the operator's own address leads past the pooler; its passwords are letters and digits, so nothing has to be encoded
    const address = pooler ? `postgresql://${user}:$(${told.password?.env})@${host}:${PORT}/${database}` : { secret, key: 'uri' };
    this.variables = {
      ...told,
      ...(url && { url: { ...url, value: address } }),
      caFile: { env: 'POSTGRES_CA_FILE', value: caFile },
      ...tls({ sslMode }, caFile),
    };
    this.maxConnections = pooler ? MOST_CLIENTS : (maxConnections ?? sizing.mostConnections(memory)) - sizing.HEAD_ROOM;
    this.workload = this.servers();
    this.workload.connectTo(this.workload, 'postgresql', 'status');
    this.workload.allowIngress({
      peer: { namespace: operatorNamespace },
      ports: ['postgresql', 'status'].map((name) => this.workload.port(name)),
    });
    reachApi(this.workload);
    if (pooler) this.pooler = operatedPooler(this, this.workload, pooler);
    const plugin = archiver ? ', and its Barman Cloud plugin' : '';
    this.context.requirements.add(`the operator CloudNativePG 1.30 or later in the namespace ${operatorNamespace}${plugin}`);
  }

  connectFrom(consumer: Workload, connections = 0): void {
    this.demand += connections;
    consumer.connectTo(this.pooler ?? this.workload, 'postgresql');
  }

  /** Whether its backups are made, by the operator and not by the platform. */
  get isArchived(): boolean {
    return this.options.archive !== undefined;
  }

  /**
   * Keeps its archive in an object store, embedded or external.
   *
   * @throws InvalidInput if there is no option `archive`, or the store has no such bucket
   */
  archiveTo(store: Store): void {
    const { archive: options } = this.options;
    if (!options) throw new InvalidInput(this.node.path, [{ path: ['archive'], message: 'got nothing, expected a map with a bucket' }]);
    this.archiveStore = store;
    archive(this, { store, server: this.workload, options });
  }

  /** @throws InvalidInput if there is an option `archive` and no store for it */
  override complete(): void {
    if (!this.options.archive || this.archiveStore) return;
    const message = 'got no object store, expected one; call archiveTo(store)';
    throw new InvalidInput(this.node.path, [{ path: ['archive'], message }]);
  }

  private servers(): Workload {
    const { id } = this.node;
    const bootstrap = bootstrapOf(this, this.options);
    const { instances, image, cpu, memory, storage, storageClass, archive: archiver } = this.options;
    return new Workload(this, {
      kind: 'Operated',
      name: id,
      component: 'store',
      replicas: instances,
      priority: 'stores',
      // postgres of the image (CloudNativePG: postgresUID)
      user: { uid: 26, gid: 26 },
      pods: { 'cnpg.io/cluster': id },
      serving: INSTANCE,
      containers: [
        {
          name: 'postgres',
          image,
          resources: { cpu, memory },
          ports: { postgresql: PORT, metrics: 9187, status: 8000 },
          metrics: this.context.metrics ? { port: 'metrics', path: '/metrics' } : undefined,
          mounts: { '/var/lib/postgresql/data': claimTemplate('data', { storage, storageClass }) },
        },
        ...(archiver ? [{ name: 'plugin-barman-cloud', image: IMAGES.barmanSidecar, resources: archiver }] : []),
      ],
      object: (scope) =>
        new cnpg.Cluster(scope, 'cluster', {
          metadata: { name: id, labels: scope.labels, annotations: KEEP },
          // rendered late: parameters follow from who connects
          spec: Lazy.any({ produce: () => clusterSpec(this.parts(bootstrap)) }),
        }),
    });
  }

  private parts(bootstrap: ClusterParts['bootstrap']): ClusterParts {
    const { context, options, workload, pooler, demand } = this;
    return { component: this, context, options, bootstrap, workload, pooler, demand };
  }
}
