import * as barman from '../../imports/barmancloud.cnpg.io';
import { ScheduledBackup, ScheduledBackupSpecBackupOwnerReference, ScheduledBackupSpecMethod } from '../../imports/postgresql.cnpg.io';
import { type Component, InvalidInput, type Store, type Workload } from '../kube';
import type { PostgresClusterOptions } from './postgres-cnpg-schema';

/** Name of the plugin to the operator. */
export const PLUGIN = 'barman-cloud.cloudnative-pg.io';
const { fromString: request } = barman.ObjectStoreSpecInstanceSidecarConfigurationResourcesRequests;
const { fromString: limit } = barman.ObjectStoreSpecInstanceSidecarConfigurationResourcesLimits;

/** Name of the object that says where the archive is. */
export const archiveName = ({ node }: Component): string => `${node.id}-archive`;

/**
 * Where log and base backups of a cluster go, and when a base backup is made. The cluster gets a key of its own where the
 * store gives such keys, as an agent does.
 *
 * @throws InvalidInput if the store has no such bucket
 */
export function archive(
  component: Component,
  { store, server, options }: { store: Store; server: Workload; options: NonNullable<PostgresClusterOptions['archive']> },
): void {
  const { bucket, retention, schedule, cpu, memory } = options;
  const message = `got "${bucket}", expected one of the buckets: ${store.buckets?.join(', ') ?? 'there is none'}`;
  if (!store.buckets?.includes(bucket)) throw new InvalidInput(component.node.path, [{ path: ['archive', 'bucket'], message }]);
  const told = store.variablesFor?.(server, [bucket]) ?? store.variables;
  const text = (field: string) => String(told[field]?.value);
  const key = (field: string) => {
    const value = told[field]?.value;
    return typeof value === 'object' && 'secret' in value ? { name: value.secret, key: value.key } : undefined;
  };
  const accessKeyId = key('accessKey');
  // the certificate that consumers mount
  const [ca] = Object.values(store.files ?? {}).map(({ source }) => source?.secret);
  const name = archiveName(component);
  if (text('addressing') === 'virtual')
    component.context.approximations.add(`${name}: the bucket is in the path, as Barman has it where an endpoint is given`);
  new barman.ObjectStore(component, 'archive', {
    metadata: { name },
    spec: {
      retentionPolicy: retention,
      configuration: {
        destinationPath: `s3://${bucket}/`,
        endpointUrl: text('url'),
        endpointCa: ca?.secretName ? { name: ca.secretName, key: ca.items?.[0]?.key ?? '' } : undefined,
        s3Credentials: accessKeyId ? { accessKeyId, secretAccessKey: key('secretKey') } : { inheritFromIamRole: true },
        wal: { compression: barman.ObjectStoreSpecConfigurationWalCompression.GZIP },
        data: { compression: barman.ObjectStoreSpecConfigurationDataCompression.GZIP },
      },
      instanceSidecarConfiguration: {
        // checksums that not every S3 service knows (boto3 1.36)
        env: Object.entries({
          AWS_DEFAULT_REGION: text('region'),
          AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
          AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
        }).map(([variable, value]) => ({ name: variable, value })),
        resources: {
          requests: { cpu: request(String(cpu)), memory: request(String(memory)) },
          limits: { memory: limit(String(memory)) },
        },
      },
    },
  });
  new ScheduledBackup(component, 'backup', {
    metadata: { name: `${server.name}-backup` },
    spec: {
      cluster: { name: server.name },
      // without a base backup, the log restores nothing
      immediate: true,
      // with seconds in front, but for words such as @daily
      schedule: schedule.startsWith('@') ? schedule : `0 ${schedule}`,
      backupOwnerReference: ScheduledBackupSpecBackupOwnerReference.SELF,
      method: ScheduledBackupSpecMethod.PLUGIN,
      pluginConfiguration: { name: PLUGIN },
    },
  });
  store.connectFrom(server);
}
