import { z } from 'zod';
import { byteQuantity, type ContainerOptions, cpuQuantity, image, type SecretNeed, type Store } from '../kube';

/** Who runs a store, where there is a choice; the default one need not be named. */
export const provider = <P extends string>(name: P, meaning: string) => z.literal(name).describe(meaning);
/** As {@link provider}, for the default one. */
export const defaultProvider = <P extends string>(name: P, meaning: string) => provider(name, meaning).default(() => name as never);

/** Fields that every store with a pod of its own has. */
export const storeFields = (defaults: { image: string; source: string; cpu: string; memory: string }) => ({
  image: image().default(defaults.image).describe(`Container image (${defaults.source}).`),
  cpu: cpuQuantity().default(defaults.cpu).describe('Cores that each pod reserves; there is no limit.'),
  memory: byteQuantity()
    .default(defaults.memory)
    .describe('Memory that each pod reserves and is limited to; what the store may use inside is computed from it.'),
});

/** Fields of a store's data volume. */
export const storageFields = (defaults: { storage: string; source: string }) => ({
  storage: byteQuantity().default(defaults.storage).describe(`Size of the data volume of each pod (${defaults.source}).`),
  storageClass: z.string().optional().describe('StorageClass of the data volume; the default class of the cluster if absent.'),
});

/** Name of a bucket that every S3 service accepts. */
export const bucketName = () => z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, { error: 'expected a bucket name such as uploads' });

/** What a consumer must know of a bucket. MinIO's own libraries ask for host and port, those of S3 for a URL. */
export function bucketVariables(at: {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly bucket: string;
  readonly region: string;
}): Store['variables'] {
  const endpoint = `${at.host}:${at.port}`;
  return {
    endpoint: { env: 'MINIO_ENDPOINT', value: endpoint },
    secure: { env: 'MINIO_SECURE', value: String(at.tls) },
    url: { env: 'S3_ENDPOINT', value: `${at.tls ? 'https' : 'http'}://${endpoint}` },
    bucket: { env: 'MINIO_BUCKET', value: at.bucket },
    region: { env: 'MINIO_REGION', value: at.region },
  };
}

/** Name and keys of the Secret that a store's password is in. */
export function authSecret(store: string, keys: SecretNeed['keys']): SecretNeed {
  return { name: `${store}-auth`, keys };
}

/** A Prometheus exporter beside a store: scratch image, UID 65534 unless the image says otherwise. */
export function exporter(options: {
  readonly image: string;
  readonly port: number;
  readonly user?: number;
  readonly args?: readonly string[];
  readonly env?: ContainerOptions['env'];
}): ContainerOptions {
  return {
    name: 'exporter',
    image: options.image,
    args: options.args,
    env: options.env,
    user: options.user ?? 65534,
    ports: { metrics: options.port },
    metrics: { port: 'metrics', path: '/metrics' },
    resources: { cpu: '10m', memory: '64Mi' },
    probes: { readiness: { check: { tcp: 'metrics' } } },
  };
}
