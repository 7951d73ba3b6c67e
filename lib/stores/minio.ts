import type { Construct } from 'constructs';
import { z } from 'zod';
import { claimTemplate, configFiles, image, type Store, scratch, secretFiles, Workload } from '../kube';
import { EmbeddedStore, type StoreParts } from './embedded';
import { ExternalStore, externalFields } from './external';
import makeBuckets from './scripts/minio-buckets.sh';
import { storageFields, storeFields } from './shared';

/** Name of a bucket that every S3 service accepts. */
const bucketName = () => z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, { error: 'expected a bucket name such as uploads' });

/** Options of {@link Minio}. */
export const MinioSchema = z.strictObject({
  provider: z.literal('minio').describe('MinIO in the platform.').default('minio'),
  ...storeFields({
    image: 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z',
    source: 'the last official one: the project is no longer maintained, so mirror it',
    cpu: '250m',
    memory: '1Gi',
  }),
  ...storageFields('100Gi'),
  buckets: z.array(bucketName()).min(1).default(['uploads']).describe('Buckets that are made; agents get the first as MINIO_BUCKET.'),
  toolImage: image().default('rclone/rclone:1.75.0').describe('Image of the Job that makes the buckets: a shell and rclone.'),
});

/** @see MinioSchema */
export type MinioProps = z.input<typeof MinioSchema>;

/** Options of {@link ExternalObjectStore}. */
export const ExternalObjectStoreSchema = z.strictObject({
  ...externalFields(443, 'user (access key) and password (secret key)'),
  bucket: bucketName().default('uploads').describe('Bucket; it must exist.'),
  region: z.string().default('us-east-1').describe('Region of the bucket.'),
  tls: z.boolean().default(true).describe('Whether it is spoken to by HTTPS.'),
});

/** @see ExternalObjectStoreSchema */
export type ExternalObjectStoreProps = Omit<z.input<typeof ExternalObjectStoreSchema>, 'provider'>;

const KIND = { storeName: 'minio', order: '24' } as const;
const PORT = 9000;

/** MinIO on one volume, with a Job that makes its buckets. @throws InvalidInput if an option is not as {@link MinioSchema} says */
export class Minio extends EmbeddedStore<z.output<typeof MinioSchema>> {
  constructor(scope: Construct, id: string, props: MinioProps = {}) {
    super(scope, id, { ...KIND, schema: MinioSchema }, props);
    this.makeBuckets();
  }

  protected parts(): StoreParts {
    const { metrics } = this.context;
    const [bucket = ''] = this.options.buckets;
    return {
      variables: variables({ host: this.node.id, port: PORT, tls: false, bucket, region: 'us-east-1', secret: this.secretName }),
      user: { uid: 1000, gid: 1000 },
      secret: { user: 'aiagent', password: '{random}' },
      server: {
        args: ['server', '/data', '--address', `:${PORT}`, '--certs-dir', '/tmp/certs'],
        env: {
          // full paths: where such a file is missing, MinIO takes minioadmin:minioadmin without a word
          MINIO_ROOT_USER_FILE: '/run/secrets/minio/user',
          MINIO_ROOT_PASSWORD_FILE: '/run/secrets/minio/password',
          // without a token: the NetworkPolicy lets only agents and the namespace of Prometheus in
          ...(metrics && { MINIO_PROMETHEUS_AUTH_TYPE: 'public' }),
          MINIO_BROWSER: 'off',
          HOME: '/tmp',
        },
        ports: { http: PORT },
        metrics: metrics ? { port: 'http', path: '/minio/v2/metrics/cluster' } : undefined,
        probes: {
          startup: { check: { http: '/minio/health/live', port: 'http' }, failures: 30 },
          readiness: { check: { http: '/minio/health/ready', port: 'http' } },
          liveness: { check: { http: '/minio/health/live', port: 'http' }, timeout: 10, failures: 6 },
        },
        mounts: {
          '/data': claimTemplate('data', this.options),
          '/run/secrets/minio': secretFiles('auth', this.secretName, ['user', 'password']),
          '/tmp': scratch('tmp', '256Mi'),
        },
      },
    };
  }

  private makeBuckets(): void {
    const name = `${this.node.id}-buckets`;
    const job = new Workload(this, {
      kind: 'Job',
      name,
      component: 'setup',
      job: { deadline: 1800, retries: 6 },
      user: { uid: 1009, gid: 1009 },
      drain: { settle: 0, finish: 5 },
      containers: [
        {
          name: 'buckets',
          image: this.options.toolImage,
          command: ['sh', '/scripts/minio-buckets.sh', ...this.options.buckets],
          env: {
            RCLONE_CONFIG_S3_TYPE: 's3',
            RCLONE_CONFIG_S3_PROVIDER: 'Minio',
            RCLONE_CONFIG_S3_ENDPOINT: `http://${this.node.id}:${PORT}`,
            RCLONE_CONFIG_S3_ACCESS_KEY_ID: { secret: this.secretName, key: 'user' },
            RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: { secret: this.secretName, key: 'password' },
            HOME: '/tmp',
          },
          resources: { cpu: '10m', memory: '64Mi' },
          mounts: {
            '/scripts': configFiles(this, `${name}-scripts`, { 'minio-buckets.sh': makeBuckets }, { executable: true }),
            '/tmp': scratch('tmp', '16Mi'),
          },
        },
      ],
    });
    this.connectFrom(job);
  }
}

/** The external twin of MinIO: any S3. @throws InvalidInput if an option is not as {@link ExternalObjectStoreSchema} says */
export class ExternalObjectStore extends ExternalStore<z.output<typeof ExternalObjectStoreSchema>> {
  constructor(scope: Construct, id: string, props: ExternalObjectStoreProps) {
    super(scope, id, { ...KIND, schema: ExternalObjectStoreSchema, variables }, props);
  }
}

/** What a consumer must know of a bucket. MinIO's own libraries ask for host and port, those of S3 for a URL. */
function variables(at: Omit<z.output<typeof ExternalObjectStoreSchema>, 'provider' | 'cidrs'>): Store['variables'] {
  const endpoint = `${at.host}:${at.port}`;
  return {
    endpoint: { env: 'MINIO_ENDPOINT', value: endpoint },
    secure: { env: 'MINIO_SECURE', value: String(at.tls) },
    url: { env: 'S3_ENDPOINT', value: `${at.tls ? 'https' : 'http'}://${endpoint}` },
    bucket: { env: 'MINIO_BUCKET', value: at.bucket },
    region: { env: 'MINIO_REGION', value: at.region },
    accessKey: { env: 'MINIO_ACCESS_KEY', value: { secret: at.secret, key: 'user' } },
    secretKey: { env: 'MINIO_SECRET_KEY', value: { secret: at.secret, key: 'password' } },
  };
}
