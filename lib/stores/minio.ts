import type { Construct } from 'constructs';
import { z } from 'zod';
import {
  claimTemplate,
  days,
  IMAGES,
  type IssueParams,
  image,
  mebibytes,
  needSecret,
  type Store,
  scratch,
  secretFiles,
  service,
  type Workload,
} from '../kube';
import { EmbeddedStore, type StoreParts } from './embedded';
import { type MinioConsumer, minioSetup } from './minio-setup';
import { bucketName, keyOf, OBJECT_STORE, placeOf } from './object-store';
import { storageFields, storeFields } from './shared';

const LifecycleRuleSchema = z.strictObject({
  prefix: z.string().default('').describe('Beginning of the names of the objects, such as tmp/; all objects if empty.'),
  expire: days().describe('Age at which they are deleted.'),
});

const fields = z.strictObject({
  provider: z.literal('minio').describe('MinIO in the platform.').default('minio'),
  ...storeFields({
    image: IMAGES.minio,
    source: 'the last official one: the project is no longer maintained, so mirror it',
    cpu: '250m',
    memory: '1Gi',
    least: ['512Mi', ': MinIO holds 300 MiB before its first request'],
  }),
  ...storageFields('100Gi'),
  replicas: z
    .int()
    .min(1)
    .max(16)
    .refine((count) => count === 1 || count >= 4, { error: 'expected 1, or 4 to 16 for an erasure set' })
    .default(1)
    .describe('Pods with a volume each: one, or an erasure set that goes on without one of them. Fixed once there are data.'),
  buckets: z
    .array(bucketName())
    .min(1)
    .default(['uploads'])
    .describe('Buckets that are made; agents get the first, or those that they ask for.'),
  lifecycle: z
    .record(z.string(), z.array(LifecycleRuleSchema).min(1))
    .default({})
    .describe('Rules by bucket for objects that are deleted by themselves; other rules that a bucket has are removed.'),
  toolImage: image()
    .default(IMAGES.minioClient)
    .describe('Image of the Job that makes buckets and keys: a shell and mc (the last official one).'),
});

/** Options of {@link Minio}. */
export const MinioSchema = fields.superRefine(
  ({ buckets = [], lifecycle = {} }, context) => {
    const twice = buckets.find((bucket, index) => buckets.indexOf(bucket) !== index);
    const reject = (path: string[], message: string, params: IssueParams) => context.addIssue({ code: 'custom', path, message, params });
    if (twice !== undefined) reject(['buckets'], 'expected each bucket once', { got: `"${twice}" twice` });
    for (const bucket of Object.keys(lifecycle))
      if (!buckets.includes(bucket))
        reject(['lifecycle', bucket], `expected one of buckets: ${buckets.join(', ')}`, { got: `"${bucket}"` });
  },
  { when: ({ value }) => value !== null },
);

/** @see MinioSchema */
export type MinioProps = z.input<typeof MinioSchema>;

/** Port of the S3 API, of the admin API and of metrics. */
export const MINIO_PORT = 9000;
/** Go's share of the pod's memory: what the garbage collector aims at (GOMEMLIMIT), and what MinIO computes the most concurrent requests from (MinIO by itself: 0.9). */
const HEAP = 0.8;

/**
 * MinIO, on one volume or as an erasure set, with a Job that makes its buckets and a key for each consumer.
 *
 * @throws InvalidInput if an option is not as {@link MinioSchema} says
 */
export class Minio extends EmbeddedStore<z.output<typeof MinioSchema>> {
  private readonly consumers = new Map<string, MinioConsumer>();

  constructor(scope: Construct, id: string, props: MinioProps = {}) {
    super(scope, id, { ...OBJECT_STORE, schema: MinioSchema }, props);
    if (this.options.replicas === 1) return;
    this.workload.connectTo(this.workload, 'http');
    // they must find each other before any of them is ready
    service(this.workload, { name: this.nodes, ports: ['http'], headless: true, publishNotReady: true });
  }

  /** Names of its buckets. */
  get buckets(): readonly string[] {
    return this.options.buckets;
  }

  variablesFor({ name }: Workload, buckets: readonly string[] = this.buckets.slice(0, 1)): Store['variables'] {
    const secret = `${this.node.id}-${name}-key`;
    needSecret(this.context, { name: secret, keys: { user: `consumer-${name}`, password: '{random}' } });
    this.consumers.set(name, { name, secret, buckets });
    return { ...this.variables, ...placeOf(this.place(buckets[0])), ...keyOf(secret) };
  }

  override complete(): void {
    const { toolImage, lifecycle } = this.options;
    const job = minioSetup(this, {
      url: `http://${this.node.id}:${MINIO_PORT}`,
      rootSecret: this.secretName,
      image: toolImage,
      buckets: this.buckets.map((name) => ({ name, rules: lifecycle[name] ?? [] })),
      consumers: [...this.consumers.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    });
    this.connectFrom(job);
  }

  protected parts(): StoreParts {
    const { metrics } = this.context;
    const { replicas, memory } = this.options;
    // MinIO reads the dots as a range
    const data = replicas === 1 ? '/data' : `http://${this.node.id}-{0...${replicas - 1}}.${this.nodes}:${MINIO_PORT}/data`;
    return {
      variables: placeOf(this.place(this.buckets[0])),
      user: { uid: 1000, gid: 1000 },
      ...(replicas > 1 && { replicas, parallel: true, serviceName: this.nodes }),
      secret: { user: 'aiagent', password: '{random}' },
      server: {
        args: ['server', data, '--address', `:${MINIO_PORT}`, '--certs-dir', '/tmp/certs'],
        env: {
          // full paths, and values that are too short for MinIO: where a file is missing or empty it would start as
          // minioadmin:minioadmin, and so it does not start
          MINIO_ROOT_USER: '-',
          MINIO_ROOT_PASSWORD: '-',
          MINIO_ROOT_USER_FILE: '/run/secrets/minio/user',
          MINIO_ROOT_PASSWORD_FILE: '/run/secrets/minio/password',
          MINIO_MEMLIMIT: `${mebibytes(memory, HEAP)}MiB`,
          // without a token: the NetworkPolicy lets only agents and the namespace of Prometheus in
          ...(metrics && { MINIO_PROMETHEUS_AUTH_TYPE: 'public' }),
          MINIO_BROWSER: 'off',
          HOME: '/tmp',
        },
        ports: { http: MINIO_PORT },
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

  /** Name of the Service that gives the pods of an erasure set their names. */
  private get nodes(): string {
    return `${this.node.id}-nodes`;
  }

  private place(bucket = '') {
    return { host: this.node.id, port: MINIO_PORT, tls: false, bucket, region: 'us-east-1', pathStyle: true };
  }
}
