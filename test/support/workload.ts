import { Component, type ContainerOptions, type PlatformContext, Workload, type WorkloadOptions } from '../../lib/kube';
import { find, podSpec, type Rendered, rendered, testScope } from './platform';

/** The least container that there is. */
export const CONTAINER: ContainerOptions = {
  name: 'main',
  image: 'registry.test/web:1',
  resources: { cpu: '250m', memory: '1Gi' },
};

const common = { name: 'web', component: 'agent', user: { uid: 1000, gid: 2000 }, containers: [CONTAINER] };

/** One workload of every kind, with nothing but what it needs. */
export const KINDS = {
  Deployment: { ...common, kind: 'Deployment', replicas: 1 },
  StatefulSet: { ...common, kind: 'StatefulSet', replicas: 1, serviceName: 'web-pods' },
  DaemonSet: { ...common, kind: 'DaemonSet' },
  Job: { ...common, kind: 'Job', job: { deadline: 600 } },
  CronJob: { ...common, kind: 'Job', job: { deadline: 600, schedule: '0 2 * * *' } },
} satisfies Record<string, WorkloadOptions>;

/** A workload in a component of its own, and what it renders. */
export function makeWorkload(options: WorkloadOptions, context: Partial<PlatformContext> = {}) {
  const component = new Component(testScope(context), 'part', { order: 'agent' });
  const workload = new Workload(component, options);
  const objects = rendered(component);
  const object = objects.find(({ kind }) => kind in KINDS) as Rendered;
  const pod = podSpec(object);
  return { component, workload, objects, object, pod, main: pod.containers[0] };
}

/** The first container, as it is rendered. */
export function makeContainer(options: Partial<ContainerOptions>): Rendered['spec'] {
  return makeWorkload({ ...KINDS.Deployment, containers: [{ ...CONTAINER, ...options }] }).main;
}

/** The NetworkPolicy of a workload, after all its connections are made. */
export function policyOf(workload: Workload): Rendered['spec'] {
  workload.renderNetworkPolicy();
  return find(rendered(workload), 'NetworkPolicy').spec;
}
