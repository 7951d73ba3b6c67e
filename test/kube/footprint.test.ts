import {
  Claim,
  Component,
  type ContainerOptions,
  claimTemplate,
  existingClaim,
  type Footprint,
  footprint,
  type QuantityText,
  Workload,
  type WorkloadOptions,
} from '../../lib/kube';
import { testScope } from '../support/platform';
import { CONTAINER, KINDS } from '../support/workload';

const GI = 2 ** 30;
const NOTHING: Footprint = { pods: 0, cpu: 0, memory: 0, memoryLimit: 0, storage: 0, claims: 0 };

const box = (cpu: QuantityText, memory: QuantityText, limit?: QuantityText): ContainerOptions => ({
  ...CONTAINER,
  resources: { cpu, memory, limits: { memory: limit } },
});
const data = claimTemplate('data', { storage: '10Gi' });

/** Title, what there is, what it asks for at the fewest and at the most, and at the most with everything running. */
const CASES: [string, WorkloadOptions, Partial<Footprint>, Partial<Footprint>, Partial<Footprint>][] = [
  [
    'a Deployment, and one more pod while it rolls',
    { ...KINDS.Deployment, replicas: 2, containers: [box('500m', '1Gi', '2Gi')] },
    { pods: 2, cpu: 1, memory: 2 * GI, memoryLimit: 4 * GI },
    { pods: 2, cpu: 1, memory: 2 * GI, memoryLimit: 4 * GI },
    { pods: 3, cpu: 1.5, memory: 3 * GI, memoryLimit: 6 * GI },
  ],
  [
    'a range',
    { ...KINDS.Deployment, replicas: { min: 3, max: 10 }, containers: [box(1, '2Gi', '4Gi')] },
    { pods: 3, cpu: 3, memory: 6 * GI, memoryLimit: 12 * GI },
    { pods: 10, cpu: 10, memory: 20 * GI, memoryLimit: 40 * GI },
    { pods: 11, cpu: 11, memory: 22 * GI, memoryLimit: 44 * GI },
  ],
  [
    'containers side by side',
    { ...KINDS.Deployment, containers: [box('250m', '1Gi', '3Gi'), box('500m', '512Mi')] },
    { pods: 1, cpu: 0.75, memory: 1.5 * GI, memoryLimit: 3.5 * GI },
    { pods: 1, cpu: 0.75, memory: 1.5 * GI, memoryLimit: 3.5 * GI },
    { pods: 2, cpu: 1.5, memory: 3 * GI, memoryLimit: 7 * GI },
  ],
  [
    'init containers, of which the largest counts where it is more, each resource by itself',
    {
      ...KINDS.StatefulSet,
      initContainers: [box(2, '256Mi', '8Gi'), box(1, '512Mi', '1Gi')],
      containers: [box('500m', '1Gi', '2Gi'), box('500m', '1Gi', '2Gi')],
    },
    { pods: 1, cpu: 2, memory: 2 * GI, memoryLimit: 8 * GI },
    { pods: 1, cpu: 2, memory: 2 * GI, memoryLimit: 8 * GI },
    { pods: 1, cpu: 2, memory: 2 * GI, memoryLimit: 8 * GI },
  ],
  [
    'a StatefulSet with a claim for each pod, which does not surge',
    { ...KINDS.StatefulSet, replicas: 3, containers: [{ ...box(1, '1Gi'), mounts: { '/data': data, '/also': data } }] },
    { pods: 3, cpu: 3, memory: 3 * GI, memoryLimit: 3 * GI, storage: 30 * GI, claims: 3 },
    { pods: 3, cpu: 3, memory: 3 * GI, memoryLimit: 3 * GI, storage: 30 * GI, claims: 3 },
    { pods: 3, cpu: 3, memory: 3 * GI, memoryLimit: 3 * GI, storage: 30 * GI, claims: 3 },
  ],
  [
    'a DaemonSet as of one node',
    { ...KINDS.DaemonSet, containers: [box('100m', '1Gi')] },
    { pods: 1, cpu: 0.1, memory: GI, memoryLimit: GI },
    { pods: 1, cpu: 0.1, memory: GI, memoryLimit: GI },
    { pods: 1, cpu: 0.1, memory: GI, memoryLimit: GI },
  ],
  ['a Job', { ...KINDS.Job, containers: [box(1, '1Gi')] }, {}, {}, { pods: 1, cpu: 1, memory: GI, memoryLimit: GI }],
  [
    'a CronJob, even a suspended one',
    { ...KINDS.Job, job: { deadline: 1, schedule: '@daily', suspend: true }, containers: [box(1, '1Gi', '2Gi')] },
    {},
    {},
    { pods: 1, cpu: 1, memory: GI, memoryLimit: 2 * GI },
  ],
];

test.each(CASES)('%s', (_, options, min, max, busy) => {
  const component = new Component(testScope(), 'part', { order: 'agent' });
  new Workload(component, options);
  expect(footprint(component, { at: 'min' })).toEqual({ ...NOTHING, ...min });
  expect(footprint(component, { at: 'max' })).toEqual({ ...NOTHING, ...max });
  expect(footprint(component, { at: 'max', busy: true })).toEqual({ ...NOTHING, ...max, ...busy });
});

test('everything below a construct counts; a claim counts once, whoever mounts it', () => {
  const scope = testScope();
  expect(footprint(scope, { at: 'max', busy: true })).toEqual(NOTHING);
  const [one, two] = ['one', 'two'].map((id) => new Component(scope, id, { order: 'agent' })) as [Component, Component];
  new Claim(one, 'shared', { storage: '1.5Gi' });
  const mounts = { '/shared': existingClaim('shared', 'shared') };
  new Workload(one, { ...KINDS.Deployment, replicas: 2, containers: [{ ...box(1, '1Gi'), mounts }] });
  new Workload(two, { ...KINDS.DaemonSet, containers: [box(1, '1Gi')] });
  expect(footprint(scope, { at: 'max' })).toEqual({
    pods: 3,
    cpu: 3,
    memory: 3 * GI,
    memoryLimit: 3 * GI,
    storage: 1.5 * GI,
    claims: 1,
  });
});
