import { Claim, type Component, type EnvValue, existingClaim, INTERNET, needSecret, type TrafficRule, type Volume } from '../kube';
import type { BackupOptions } from './schema';

/** How the pods that publish and fetch reach the backups. */
export interface Destination {
  /** The rclone path of the folder that all backups are in. */
  readonly path: string;
  readonly env: Readonly<Record<string, EnvValue>>;
  readonly mounts: Readonly<Record<string, Volume>>;
  readonly egress: readonly TrafficRule[];
}

/** The destination of a platform's backups, with its claim or its Secrets. */
export function destinationOf(component: Component, options: BackupOptions): Destination {
  if (options.provider === 'claim') {
    const name = component.node.id;
    new Claim(component, name, options);
    return { path: '/backups', env: {}, mounts: { '/backups': existingClaim('backups', name) }, egress: [] };
  }
  const { endpoint, bucket, prefix, region, accessKey, secretKey } = options;
  for (const { secret, key } of [accessKey, secretKey]) needSecret(component.context, { name: secret, keys: { [key]: undefined } });
  const { port, protocol } = new URL(endpoint);
  const ports = [Number(port) || (protocol === 'https:' ? 443 : 80)];
  return {
    path: `s3:${prefix ? `${bucket}/${prefix}` : bucket}`,
    env: {
      RCLONE_CONFIG_S3_TYPE: 's3',
      RCLONE_CONFIG_S3_PROVIDER: 'Other',
      RCLONE_CONFIG_S3_ENDPOINT: endpoint,
      RCLONE_CONFIG_S3_REGION: region,
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: accessKey,
      RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: secretKey,
      // the key need not be allowed to list or make buckets
      RCLONE_CONFIG_S3_NO_CHECK_BUCKET: 'true',
    },
    mounts: {},
    egress: (options.cidrs?.map((cidr) => ({ cidr })) ?? INTERNET).map((peer) => ({ peer, ports })),
  };
}
