import type { Construct } from 'constructs';
import { z } from 'zod';
import { cidr, type Store, type Workload } from '../kube';
import { ExternalStore, externalFields } from './external';

/** What all object stores are called, and their place. */
export const OBJECT_STORE = { storeName: 'minio', order: '24' } as const;

/** Name of a bucket that every S3 service accepts. */
export const bucketName = () => z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, { error: 'expected a bucket name such as uploads' });

/** What a cloud must find to give an agent credentials of its own. It brings the token itself: no key is rendered, and no token. */
const IdentitySchema = z.strictObject({
  annotations: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'Annotations of the ServiceAccount: eks.amazonaws.com/role-arn, iam.gke.io/gcp-service-account or azure.workload.identity/client-id.',
    ),
  labels: z.record(z.string(), z.string()).default({}).describe('Labels of the pods: azure.workload.identity/use: "true" on AKS.'),
  cidrs: z
    .array(cidr())
    .default([])
    .describe(
      'Where pods ask for credentials: 169.254.169.254/32 on GKE, 169.254.170.23/32 with EKS Pod Identity; elsewhere they get a token as a file.',
    ),
  ports: z.array(z.int().min(1).max(65535)).min(1).default([80]).describe('Ports there; GKE without Dataplane V2 needs 988 too.'),
});

const { secret, ...server } = externalFields(443, 'user (access key) and password (secret key)');
const fields = z.strictObject({
  ...server,
  secret: secret.optional(),
  identity: IdentitySchema.optional().describe('In place of a secret: the cloud gives each agent credentials of its own.'),
  bucket: bucketName().default('uploads').describe('Bucket; it must exist.'),
  region: z.string().default('us-east-1').describe('Region of the bucket.'),
  pathStyle: z.boolean().default(true).describe('Whether the bucket is in the path; else it is in the host name, as AWS prefers.'),
  tls: z.boolean().default(true).describe('Whether it is spoken to by HTTPS.'),
});

/** Options of {@link ExternalObjectStore}. */
export const ExternalObjectStoreSchema = fields.superRefine(
  ({ secret, identity }, context) => {
    const reject = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (identity && secret) reject(['identity'], 'expected no secret beside it');
    if (!identity && secret === undefined) reject(['secret'], 'expected the name of a Secret, or identity');
  },
  { when: ({ value }) => value !== null },
);

/** @see ExternalObjectStoreSchema */
export type ExternalObjectStoreProps = Omit<z.input<typeof ExternalObjectStoreSchema>, 'provider'>;

/** The external twin of MinIO: any S3. @throws InvalidInput if an option is not as {@link ExternalObjectStoreSchema} says */
export class ExternalObjectStore extends ExternalStore<z.output<typeof ExternalObjectStoreSchema>> {
  constructor(scope: Construct, id: string, props: ExternalObjectStoreProps) {
    super(scope, id, { ...OBJECT_STORE, schema: ExternalObjectStoreSchema, variables }, props);
  }

  /** Its one bucket. */
  get buckets(): readonly string[] {
    return [this.options.bucket];
  }

  override connectFrom(consumer: Workload): void {
    super.connectFrom(consumer);
    const { identity, bucket } = this.options;
    if (!identity) return;
    consumer.identify(identity);
    for (const range of identity.cidrs) consumer.allowEgress({ peer: { cidr: range }, ports: identity.ports });
    this.context.requirements.add(`an identity of the cloud for ServiceAccount ${consumer.name} that may use the bucket ${bucket}`);
  }
}

function variables(at: z.output<typeof ExternalObjectStoreSchema>): Store['variables'] {
  const place = placeOf(at);
  if (at.secret !== undefined) return { ...place, ...keyOf(at.secret) };
  // what the SDKs of AWS look for: these find credentials by themselves
  const { url, region } = place;
  return { ...place, sdkUrl: { ...url, env: 'AWS_ENDPOINT_URL_S3' }, sdkRegion: { ...region, env: 'AWS_REGION' } };
}

type Place = Pick<z.output<typeof ExternalObjectStoreSchema>, 'host' | 'port' | 'tls' | 'bucket' | 'region' | 'pathStyle'>;

/** Where a bucket is. MinIO's own libraries ask for host and port, those of S3 for a URL. */
export function placeOf({ host, port, tls, bucket, region, pathStyle }: Place) {
  return {
    endpoint: { env: 'MINIO_ENDPOINT', value: `${host}:${port}` },
    secure: { env: 'MINIO_SECURE', value: String(tls) },
    url: { env: 'S3_ENDPOINT', value: `${tls ? 'https' : 'http'}://${host}:${port}` },
    addressing: { env: 'S3_ADDRESSING_STYLE', value: pathStyle ? 'path' : 'virtual' },
    bucket: { env: 'MINIO_BUCKET', value: bucket },
    region: { env: 'MINIO_REGION', value: region },
  };
}

/** The key, from a Secret. */
export const keyOf = (secret: string): Store['variables'] => ({
  accessKey: { env: 'MINIO_ACCESS_KEY', value: { secret, key: 'user' } },
  secretKey: { env: 'MINIO_SECRET_KEY', value: { secret, key: 'password' } },
});
