import { IMAGES } from '../../lib/kube';
import { find } from '../support/platform';
import { policyOf } from '../support/workload';
import { make } from './minio-support';
import { consumerOf } from './support';

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
