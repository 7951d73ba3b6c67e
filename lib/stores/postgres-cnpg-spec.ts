import * as cnpg from '../../imports/postgresql.cnpg.io';
import { type Component, configFiles, given, imageNames, type PlatformContext, type Workload } from '../kube';
import { archiveName, PLUGIN } from './postgres-cnpg-archive';
import type { PostgresClusterOptions } from './postgres-cnpg-schema';
import * as sizing from './postgres-settings';

/** Label of the pods that are servers: jobs and poolers have that of the cluster too. */
export const INSTANCE = { 'cnpg.io/podRole': 'instance' };
const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
/** Name that a cluster that is recovered has for the one that it comes from. */
const ORIGIN = 'origin';
const { fromString: request } = cnpg.ClusterSpecResourcesRequests;
const { fromString: limit } = cnpg.ClusterSpecResourcesLimits;

/** One replica has it before a client knows; if none is there, the client does not wait. */
const SYNCHRONOUS: cnpg.ClusterSpecPostgresqlSynchronous = {
  method: cnpg.ClusterSpecPostgresqlSynchronousMethod.ANY,
  number: 1,
  dataDurability: cnpg.ClusterSpecPostgresqlSynchronousDataDurability.PREFERRED,
};

/** How the first server comes to its data: empty, with what the init scripts make as its owner, or from an archive. */
export function bootstrapOf(component: Component, options: PostgresClusterOptions): cnpg.ClusterSpecBootstrap {
  const { database, user: owner, initScripts, recovery } = options;
  if (recovery) {
    const recoveryTarget = recovery.until === undefined ? undefined : { targetTime: recovery.until };
    return { recovery: { source: ORIGIN, database, owner, recoveryTarget } };
  }
  const scripts = Object.entries(initScripts).sort(([a], [b]) => (a < b ? -1 : 1));
  const initdb = { database, owner, encoding: 'UTF8', dataChecksums: true };
  if (scripts.length === 0) return { initdb };
  // the operator runs them as the superuser, on a connection that it uses again
  const files = Object.fromEntries(scripts.map(([name, sql]) => [name, `SET ROLE ${owner};\n${sql}\n;RESET ROLE;\n`]));
  const { configMap } = configFiles(component, `${component.node.id}-init`, files).source ?? {};
  const configMapRefs = scripts.map(([key]) => ({ name: configMap?.name ?? '', key }));
  return { initdb: { ...initdb, postInitApplicationSqlRefs: { configMapRefs } } };
}

/** What the specification of a cluster follows from. */
export interface ClusterParts {
  readonly component: Component;
  readonly context: PlatformContext;
  readonly options: PostgresClusterOptions;
  readonly bootstrap: cnpg.ClusterSpecBootstrap;
  readonly workload: Workload;
  readonly pooler?: Workload;
  /** Connections that agents may open, all together. */
  readonly demand: number;
}

/** The specification of a cluster. */
export function clusterSpec({ component, context, options, bootstrap, workload, pooler, demand }: ClusterParts): cnpg.ClusterSpec {
  const { namespace, images, imagePullSecrets } = context;
  const { instances, cpu, memory, storage, storageClass, archive, recovery } = options;
  const { annotations, labels } = workload.identity;
  const spread = {
    topologyKey: ZONE,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { ...workload.pods, ...INSTANCE } },
  };
  const plugin = (serverName: string) => ({ name: PLUGIN, parameters: { barmanObjectName: archiveName(component), serverName } });
  return {
    instances,
    imageName: imageNames(options.image, images).to,
    imagePullSecrets: given(imagePullSecrets.map((name) => ({ name }))),
    priorityClassName: `${namespace}-stores`,
    serviceAccountTemplate: Object.keys(annotations).length > 0 ? { metadata: { annotations } } : undefined,
    inheritedMetadata: Object.keys(labels).length > 0 ? { labels } : undefined,
    bootstrap,
    externalClusters: recovery && [{ name: ORIGIN, plugin: plugin(recovery.folder) }],
    storage: { size: String(storage), storageClass },
    resources: {
      requests: { cpu: request(String(cpu)), memory: request(String(memory)) },
      limits: { memory: limit(String(memory)) },
    },
    ephemeralVolumesSizeLimit: { shm: cnpg.ClusterSpecEphemeralVolumesSizeLimitShm.fromString(sizing.sharedMemory(memory)) },
    postgresql: {
      parameters: texts({
        ...sizing.sized(options),
        log_min_duration_statement: 1000,
        ...sizing.connected(options, demand),
        ...options.parameters,
      }),
      synchronous: instances > 1 && options.synchronous ? SYNCHRONOUS : undefined,
    },
    affinity: { enablePodAntiAffinity: true, podAntiAffinityType: 'preferred', topologyKey: HOST },
    topologySpreadConstraints: instances > 1 ? [spread] : undefined,
    // the budget of a lone server would hold up every drain
    enablePdb: instances > 1,
    // PgBouncer shows the certificate of the server
    certificates: pooler && { serverAltDnsNames: ['', `.${namespace}`, `.${namespace}.svc`].map((domain) => pooler.name + domain) },
    plugins: archive && [{ ...plugin(archive.folder), isWalArchiver: true }],
  };
}

/** Settings as the operator takes them: texts. */
const texts = (parameters: sizing.Parameters): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)]),
  );
