import { Claim, type Component, type EnvValue, existingClaim, INTERNET, needSecret, type TrafficRule, type Volume } from '../kube';
import type { BackupOptions } from './schema';

/** How the pods that publish and fetch reach the backups. */
export interface Destination {
  /** The rclone path of a backup's folder. */
  readonly path: (backupName: string) => string;
  readonly env: Readonly<Record<string, EnvValue>>;
  readonly mounts: Readonly<Record<string, Volume>>;
  readonly egress: readonly TrafficRule[];
}

/** The destination of a platform's backups, with its claim or its Secrets. */
export function destinationOf(component: Component, options: BackupOptions): Destination {
  if (options.provider === 'claim') {
    const name = component.node.id;
    new Claim(component, name, options);
    return { path: (backup) => `/backups/${backup}`, env: {}, mounts: { '/backups': existingClaim('backups', name) }, egress: [] };
  }
  for (const { secret, key } of [options.accessKey, options.secretKey])
    needSecret(component.context, { name: secret, keys: { [key]: undefined } });
  const url = new URL(options.endpoint);
  const peers = options.cidrs?.map((cidr) => ({ cidr })) ?? INTERNET;
  return {
    path: (backupName) => `s3:${[options.bucket, options.prefix, backupName].filter(Boolean).join('/')}`,
    env: {
      RCLONE_CONFIG_S3_TYPE: 's3',
      RCLONE_CONFIG_S3_PROVIDER: 'Other',
      RCLONE_CONFIG_S3_ENDPOINT: options.endpoint,
      RCLONE_CONFIG_S3_REGION: options.region,
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: options.accessKey,
      RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: options.secretKey,
      // the key need not be allowed to list or make buckets
      RCLONE_CONFIG_S3_NO_CHECK_BUCKET: 'true',
    },
    mounts: {},
    egress: peers.map((peer) => ({ peer, ports: [Number(url.port) || (url.protocol === 'https:' ? 443 : 80)] })),
  };
}
