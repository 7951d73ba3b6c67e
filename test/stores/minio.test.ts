import { Minio, type MinioProps, MinioSchema } from '../../lib/stores/minio';
import { type AllProps, unseenProps } from '../support/all-props';
import { find, podSpec, type Rendered, rendered } from '../support/platform';
import { policyOf } from '../support/workload';
import { consumerOf, envOf, makeStore, storeScriptText, toldBy } from './support';

const make = (props: MinioProps = {}, context = {}) => makeStore(Minio, 'minio', props, context);
const jobOf = (objects: readonly Rendered[]) => find(objects, 'Job');
const jobContainer = (objects: readonly Rendered[]) => podSpec(jobOf(objects)).containers[0];

describe('minio', () => {
  const { store, objects, main, env, mounts, pod, statefulSet, claims, secret } = make();

  test('tells where it is, in the words of its own and of S3 libraries', () => {
    expect(toldBy(store)).toEqual({
      MINIO_ENDPOINT: 'minio:9000',
      MINIO_SECURE: 'false',
      S3_ENDPOINT: 'http://minio:9000',
      MINIO_ACCESS_KEY: 'minio-auth.user',
      MINIO_SECRET_KEY: 'minio-auth.password',
      MINIO_BUCKET: 'uploads',
      MINIO_REGION: 'us-east-1',
    });
    expect(secret('minio-auth')).toEqual({ user: 'aiagent', password: '{random}' });
    expect(find(objects, 'Service', 'minio').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'http', port: 9000, targetPort: 'http' }],
    });
    expect(store.file).toBe('24-minio.yaml');
    expect(store.storeName).toBe('minio');
  });

  test('takes its credentials from files that are there: MinIO would go on with minioadmin without them', () => {
    const { MINIO_ROOT_USER_FILE, MINIO_ROOT_PASSWORD_FILE } = env();
    expect([MINIO_ROOT_USER_FILE, MINIO_ROOT_PASSWORD_FILE]).toEqual(['/run/secrets/minio/user', '/run/secrets/minio/password']);
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
      image: 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z',
      args: ['server', '/data', '--address', ':9000', '--certs-dir', '/tmp/certs'],
    });
    expect(mounts()).toMatchObject({ '/data': { claim: 'data' }, '/tmp': { emptyDir: { sizeLimit: '256Mi' } } });
    expect(claims[0].spec.resources.requests.storage).toBe('100Gi');
    expect(pod.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 });
    expect(main.resources).toMatchObject({ requests: { cpu: '250m', memory: '1Gi' }, limits: { memory: '1Gi' } });
    expect(env()).toMatchObject({ MINIO_BROWSER: 'off', HOME: '/tmp' });
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

describe('buckets', () => {
  const { store, objects } = make({ buckets: ['uploads', 'models'] });
  const job = jobOf(objects);

  test('are made by a Job that runs once for each content', () => {
    expect(job.metadata.name).toMatch(/^minio-buckets-[0-9a-f]{8}$/);
    expect(jobOf(make({ buckets: ['uploads', 'models'] }).objects).metadata.name).toBe(job.metadata.name);
    expect(jobOf(make().objects).metadata.name).not.toBe(job.metadata.name);
    expect(job.spec).toMatchObject({ backoffLimit: 6, activeDeadlineSeconds: 1800 });
    expect(job.spec).not.toHaveProperty('ttlSecondsAfterFinished');
  });

  test('are made with the credentials of the server', () => {
    const container = jobContainer(objects);
    expect(container).toMatchObject({
      image: 'rclone/rclone:1.75.0',
      command: ['sh', '/scripts/minio-buckets.sh', 'uploads', 'models'],
    });
    expect(envOf(container)).toEqual({
      RCLONE_CONFIG_S3_TYPE: 's3',
      RCLONE_CONFIG_S3_PROVIDER: 'Minio',
      RCLONE_CONFIG_S3_ENDPOINT: 'http://minio:9000',
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: 'minio-auth.user',
      RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: 'minio-auth.password',
      HOME: '/tmp',
    });
    expect(podSpec(job).securityContext).toMatchObject({ runAsUser: 1009, runAsGroup: 1009 });
    expect(podSpec(job).terminationGracePeriodSeconds).toBe(10);
    expect(container.volumeMounts.map(({ mountPath }: Rendered['spec']) => mountPath)).toEqual(['/scripts', '/tmp']);
    expect(podSpec(job).volumes).toMatchObject([
      { configMap: { name: expect.stringMatching(/^minio-buckets-scripts-[0-9a-f]{8}$/), defaultMode: 0o555 } },
      { emptyDir: { sizeLimit: '16Mi' } },
    ]);
    const [scripts] = objects.filter(({ kind }) => kind === 'ConfigMap');
    expect(scripts?.data).toEqual({ 'minio-buckets.sh': storeScriptText('minio-buckets') });
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
      buckets: ['documents', 'pictures'],
      toolImage: 'registry.test/rclone:2',
    },
  };
  const before = make().objects;
  const { objects, store, claims } = make(given as MinioProps);
  const { provider, ...visible } = given;
  expect(provider).toBe('minio');
  const defaults = MinioSchema.parse({});
  expect(unseenProps({ given: visible, defaults, before, after: objects, explicit: {} })).toEqual([]);
  expect(toldBy(store).MINIO_BUCKET).toBe('documents');
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
    [{ buckets: ['a; rm'] }, 'test/minio.buckets[0]: got "a; rm", expected a bucket name such as uploads'],
  ])('%j', (props, message) => {
    expect(() => make(props)).toThrow(new Error(message));
  });

  test('not on names that S3 takes', () => {
    const buckets = ['abc', 'a-0', '0-9', '1a9', 'a'.repeat(63)];
    expect(jobContainer(make({ buckets }).objects).command.slice(2)).toEqual(buckets);
  });
});
