import { scratch, type WorkloadOptions } from '../../lib/kube';
import { find } from '../support/platform';
import { CONTAINER, KINDS, makeWorkload } from '../support/workload';

/** Every kind, with an init container and a second one beside the main one. */
const FULL = Object.fromEntries(
  Object.entries(KINDS).map(([kind, options]): [string, WorkloadOptions] => [
    kind,
    {
      ...options,
      drain: { settle: 7, finish: 40 },
      initContainers: [{ ...CONTAINER, name: 'first' }],
      containers: [
        { ...CONTAINER, mounts: { '/tmp': scratch('tmp', '1Gi') } },
        { ...CONTAINER, name: 'beside', user: 3000 },
      ],
    },
  ]),
);

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('%s', (kind) => {
  const { pod, object } = makeWorkload(FULL[kind] as WorkloadOptions);
  const { objects: leastObjects, pod: least, main } = makeWorkload(KINDS[kind]);

  test('is what it is called', () => {
    expect(object.kind).toBe(kind);
    expect(object.metadata).toEqual({
      name: kind === 'Job' ? expect.stringMatching(/^web-[0-9a-f]{8}$/) : 'web',
      namespace: 'ai-agent-test',
      labels: {
        'app.kubernetes.io/name': 'web',
        'app.kubernetes.io/component': 'agent',
        'app.kubernetes.io/part-of': 'test',
        'app.kubernetes.io/managed-by': 'cdk8s-ai-agent',
      },
    });
  });

  test('has pods that Pod Security restricted admits', () => {
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 2000,
      fsGroup: 2000,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers']) expect(pod).not.toHaveProperty(field);
    const { name, securityContext } = pod.containers[1];
    expect([name, securityContext.runAsUser, securityContext.runAsGroup]).toEqual(['beside', 3000, 3000]);
    for (const container of [...pod.initContainers, pod.containers[0]])
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    expect(securityContext).toEqual({
      ...pod.containers[0].securityContext,
      runAsUser: 3000,
      runAsGroup: 3000,
    });
  });

  test('has volumes of the group only where it has volumes', () => {
    const { fsGroup, fsGroupChangePolicy } = least.securityContext;
    expect([fsGroup, fsGroupChangePolicy]).toEqual([undefined, undefined]);
  });

  test('has a ServiceAccount of its own, without a token', () => {
    expect(find(leastObjects, 'ServiceAccount')).toMatchObject({
      metadata: { name: 'web', namespace: 'ai-agent-test' },
      automountServiceAccountToken: false,
    });
    expect(least).toMatchObject({ serviceAccountName: 'web', automountServiceAccountToken: false });
    expect(least.enableServiceLinks).toBe(false);
    const talking = makeWorkload({ ...KINDS[kind], apiAccess: true });
    expect(talking.pod.automountServiceAccountToken).toBe(true);
    expect(find(talking.objects, 'ServiceAccount').automountServiceAccountToken).toBe(false);
  });

  test('ends in the time that its drain takes, which only the main container waits for', () => {
    expect(pod.terminationGracePeriodSeconds).toBe(7 + 40 + 5);
    expect(pod.containers[0].lifecycle).toEqual({ preStop: { exec: { command: ['sleep', '7'] } } });
    expect([pod.containers[1].lifecycle, pod.initContainers[0].lifecycle]).toEqual([undefined, undefined]);
    expect(least.terminationGracePeriodSeconds).toBe(0 + 30 + 5);
    expect(main.lifecycle).toBeUndefined();
  });

  test('has pods with the labels of the platform', () => {
    const { template } = kind === 'CronJob' ? object.spec.jobTemplate.spec : object.spec;
    expect(template.metadata).toEqual({
      labels: {
        'app.kubernetes.io/name': 'web',
        'app.kubernetes.io/component': 'agent',
        'app.kubernetes.io/part-of': 'test',
        'app.kubernetes.io/managed-by': 'cdk8s-ai-agent',
      },
    });
  });

  test('takes priority, registries and place from what it is told', () => {
    const told = makeWorkload(
      {
        ...KINDS[kind],
        priority: 'stores',
        besidePods: { app: 'other' },
      },
      { imagePullSecrets: ['one', 'two'] },
    ).pod;
    expect(told.priorityClassName).toBe('ai-agent-test-stores');
    expect(told.imagePullSecrets).toEqual([{ name: 'one' }, { name: 'two' }]);
    expect(told.affinity).toEqual({
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: { app: 'other' } }, topologyKey: 'kubernetes.io/hostname' },
        ],
      },
    });
    for (const field of ['priorityClassName', 'imagePullSecrets', 'affinity', 'topologySpreadConstraints', 'volumes'])
      expect(least).not.toHaveProperty(field);
  });
});
