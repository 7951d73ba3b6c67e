import { Agent, type AgentProps } from '../../lib/agent';
import { Component, type PlatformContext, type Store, service, Workload } from '../../lib/kube';
import { find, podSpec, type Rendered, rendered, testScope } from './platform';
import { CONTAINER, KINDS } from './workload';

export const IMAGE = 'registry.test/agent:1';

/** An agent with nothing but an image and what the test gives. */
export function makeAgent(props: Partial<AgentProps> = {}, context: Partial<PlatformContext> = {}) {
  const scope = testScope(context);
  const agent = new Agent(scope, 'agent', { image: IMAGE, ...props });
  return { scope, agent, ...lookInto(agent) };
}

/** What an agent renders at this moment. */
export function lookInto(agent: Agent) {
  const objects = rendered(agent);
  const deployment = find(objects, 'Deployment', agent.node.id);
  const pod = podSpec(deployment);
  const main = pod.containers[0];
  const env: Record<string, unknown> = Object.fromEntries(
    (main.env as Rendered['spec'][]).map(({ name, value, valueFrom }) => [name, value ?? valueFrom]),
  );
  const ports = [numbers(main.ports, 'containerPort'), numbers(find(objects, 'Service', agent.node.id).spec.ports, 'port')];
  const probes = [main.startupProbe, main.readinessProbe, main.livenessProbe];
  return { objects, deployment, pod, main, env, ports, probes, mounts: mountsOf(pod) };
}

/** Ports by name. */
function numbers(ports: readonly Rendered['spec'][], field: 'containerPort' | 'port'): Record<string, number> {
  return Object.fromEntries(ports.map((port) => [port.name, port[field]]));
}

/** Mount path of the first container to the volume that is there. */
function mountsOf(pod: Rendered['spec']): Record<string, Rendered['spec']> {
  const volumes = new Map(pod.volumes.map((volume: Rendered['spec']) => [volume.name, volume]));
  return Object.fromEntries(pod.containers[0].volumeMounts.map((mount: Rendered['spec']) => [mount.mountPath, volumes.get(mount.name)]));
}

/** A store of one Deployment, with a variable of each form. */
export function makeStore(scope: ReturnType<typeof testScope>, storeName = 'redis', maxConnections?: number): Store {
  const component = new Component(scope, storeName, { order: '21' });
  const containers = [{ ...CONTAINER, ports: { store: 6379 } }];
  const workload = new Workload(component, { ...KINDS.Deployment, name: storeName, component: 'store', containers });
  service(workload, { ports: ['store'] });
  const upper = storeName.toUpperCase();
  return {
    storeName,
    maxConnections,
    variables: {
      url: { env: `${upper}_URL`, value: { secret: `${storeName}-auth`, key: 'url' } },
      host: { env: `${upper}_HOST`, value: storeName },
    },
    connectFrom: (consumer) => consumer.connectTo(workload, 'store'),
  };
}
