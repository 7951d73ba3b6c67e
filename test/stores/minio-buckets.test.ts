import { IMAGES } from '../../lib/kube';
import type { MinioProps } from '../../lib/stores/minio';
import { podSpec, type Rendered, rendered } from '../support/platform';
import { policyOf } from '../support/workload';
import { jobContainer, jobOf, make } from './minio-support';
import { envOf, storeScriptText } from './support';

describe('buckets and keys', () => {
  const props: MinioProps = {
    buckets: ['uploads', 'models'],
    lifecycle: { models: [{ expire: '30d' }, { prefix: 'tmp/', expire: '1d' }] },
  };
  const consumers = { trainer: ['models', 'uploads'], agent: undefined };
  const { store, objects, told, secret } = make(props, {}, consumers);
  const job = jobOf(objects);
  const files = Object.fromEntries(objects.flatMap(({ kind, data }) => (kind === 'ConfigMap' ? Object.entries<string>(data) : [])));

  test('are made by a Job that runs once for each content', () => {
    const nameOf = (...args: Parameters<typeof make>) => jobOf(make(...args).objects).metadata.name;
    expect(job.metadata.name).toMatch(/^minio-buckets-[0-9a-f]{8}$/);
    expect(nameOf(props, {}, { agent: undefined, trainer: ['models', 'uploads'] })).toBe(job.metadata.name);
    const others = [
      nameOf(),
      nameOf(props),
      nameOf({ ...props, lifecycle: {} }, {}, consumers),
      nameOf(props, {}, { ...consumers, agent: ['models'] }),
    ];
    expect(new Set([job.metadata.name, ...others]).size).toBe(5);
    expect(job.spec).toMatchObject({ backoffLimit: 6, activeDeadlineSeconds: 1800 });
    expect(job.spec).not.toHaveProperty('ttlSecondsAfterFinished');
  });

  test('are made with the credentials of the server, which are in files', () => {
    const container = jobContainer(objects);
    expect(container).toMatchObject({
      image: IMAGES.minioClient,
      command: ['sh', '/etc/minio-setup/minio-setup.sh', 'uploads', 'models'],
    });
    expect(envOf(container)).toEqual({
      URL: 'http://minio:9000',
      ROOT: '/run/secrets/minio',
      KEYS: '/run/secrets/keys',
      CONSUMERS: 'agent trainer',
      CONFIG: '/etc/minio-setup',
      MC_CONFIG_DIR: '/tmp/mc',
    });
    expect(podSpec(job).securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000 });
    expect(podSpec(job).terminationGracePeriodSeconds).toBe(10);
    const mounts = container.volumeMounts.map(({ mountPath }: Rendered['spec']) => mountPath);
    expect(mounts).toEqual(['/etc/minio-setup', '/run/secrets/minio', '/run/secrets/keys/agent', '/run/secrets/keys/trainer', '/tmp']);
    expect(podSpec(job).volumes).toMatchObject([
      { configMap: { name: expect.stringMatching(/^minio-buckets-[0-9a-f]{8}$/) } },
      { secret: { secretName: 'minio-auth', defaultMode: 0o440 } },
      { secret: { secretName: 'minio-agent-key', defaultMode: 0o440 } },
      { secret: { secretName: 'minio-trainer-key', defaultMode: 0o440 } },
      { emptyDir: { sizeLimit: '16Mi', medium: 'Memory' } },
    ]);
    expect(Object.keys(files).sort()).toEqual(['agent.policy.json', 'minio-setup.sh', 'models.lifecycle.json', 'trainer.policy.json']);
    expect(files['minio-setup.sh']).toBe(storeScriptText('minio-setup'));
  });

  test('belong to a consumer each: its buckets, objects in them, and no key but this one', () => {
    expect(told.map(({ MINIO_BUCKET, MINIO_ACCESS_KEY }) => [MINIO_BUCKET, MINIO_ACCESS_KEY])).toEqual([
      ['models', 'minio-trainer-key.user'],
      ['uploads', 'minio-agent-key.user'],
    ]);
    expect(secret('minio-trainer-key')).toEqual({ user: 'consumer-trainer', password: '{random}' });
    const policyFor = (...buckets: string[]) => [
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        Resource: buckets.map((bucket) => `arn:aws:s3:::${bucket}`),
      },
      {
        Effect: 'Allow',
        Action: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
        Resource: buckets.map((bucket) => `arn:aws:s3:::${bucket}/*`),
      },
      { Effect: 'Deny', Action: ['admin:*'] },
    ];
    expect(JSON.parse(files['agent.policy.json'] ?? '').Statement).toEqual(policyFor('uploads'));
    expect(JSON.parse(files['trainer.policy.json'] ?? '').Statement).toEqual(policyFor('models', 'uploads'));
  });

  test('have rules for objects that are deleted by themselves', () => {
    expect(JSON.parse(files['models.lifecycle.json'] ?? '')).toEqual({
      Rules: [
        { ID: 'rule-0', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 30 } },
        { ID: 'rule-1', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } },
      ],
    });
  });

  test('are made by a pod that may talk to the server', () => {
    const [workload] = store.node.children.flatMap((child) => (child.node.id === 'minio-buckets' ? [child as typeof store.workload] : []));
    expect(workload && policyOf(workload).egress[0].ports).toEqual([{ protocol: 'TCP', port: 9000 }]);
    expect(policyOf(store.workload).ingress[0].from).toEqual([
      {
        podSelector: {
          matchLabels: { 'app.kubernetes.io/name': 'minio-buckets', 'app.kubernetes.io/component': 'setup' },
        },
      },
    ]);
    expect(rendered(store).filter(({ kind }) => kind === 'NetworkPolicy')).toHaveLength(2);
  });
});
