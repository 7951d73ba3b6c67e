import { claimTemplate, memory, type Replicas, scratch, type WorkloadOptions, workloadsOf } from '../../lib/kube';
import { find, type Rendered } from '../support/platform';
import { CONTAINER, KINDS, makeWorkload } from '../support/workload';

const PODS = { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/component': 'agent' };
const specOf = (options: WorkloadOptions): Rendered['spec'] => {
  const { template: _, ...spec } = makeWorkload(options).object.spec;
  return spec;
};
const deployment = (replicas: Replicas) => makeWorkload({ ...KINDS.Deployment, replicas });

test('Deployment rolls without losing a pod', () => {
  expect(specOf({ ...KINDS.Deployment, replicas: 2 })).toEqual({
    replicas: 2,
    revisionHistoryLimit: 3,
    selector: { matchLabels: PODS },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  });
});

test('Deployment of a range leaves the number to its autoscaler', () => {
  const { object, workload } = deployment({ min: 2, max: 5 });
  expect(object.spec).not.toHaveProperty('replicas');
  expect(workload.replicas).toEqual({ min: 2, max: 5 });
});

test('StatefulSet keeps its claims, which carry nothing but name and size', () => {
  const data = claimTemplate('data', { storage: '50Gi' });
  const wal = claimTemplate('wal', { storage: '5Gi', storageClass: 'fast', accessMode: 'ReadWriteMany' });
  const containers = [{ ...CONTAINER, mounts: { '/data': data, '/wal': wal, '/also': data } }];
  const { object, pod, main } = makeWorkload({ ...KINDS.StatefulSet, replicas: 3, containers });
  const { template: _, ...spec } = object.spec;
  const claim = (name: string, storage: string, mode = 'ReadWriteOnce', storageClassName?: string) => ({
    metadata: { name },
    spec: { accessModes: [mode], resources: { requests: { storage } }, ...(storageClassName && { storageClassName }) },
  });
  expect(spec).toEqual({
    serviceName: 'web-pods',
    replicas: 3,
    revisionHistoryLimit: 3,
    podManagementPolicy: 'OrderedReady',
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    selector: { matchLabels: PODS },
    volumeClaimTemplates: [claim('data', '50Gi'), claim('wal', '5Gi', 'ReadWriteMany', 'fast')],
  });
  expect(pod.volumes).toBeUndefined();
  expect(main.volumeMounts).toEqual([
    { mountPath: '/data', name: 'data' },
    { mountPath: '/wal', name: 'wal' },
    { mountPath: '/also', name: 'data' },
  ]);
});

test.each(['DaemonSet', 'Job', 'CronJob'] as const)('%s counts as one replica', (kind) => {
  expect(makeWorkload(KINDS[kind]).workload.replicas).toEqual({ min: 1, max: 1 });
});

test('StatefulSet may have one claim', () => {
  const containers = [{ ...CONTAINER, mounts: { '/data': claimTemplate('data', { storage: '1Gi' }) } }];
  expect(specOf({ ...KINDS.StatefulSet, containers }).volumeClaimTemplates).toHaveLength(1);
});

test('StatefulSet without claims has no templates, and starts side by side where it may', () => {
  const spec = specOf({ ...KINDS.StatefulSet, parallel: true });
  expect(spec.podManagementPolicy).toBe('Parallel');
  expect(spec).not.toHaveProperty('volumeClaimTemplates');
});

test('DaemonSet has one pod a node', () => {
  expect(specOf(KINDS.DaemonSet)).toEqual({ revisionHistoryLimit: 3, selector: { matchLabels: PODS } });
});

test('Job tries thrice, and stays after its end', () => {
  expect(specOf(KINDS.Job)).toEqual({ backoffLimit: 2, activeDeadlineSeconds: 600 });
  expect(specOf({ ...KINDS.Job, job: { deadline: 5, retries: 0 } })).toEqual({
    backoffLimit: 0,
    activeDeadlineSeconds: 5,
  });
  expect(makeWorkload(KINDS.Job).pod.restartPolicy).toBe('Never');
});

test('CronJob never runs twice at once, in the time zone of the platform', () => {
  const { object, pod } = makeWorkload(
    { ...KINDS.CronJob, job: { deadline: 900, schedule: '5 4 * * *', retries: 1, suspend: true } },
    { timeZone: 'Asia/Shanghai' },
  );
  const { jobTemplate, ...spec } = object.spec;
  expect(spec).toEqual({
    schedule: '5 4 * * *',
    timeZone: 'Asia/Shanghai',
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 3600,
    suspend: true,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 3,
  });
  const { template, ...job } = jobTemplate.spec;
  expect(template.metadata.labels).toMatchObject(PODS);
  expect([jobTemplate.metadata, job]).toEqual([{ labels: template.metadata.labels }, { backoffLimit: 1, activeDeadlineSeconds: 900 }]);
  expect(template.spec.restartPolicy).toBe('Never');
  expect(pod.restartPolicy).toBe('Never');
  expect(makeWorkload(KINDS.CronJob).object.spec.suspend).toBe(false);
});

test.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)('%s restarts for ever', (kind) => {
  expect(makeWorkload(KINDS[kind]).pod).not.toHaveProperty('restartPolicy');
});

test("a Job's name follows its pods", () => {
  const name = (options: Partial<WorkloadOptions> = {}) =>
    makeWorkload({ ...KINDS.Job, ...options } as WorkloadOptions).object.metadata.name;
  const named = [
    name(),
    name({ containers: [{ ...CONTAINER, image: 'registry.test/web:2' }] }),
    name({ containers: [{ ...CONTAINER, env: { A: '1' } }] }),
    name({ containers: [{ ...CONTAINER, mounts: { '/tmp': scratch('tmp', '1Mi') } }] }),
    name({ containers: [{ ...CONTAINER, mounts: { '/tmp': memory('tmp', '1Mi') } }] }),
    name({ user: { uid: 1, gid: 1 } }),
  ];
  expect(new Set(named).size).toBe(named.length);
  expect(name()).toBe(named[0]);
  expect(named.filter((each) => !/^web-[0-9a-f]{8}$/.test(each))).toEqual([]);
});

test.each<[Replicas, boolean]>([
  [1, false],
  [2, true],
  [{ min: 1, max: 2 }, true],
  [{ min: 1, max: 1 }, false],
])('Deployment of %j is spread and has a disruption budget: %p', (replicas, isSpread) => {
  const { pod, objects } = deployment(replicas);
  const labelSelector = { matchLabels: PODS };
  const zones = { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' };
  const nodes = { weight: 100, podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' } };
  expect(pod.topologySpreadConstraints).toEqual(isSpread ? [{ ...zones, labelSelector }] : undefined);
  expect(pod.affinity).toEqual(isSpread ? { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [nodes] } } : undefined);
  const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ spec }) => spec);
  const budget = { selector: labelSelector, maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' };
  expect(budgets).toEqual(isSpread ? [budget] : []);
});

test('StatefulSet has a disruption budget as well; Jobs and DaemonSets have none', () => {
  const { objects } = makeWorkload({ ...KINDS.StatefulSet, replicas: 3 });
  expect(find(objects, 'PodDisruptionBudget').metadata.name).toBe('web');
  for (const kind of ['DaemonSet', 'Job', 'CronJob'] as const)
    expect(makeWorkload(KINDS[kind]).objects.map((object) => object.kind)).toEqual(['ServiceAccount', kind]);
});

test('workloads are found below a construct, wherever they stand', () => {
  const { component, workload } = deployment(1);
  expect(workloadsOf(component)).toEqual([workload]);
  expect(workloadsOf(workload)).toEqual([workload]);
  expect(workloadsOf(component.node.scope ?? component)).toEqual([workload]);
});
