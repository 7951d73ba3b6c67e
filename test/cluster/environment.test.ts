import { applied, apply, describeEnvironments, type KubeObject } from './support/environments';
import { eventually } from './support/kubectl';
import { type Autoscaler, failedCreates, inNamespaces, missingPods, type Workload } from './support/workloads';

const CLEAN = { status: 0, warnings: [], errors: [] };

describeEnvironments(
  'environment',
  () => true,
  (environment, cluster) => {
    let isApplied = false;
    const workloads = (kinds: string): Workload[] => inNamespaces<Workload>(cluster, environment, [kinds]);
    const autoscalers = (): Autoscaler[] => inNamespaces<Autoscaler>(cluster, environment, ['horizontalpodautoscalers']);

    test('is applied whole, without a warning', () => {
      const outcome = apply(cluster, environment);
      isApplied = outcome.status === 0;
      expect(outcome).toEqual(CLEAN);
    });

    // the tests below are about what the first one applied: without it they would only wait and repeat its message
    const afterApply = (name: string, body: () => Promise<void> | void): void =>
      test(name, async () => {
        if (!isApplied) throw new Error('the environment was not applied');
        await body();
      });

    afterApply('gets every pod past Pod Security, quota and limits', async () => {
      await eventually(60, () => missingPods(cluster, environment));
    });

    afterApply('has those guards in force', () => {
      const namespaces = cluster.items<KubeObject>(['namespaces', ...environment.namespaces]);
      const levels = namespaces.map(({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce']);
      expect(levels).toContain('restricted');
      expect(levels).not.toContain(undefined);
      for (const [index, level] of levels.entries()) {
        if (level !== 'restricted') continue;
        const name = environment.namespaces[index] ?? '';
        const plain = cluster.kubectl(['run', 'plain', '--image=plain', '--dry-run=server', '-n', name]);
        expect(plain.stderr).toContain('violates PodSecurity "restricted');
      }
    });

    afterApply('applied again, changes nothing', async () => {
      const before = applied(cluster, environment);
      expect(apply(cluster, environment)).toEqual(CLEAN);
      expect(applied(cluster, environment)).toEqual(before);
      // a controller may write a status while kubectl compares; a difference of ours would stay
      await eventually(10, () => {
        const { status, stdout, stderr } = cluster.kubectl(['diff', '--server-side', '-f', `${environment.dir}/`]);
        return status === 0 ? [] : [stdout, stderr];
      });
    });

    afterApply('has room for every pod at the autoscalers’ maximum', async () => {
      for (const { metadata, spec } of autoscalers()) {
        const { kind, name } = spec.scaleTargetRef;
        cluster.run(['scale', `${kind}/${name}`, `--replicas=${spec.maxReplicas}`, '-n', metadata.namespace ?? '']);
      }
      await eventually(60, () => missingPods(cluster, environment));
    });

    afterApply('has room for the Job of each CronJob, even then', async () => {
      for (const { metadata } of inNamespaces<KubeObject>(cluster, environment, ['cronjobs'])) {
        const name = `test-${metadata.name}`;
        cluster.run(['create', 'job', name, `--from=cronjob/${metadata.name}`, '-n', metadata.namespace ?? '']);
      }
      await eventually(60, () => missingPods(cluster, environment));
    });

    afterApply('has room for a rollout, even then', async () => {
      for (const { metadata } of workloads('deployments')) {
        cluster.run(['rollout', 'restart', `deployment/${metadata.name}`, '-n', metadata.namespace ?? '']);
      }
      await eventually(60, () => {
        const refused = failedCreates(cluster, environment);
        if (refused.length > 0) throw new Error(`pods were refused:\n${refused.join('\n')}`);
        return workloads('deployments')
          .filter(({ metadata, status }) => status?.observedGeneration !== metadata.generation || !status?.updatedReplicas)
          .map(({ metadata }) => `${metadata.name}: no pod of the new revision`);
      });
    });

    afterApply('applied at the peak, leaves the number of replicas to the autoscaler', () => {
      expect(apply(cluster, environment)).toEqual(CLEAN);
      const deployments = workloads('deployments,statefulsets');
      for (const { spec } of autoscalers()) {
        const { kind, name } = spec.scaleTargetRef;
        const target = deployments.find((one) => one.kind === kind && one.metadata.name === name);
        expect({ name, replicas: target?.spec.replicas }).toEqual({ name, replicas: spec.maxReplicas });
      }
    });
  },
);
