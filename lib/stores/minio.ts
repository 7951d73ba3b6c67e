import type { Construct } from 'constructs';
import { z } from 'zod';
import {
  Component,
  claimTemplate,
  configFiles,
  image,
  needSecret,
  parse,
  type Store,
  scratch,
  secretFiles,
  service,
  Workload,
} from '../kube';
import makeBuckets from './scripts/minio-buckets.sh';
import { authSecret, bucketName, bucketVariables, defaultProvider, storageFields, storeFields } from './shared';

/** Options of {@link Minio}. */
export const MinioSchema = z.strictObject({
  provider: defaultProvider('minio', 'MinIO in the platform.'),
  ...storeFields({
    image: 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z',
    source: 'the last official one: the project is no longer maintained, so mirror it',
    cpu: '250m',
    memory: '1Gi',
  }),
  ...storageFields({ storage: '100Gi', source: 'the guide names no size' }),
  buckets: z.array(bucketName()).min(1).default(['uploads']).describe('Buckets that are made; agents get the first as MINIO_BUCKET.'),
  toolImage: image().default('rclone/rclone:1.75.0').describe('Image of the Job that makes the buckets: a shell and rclone.'),
});

/** @see MinioSchema */
export type MinioProps = z.input<typeof MinioSchema>;

const PORT = 9000;
const ROOT_USER = 'aiagent';

/**
 * MinIO on one volume, with a Job that makes its buckets.
 *
 * @throws InvalidInput if an option is not as {@link MinioSchema} says
 */
export class Minio extends Component implements Store {
  readonly storeName = 'minio';
  readonly variables: Store['variables'];
  /** The server's workload. */
  readonly workload: Workload;

  constructor(scope: Construct, id: string, props: MinioProps = {}) {
    super(scope, id, { order: 'minio' });
    const options = parse(MinioSchema, props, this.node.path);
    const auth = authSecret(id, { user: ROOT_USER, password: '{random}' });
    needSecret(this.context, auth);
    const [bucket = ''] = options.buckets;
    this.variables = {
      ...bucketVariables({ host: id, port: PORT, tls: false, bucket, region: 'us-east-1' }),
      accessKey: { env: 'MINIO_ACCESS_KEY', value: { secret: auth.name, key: 'user' } },
      secretKey: { env: 'MINIO_SECRET_KEY', value: { secret: auth.name, key: 'password' } },
    };
    const user = { uid: 1000, gid: 1000 };
    this.workload = new Workload(this, {
      kind: 'StatefulSet',
      name: id,
      component: 'store',
      replicas: 1,
      serviceName: id,
      user,
      priority: 'stores',
      drain: { settle: 0, finish: 55 },
      containers: [
        {
          name: 'minio',
          image: options.image,
          args: ['server', '/data', '--address', `:${PORT}`, '--certs-dir', '/tmp/certs'],
          env: {
            // full paths: where such a file is missing, MinIO takes minioadmin:minioadmin without a word
            MINIO_ROOT_USER_FILE: '/run/secrets/minio/user',
            MINIO_ROOT_PASSWORD_FILE: '/run/secrets/minio/password',
            // without a token: the NetworkPolicy lets only agents and the namespace of Prometheus in
            ...(this.context.metrics && { MINIO_PROMETHEUS_AUTH_TYPE: 'public' }),
            MINIO_BROWSER: 'off',
            HOME: '/tmp',
          },
          ports: { http: PORT },
          metrics: this.context.metrics ? { port: 'http', path: '/minio/v2/metrics/cluster' } : undefined,
          resources: { cpu: options.cpu, memory: options.memory },
          probes: {
            startup: { check: { http: '/minio/health/live', port: 'http' }, failures: 30 },
            readiness: { check: { http: '/minio/health/ready', port: 'http' } },
            liveness: { check: { http: '/minio/health/live', port: 'http' }, timeout: 10, failures: 6 },
          },
          mounts: {
            '/data': claimTemplate('data', options),
            '/run/secrets/minio': secretFiles('auth', auth.name, ['user', 'password']),
            '/tmp': scratch('tmp', '256Mi'),
          },
        },
      ],
    });
    service(this.workload, { ports: ['http'], headless: true });
    this.makeBuckets(options, auth.name);
  }

  connectFrom(consumer: Workload): void {
    consumer.connectTo(this.workload, 'http');
  }

  private makeBuckets(options: z.output<typeof MinioSchema>, secret: string): void {
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
          image: options.toolImage,
          command: ['sh', '/scripts/minio-buckets.sh', ...options.buckets],
          env: {
            RCLONE_CONFIG_S3_TYPE: 's3',
            RCLONE_CONFIG_S3_PROVIDER: 'Minio',
            RCLONE_CONFIG_S3_ENDPOINT: `http://${this.node.id}:${PORT}`,
            RCLONE_CONFIG_S3_ACCESS_KEY_ID: { secret, key: 'user' },
            RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: { secret, key: 'password' },
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
