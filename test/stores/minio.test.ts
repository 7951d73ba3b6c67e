import { IMAGES, Workload } from '../../lib/kube';
import { Minio, type MinioProps, MinioSchema } from '../../lib/stores/minio';
import { type AllProps, unseenProps } from '../support/all-props';
import { find, podSpec, type Rendered, rendered } from '../support/platform';
import { KINDS, policyOf } from '../support/workload';
import { consumerOf, envOf, makeStore, storeScriptText, toldBy } from './support';

/** Consumers of which the first asks for no bucket by name. */
const CONSUMERS: Readonly<Record<string, string[] | undefined>> = { agent: undefined };
function make(props: MinioProps = {}, context = {}, consumers = CONSUMERS) {
  const made = makeStore(Minio, 'minio', props, context);
  const told = Object.entries(consumers).map(([name, buckets]) => {
    const consumer = new Workload(made.store, { ...KINDS.Deployment, name });
    return toldBy({ variables: made.store.variablesFor(consumer, buckets) });
  });
  made.store.complete();
  return { ...made, told, objects: rendered(made.store) };
}
const jobOf = (objects: readonly Rendered[]) => find(objects, 'Job');
const jobContainer = (objects: readonly Rendered[]) => podSpec(jobOf(objects)).containers[0];

describe('minio', () => {
  const { store, objects, main, env, mounts, pod, statefulSet, claims, secret, told } = make();

  test('tells where it is, in the words of its own and of S3 libraries', () => {
    expect(told).toEqual([
      {
        MINIO_ENDPOINT: 'minio:9000',
        MINIO_SECURE: 'false',
        S3_ENDPOINT: 'http://minio:9000',
        S3_ADDRESSING_STYLE: 'path',
        MINIO_ACCESS_KEY: 'minio-agent-key.user',
        MINIO_SECRET_KEY: 'minio-agent-key.password',
        MINIO_BUCKET: 'uploads',
        MINIO_REGION: 'us-east-1',
      },
    ]);
    expect(secret('minio-auth')).toEqual({ user: 'aiagent', password: '{random}' });
    expect(secret('minio-agent-key')).toEqual({ user: 'consumer-agent', password: '{random}' });
    expect(find(objects, 'Service', 'minio').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'http', port: 9000, targetPort: 'http' }],
    });
    expect(store.file).toBe('24-minio.yaml');
    expect(store.storeName).toBe('minio');
  });

  test('takes its credentials from files, or does not start: MinIO would go on with minioadmin', () => {
    expect(env()).toMatchObject({
      ...{ MINIO_ROOT_USER: '-', MINIO_ROOT_USER_FILE: '/run/secrets/minio/user' },
      ...{ MINIO_ROOT_PASSWORD: '-', MINIO_ROOT_PASSWORD_FILE: '/run/secrets/minio/password' },
    });
    // not optional: the pod waits for the Secret and both of its keys
    expect(mounts()['/run/secrets/minio']).toEqual({
      secret: {
        secretName: 'minio-auth',
        defaultMode: 0o440,
        items: [
          { key: 'user', path: 'user' },
          { key: 'password', path: 'password' },
        ],
      },
    });
  });

  test('writes to its volume and nowhere else', () => {
    expect(statefulSet.spec).toMatchObject({ replicas: 1, serviceName: 'minio' });
    expect(main).toMatchObject({
      image: IMAGES.minio,
      args: ['server', '/data', '--address', ':9000', '--certs-dir', '/tmp/certs'],
    });
    expect(mounts()).toMatchObject({ '/data': { claim: 'data' }, '/tmp': { emptyDir: { sizeLimit: '256Mi' } } });
    expect(claims[0].spec.resources.requests.storage).toBe('100Gi');
    expect(pod.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 });
    expect(main.resources).toMatchObject({ requests: { cpu: '250m', memory: '1Gi' }, limits: { memory: '1Gi' } });
    expect(env()).toMatchObject({ MINIO_BROWSER: 'off', HOME: '/tmp' });
    const memlimit = (memory: string) => make({ memory }).env().MINIO_MEMLIMIT;
    expect(['512Mi', '1Gi', '32Gi'].map(memlimit)).toEqual(['409MiB', '819MiB', '26214MiB']);
    expect(pod.terminationGracePeriodSeconds).toBe(60);
  });

  test('is asked by HTTP whether it lives', () => {
    const [live, ready] = ['live', 'ready'].map((what) => ({ path: `/minio/health/${what}`, port: 'http' }));
    expect(main.startupProbe).toMatchObject({ httpGet: live, failureThreshold: 30 });
    expect(main.readinessProbe).toMatchObject({ httpGet: ready, failureThreshold: 3 });
    expect(main.livenessProbe).toMatchObject({ httpGet: live, timeoutSeconds: 10, failureThreshold: 6 });
  });

  test('gives its metrics without a token, where something scrapes', () => {
    expect(env().MINIO_PROMETHEUS_AUTH_TYPE).toBe('public');
    expect(store.workload.options.containers[0]?.metrics).toEqual({ port: 'http', path: '/minio/v2/metrics/cluster' });
    const unwatched = make({}, { metrics: false });
    expect(unwatched.env()).not.toHaveProperty('MINIO_PROMETHEUS_AUTH_TYPE');
    expect(unwatched.store.workload.options.containers[0]?.metrics).toBeUndefined();
  });

  test('lets consumers in', () => {
    expect(consumerOf(make().store).egress[0].ports).toEqual([{ protocol: 'TCP', port: 9000 }]);
  });
});

describe('an erasure set', () => {
  const { store, objects, main, statefulSet, pod } = make({ replicas: 4 });

  test('is pods that start side by side and find each other before they are ready', () => {
    expect(statefulSet.spec).toMatchObject({ replicas: 4, serviceName: 'minio-nodes', podManagementPolicy: 'Parallel' });
    expect(main.args.slice(0, 2)).toEqual(['server', 'http://minio-{0...3}.minio-nodes:9000/data']);
    expect(find(objects, 'Service', 'minio-nodes').spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    // consumers have one address, and get to those that are ready
    expect(find(objects, 'Service', 'minio').spec).not.toHaveProperty('clusterIP');
    expect(find(objects, 'Service', 'minio').spec).not.toHaveProperty('publishNotReadyAddresses');
    const { ingress, egress } = policyOf(store.workload);
    const peer = { podSelector: { matchLabels: store.workload.pods } };
    expect([ingress[0].from, egress]).toEqual([expect.arrayContaining([peer]), [{ to: [peer], ports: [{ protocol: 'TCP', port: 9000 }] }]]);
  });

  test('loses one at a time to a drain, and is spread over nodes', () => {
    expect(find(objects, 'PodDisruptionBudget', 'minio').spec).toMatchObject({ maxUnavailable: 1 });
    const [{ podAffinityTerm }] = pod.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
    expect(podAffinityTerm.topologyKey).toBe('kubernetes.io/hostname');
  });
});

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

test('shows every option', () => {
  const given: AllProps<MinioProps> = {
    ...{ provider: 'minio', image: 'registry.test/minio:2', cpu: '260m', memory: '2Gi' },
    ...{
      storage: '101Gi',
      storageClass: 'slow',
      replicas: 5,
      buckets: ['documents', 'pictures'],
      lifecycle: { pictures: [{ prefix: 'thumbnails/', expire: '9d' }] },
      toolImage: 'registry.test/mc:2',
    },
  };
  const before = make().objects;
  const { objects, store, claims, statefulSet } = make(given as MinioProps);
  const { provider, ...visible } = given;
  expect(provider).toBe('minio');
  const defaults = MinioSchema.parse({});
  const rules = () =>
    JSON.parse(objects.find(({ kind, data }) => kind === 'ConfigMap' && data['pictures.lifecycle.json'])?.data['pictures.lifecycle.json'])
      .Rules;
  const explicit = {
    replicas: () => expect(statefulSet.spec.replicas).toBe(5),
    lifecycle: () => expect(rules()).toMatchObject([{ Filter: { Prefix: 'thumbnails/' }, Expiration: { Days: 9 } }]),
  };
  expect(unseenProps({ given: visible, defaults, before, after: objects, explicit })).toEqual([]);
  expect(store.buckets).toEqual(['documents', 'pictures']);
  expect(claims[0].spec).toMatchObject({ storageClassName: 'slow', resources: { requests: { storage: '101Gi' } } });
});

describe('fails', () => {
  test.each<[MinioProps, string]>([
    [{ buckets: [] }, 'test/minio.buckets: got an empty list, expected at least 1 item'],
    [{ buckets: ['Uploads'] }, 'test/minio.buckets[0]: got "Uploads", expected a bucket name such as uploads'],
    ...['ab', '-ab', 'ab-', 'a_b', 'a.b', 'a'.repeat(64)].map((bucket): [MinioProps, string] => [
      { buckets: ['uploads', bucket] },
      `test/minio.buckets[1]: got ${JSON.stringify(bucket).replace('a'.repeat(64), `${'a'.repeat(60)}…`)}, expected a bucket name such as uploads`,
    ]),
    [{ lifecycle: { upload: [{ expire: '7d' }] } }, 'test/minio.lifecycle.upload: got "upload", expected one of buckets: uploads'],
    [{ lifecycle: { uploads: [] } }, 'test/minio.lifecycle.uploads: got an empty list, expected at least 1 item'],
    [{ lifecycle: { uploads: [{ expire: '7' }] } }, 'test/minio.lifecycle.uploads[0].expire: got "7", expected days such as 7d'],
    ...[2, 3].map((replicas): [MinioProps, string] => [
      { replicas },
      `test/minio.replicas: got ${replicas}, expected 1, or 4 to 16 for an erasure set`,
    ]),
    [{ replicas: 17 }, 'test/minio.replicas: got 17, expected at most 16'],
    [{ memory: '511Mi' }, 'test/minio.memory: got "511Mi", expected at least 512Mi: MinIO holds 300 MiB before its first request'],
    [{ buckets: ['uploads', 'uploads'] }, 'test/minio.buckets: got "uploads" twice, expected each bucket once'],
    [{ buckets: ['a; rm'] }, 'test/minio.buckets[0]: got "a; rm", expected a bucket name such as uploads'],
  ])('%j', (props, message) => {
    expect(() => make(props)).toThrow(new Error(message));
  });

  test('not on names that S3 takes', () => {
    const buckets = ['abc', 'a-0', '0-9', '1a9', 'a'.repeat(63)];
    expect(jobContainer(make({ buckets }).objects).command.slice(2)).toEqual(buckets);
  });
});
