import { type Component, configFiles, memory, secretFiles, Workload } from '../kube';
import setup from './scripts/minio-setup.sh';

/** Who uses the store, with the Secret of its key and the buckets that the key is for. */
export interface MinioConsumer {
  readonly name: string;
  readonly secret: string;
  readonly buckets: readonly string[];
}

/** What {@link minioSetup} makes, where, and as whom. */
export interface MinioSetupOptions {
  readonly url: string;
  readonly rootSecret: string;
  readonly image: string;
  readonly buckets: readonly { readonly name: string; readonly rules: readonly { readonly prefix: string; readonly expire: string }[] }[];
  readonly consumers: readonly MinioConsumer[];
}

/**
 * The Job that makes buckets, lifecycle rules and keys. It alone has the key of the root. Its name follows its content,
 * so that it runs again when buckets, rules or consumers change.
 */
export function minioSetup(component: Component, { url, rootSecret, image, buckets, consumers }: MinioSetupOptions): Workload {
  const name = `${component.node.id}-buckets`;
  const rules = buckets.filter(({ rules }) => rules.length > 0).map((bucket) => [`${bucket.name}.lifecycle.json`, lifecycle(bucket.rules)]);
  const policies = consumers.map((consumer) => [`${consumer.name}.policy.json`, policy(consumer.buckets)]);
  const keys = consumers.map(({ name, secret }) => [`/run/secrets/keys/${name}`, secretFiles(`key-${name}`, secret, ['user', 'password'])]);
  return new Workload(component, {
    kind: 'Job',
    name,
    component: 'setup',
    job: { deadline: 1800, retries: 6 },
    user: { uid: 1000, gid: 1000 },
    drain: { settle: 0, finish: 5 },
    containers: [
      {
        name: 'buckets',
        image,
        command: ['sh', '/etc/minio-setup/minio-setup.sh', ...buckets.map(({ name }) => name)],
        env: {
          URL: url,
          ROOT: '/run/secrets/minio',
          KEYS: '/run/secrets/keys',
          CONSUMERS: consumers.map(({ name }) => name).join(' '),
          CONFIG: '/etc/minio-setup',
          MC_CONFIG_DIR: '/tmp/mc',
        },
        // each call of the admin API takes 94 MiB (measured: Argon2 with 64), and two may run at once
        resources: { cpu: '10m', memory: '256Mi' },
        mounts: {
          '/etc/minio-setup': configFiles(component, name, Object.fromEntries([['minio-setup.sh', setup], ...rules, ...policies])),
          '/run/secrets/minio': secretFiles('auth', rootSecret, ['user', 'password']),
          ...Object.fromEntries(keys),
          // in memory: mc writes the key of the root there
          '/tmp': memory('tmp', '16Mi'),
        },
      },
    ],
  });
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

function lifecycle(rules: MinioSetupOptions['buckets'][number]['rules']): string {
  const one = ({ prefix, expire }: (typeof rules)[number], index: number) => ({
    ID: `rule-${index}`,
    Status: 'Enabled',
    Filter: { Prefix: prefix },
    Expiration: { Days: Number.parseInt(expire, 10) },
  });
  return json({ Rules: rules.map(one) });
}

/** Objects of these buckets, and nothing else: not even keys of its own, which MinIO gives to everybody who asks. */
function policy(buckets: readonly string[]): string {
  const resources = (end: string) => buckets.map((bucket) => `arn:aws:s3:::${bucket}${end}`);
  const list = ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'];
  const use = ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'];
  return json({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: list, Resource: resources('') },
      { Effect: 'Allow', Action: use, Resource: resources('/*') },
      { Effect: 'Deny', Action: ['admin:*'] },
    ],
  });
}
