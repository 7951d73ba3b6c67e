import type { Construct } from 'constructs';
import { z } from 'zod';
import type { Store } from '../kube';
import { ExternalStore, externalFields } from './external';

/** What all object stores are called, and their place. */
export const OBJECT_STORE = { storeName: 'minio', order: '24' } as const;

/** Name of a bucket that every S3 service accepts. */
export const bucketName = () => z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, { error: 'expected a bucket name such as uploads' });

/** Options of {@link ExternalObjectStore}. */
export const ExternalObjectStoreSchema = z.strictObject({
  ...externalFields(443, 'user (access key) and password (secret key)'),
  bucket: bucketName().default('uploads').describe('Bucket; it must exist.'),
  region: z.string().default('us-east-1').describe('Region of the bucket.'),
  tls: z.boolean().default(true).describe('Whether it is spoken to by HTTPS.'),
});

/** @see ExternalObjectStoreSchema */
export type ExternalObjectStoreProps = Omit<z.input<typeof ExternalObjectStoreSchema>, 'provider'>;

/** The external twin of MinIO: any S3. @throws InvalidInput if an option is not as {@link ExternalObjectStoreSchema} says */
export class ExternalObjectStore extends ExternalStore<z.output<typeof ExternalObjectStoreSchema>> {
  constructor(scope: Construct, id: string, props: ExternalObjectStoreProps) {
    super(
      scope,
      id,
      { ...OBJECT_STORE, schema: ExternalObjectStoreSchema, variables: (at) => ({ ...placeOf(at), ...keyOf(at.secret) }) },
      props,
    );
  }

  /** Its one bucket. */
  get buckets(): readonly string[] {
    return [this.options.bucket];
  }
}

/** Where a bucket is. MinIO's own libraries ask for host and port, those of S3 for a URL. */
export function placeOf(
  at: Pick<z.output<typeof ExternalObjectStoreSchema>, 'host' | 'port' | 'tls' | 'bucket' | 'region'>,
): Store['variables'] {
  const endpoint = `${at.host}:${at.port}`;
  return {
    endpoint: { env: 'MINIO_ENDPOINT', value: endpoint },
    secure: { env: 'MINIO_SECURE', value: String(at.tls) },
    url: { env: 'S3_ENDPOINT', value: `${at.tls ? 'https' : 'http'}://${endpoint}` },
    bucket: { env: 'MINIO_BUCKET', value: at.bucket },
    region: { env: 'MINIO_REGION', value: at.region },
  };
}

/** The key, from a Secret. */
export const keyOf = (secret: string): Store['variables'] => ({
  accessKey: { env: 'MINIO_ACCESS_KEY', value: { secret, key: 'user' } },
  secretKey: { env: 'MINIO_SECRET_KEY', value: { secret, key: 'password' } },
});
