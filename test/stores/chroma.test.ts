import { parse as parseYaml } from 'yaml';
import { IMAGES } from '../../lib/kube';
import { Chroma, type ChromaProps, ChromaSchema } from '../../lib/stores/chroma';
import { type AllProps, unseenProps } from '../support/all-props';
import { find } from '../support/platform';
import { consumerOf, makeStore, toldBy } from './support';

const make = (props: ChromaProps = {}, context = {}) => makeStore(Chroma, 'chroma', props, context);

describe('chroma', () => {
  const { store, objects, main, statefulSet, pod, mounts, file, claims } = make();

  test('tells where it is', () => {
    expect(toldBy(store)).toEqual({
      CHROMA_URL: 'http://chroma:8000',
      CHROMA_HOST: 'chroma',
      CHROMA_PORT: '8000',
    });
    expect(find(objects, 'Service', 'chroma').spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'http', port: 8000, targetPort: 'http' }],
    });
    expect(store.file).toBe('23-chroma.yaml');
    expect(store.storeName).toBe('chroma');
  });

  test('is one pod, and no option makes it two', () => {
    expect(statefulSet.spec.replicas).toBe(1);
    expect(make({ replicas: 1 }).statefulSet.spec.replicas).toBe(1);
    expect(() => make({ replicas: 2 } as unknown as ChromaProps)).toThrow(
      new Error('test/chroma.replicas: got 2, expected 1: Chroma has no replication, and two servers corrupt one volume'),
    );
  });

  test('reads its configuration from a file', () => {
    expect(main).toMatchObject({ image: IMAGES.chroma, args: ['run', '/etc/chroma/config.yaml'] });
    expect(parseYaml(file('config.yaml'))).toEqual({
      port: 8000,
      listen_address: '0.0.0.0',
      persist_path: '/data',
      max_payload_size_bytes: 41943040,
      allow_reset: false,
    });
  });

  test('is not confused by a Service of its own name, whose variables it would take for its configuration', () => {
    expect(pod.enableServiceLinks).toBe(false);
    expect(main.env).toBeUndefined();
  });

  test('keeps its data, and has room for the temporary files of sqlite', () => {
    expect(mounts()).toEqual({
      '/data': { claim: 'data' },
      '/etc/chroma': { configMap: { name: expect.stringMatching(/^chroma-config-[0-9a-f]{8}$/), defaultMode: 0o444 } },
      '/tmp': { emptyDir: { sizeLimit: '512Mi' } },
    });
    expect(claims[0].spec.resources.requests.storage).toBe('50Gi');
    expect(main.resources).toMatchObject({
      requests: { cpu: '500m', memory: '2Gi' },
      limits: { memory: '2Gi' },
    });
    expect(pod.securityContext).toMatchObject({ runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 });
    expect(pod.terminationGracePeriodSeconds).toBe(60);
  });

  test('is asked by HTTP whether it lives', () => {
    const ready = { path: '/api/v2/healthcheck', port: 'http' };
    expect(main.startupProbe).toMatchObject({ httpGet: ready, failureThreshold: 60 });
    expect(main.readinessProbe).toMatchObject({ httpGet: ready, failureThreshold: 3 });
    expect(main.livenessProbe).toMatchObject({
      httpGet: { path: '/api/v2/heartbeat', port: 'http' },
      timeoutSeconds: 10,
      failureThreshold: 6,
    });
  });

  test('is backed up beside itself, as files that are at rest', () => {
    expect(store.backup).toEqual({
      backupName: 'chroma',
      method: 'files',
      user: { uid: 10001, gid: 10001 },
      env: { QUIESCENT: 'true' },
      claim: 'data-chroma-0',
      besidePods: store.workload.pods,
      scratch: '50Gi',
    });
  });

  test('has no metrics to scrape', () => {
    expect(pod.containers).toHaveLength(1);
    expect(store.workload.options.containers[0]).not.toHaveProperty('metrics');
  });

  test('lets consumers in', () => {
    expect(consumerOf(make().store).egress[0].ports).toEqual([{ protocol: 'TCP', port: 8000 }]);
  });
});

test('shows every option', () => {
  const given: AllProps<ChromaProps> = {
    ...{ image: 'registry.test/chroma:2', cpu: '510m', memory: '3Gi' },
    ...{ storage: '51Gi', storageClass: 'fast', replicas: 1, maxPayload: 41 },
  };
  const before = make().objects;
  const { objects, file, claims, store, statefulSet } = make(given);
  const explicit = {
    replicas: () => expect(statefulSet.spec.replicas).toBe(1),
    maxPayload: () => expect(file('config.yaml')).toContain('max_payload_size_bytes: 42991616\n'),
  };
  expect(unseenProps({ given, defaults: ChromaSchema.parse({}), before, after: objects, explicit })).toEqual([]);
  expect(claims[0].spec).toMatchObject({ storageClassName: 'fast', resources: { requests: { storage: '51Gi' } } });
  expect(store.backup.scratch).toBe('51Gi');
});

test('fails on a request that its memory does not bear', () => {
  const largest = { memory: '512Mi', maxPayload: 64 };
  expect(make(largest).file('config.yaml')).toContain('max_payload_size_bytes: 67108864\n');
  expect(() => make({ ...largest, maxPayload: 65 })).toThrow(
    new Error('test/chroma.maxPayload: got 65, expected at most 64, an eighth of memory in MiB; raise memory'),
  );
  expect(() => make({ memory: '256Mi' })).toThrow(
    new Error('test/chroma.maxPayload: got 40, expected at most 32, an eighth of memory in MiB; raise memory'),
  );
});

test('fails on a size that is none, and says so only', () => {
  expect(() => make({ memory: 'much' })).toThrow(new Error('test/chroma.memory: got "much", expected a size such as 512Mi or 2Gi'));
});

test('fails on a payload of nothing', () => {
  expect(() => make({ maxPayload: 0 })).toThrow(new Error('test/chroma.maxPayload: got 0, expected at least 1'));
});
