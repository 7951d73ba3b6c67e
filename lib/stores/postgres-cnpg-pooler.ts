import * as cnpg from '../../imports/postgresql.cnpg.io';
import { type Component, given, imageNames, reachApi, Workload } from '../kube';
import type { PostgresClusterOptions } from './postgres-cnpg-schema';
import { MOST_CLIENTS, poolSize } from './postgres-pooler';

/** Label that the operator gives the pods of a Pooler. */
const POOLER = 'cnpg.io/poolerName';
const { fromString: request } = cnpg.PoolerSpecTemplateSpecContainersResourcesRequests;
const { fromString: limit } = cnpg.PoolerSpecTemplateSpecContainersResourcesLimits;

/** PgBouncer by the operator, before the server that is written to. It asks the server for passwords, so that it knows none. */
export function operatedPooler(component: Component, server: Workload, options: NonNullable<PostgresClusterOptions['pooler']>): Workload {
  const { context } = component;
  const name = `${server.name}-pooler`;
  const { replicas, image, cpu, memory } = options;
  const labelSelector = { matchLabels: { [POOLER]: name } };
  const elsewhere = { weight: 100, podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' } };
  const spec: cnpg.PoolerSpecTemplateSpec = {
    priorityClassName: `${context.namespace}-stores`,
    imagePullSecrets: given(context.imagePullSecrets.map((secret) => ({ name: secret }))),
    affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [elsewhere] } },
    containers: [
      {
        name: 'pgbouncer',
        image: imageNames(image, context.images).to,
        resources: {
          requests: { cpu: request(String(cpu)), memory: request(String(memory)) },
          limits: { memory: limit(String(memory)) },
        },
      },
    ],
  };
  const workload = new Workload(component, {
    kind: 'Operated',
    name,
    component: 'pooler',
    replicas,
    priority: 'stores',
    // pgbouncer of the image
    user: { uid: 998, gid: 996 },
    pods: { [POOLER]: name },
    containers: [
      {
        name: 'pgbouncer',
        image,
        resources: { cpu, memory },
        ports: { postgresql: 5432, metrics: 9127 },
        metrics: context.metrics ? { port: 'metrics', path: '/metrics' } : undefined,
      },
    ],
    object: (scope) =>
      new cnpg.Pooler(scope, 'pooler', {
        metadata: { name, labels: scope.labels },
        spec: {
          cluster: { name: server.name },
          instances: replicas,
          type: cnpg.PoolerSpecType.RW,
          pgbouncer: {
            poolMode: cnpg.PoolerSpecPgbouncerPoolMode.TRANSACTION,
            parameters: {
              default_pool_size: String(poolSize(options)),
              max_client_conn: String(MOST_CLIENTS),
              // drivers prepare what they ask often, and the next transaction may meet another connection
              max_prepared_statements: '200',
            },
          },
          template: { spec },
        },
      }),
  });
  workload.connectTo(server, 'postgresql');
  reachApi(workload);
  return workload;
}
