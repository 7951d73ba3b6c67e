import type { Construct } from 'constructs';
import { type ContainerOptions, volumesOf } from './pod';
import { amount } from './quantity';
import { Claim, type ClaimOptions } from './volume';
import { workloadsOf } from './workload';

/** What a platform asks of a cluster: cores, bytes and counts. */
export type Footprint = Record<'pods' | 'cpu' | 'memory' | 'memoryLimit' | 'storage' | 'claims', number>;

const DEMANDS = {
  cpu: ({ resources }: ContainerOptions) => amount(resources.cpu),
  memory: ({ resources }: ContainerOptions) => amount(resources.memory),
  memoryLimit: ({ resources }: ContainerOptions) => amount(resources.limits?.memory ?? resources.memory),
};

/** What everything below a construct asks for, at fewest or most replicas; `busy`: while every Job runs, every Deployment rolls and every operator replaces a pod. */
export function footprint(root: Construct, { at, busy = false }: { readonly at: 'min' | 'max'; readonly busy?: boolean }): Footprint {
  const total = { pods: 0, cpu: 0, memory: 0, memoryLimit: 0 };
  const claims = root.node.findAll().flatMap((node) => (node instanceof Claim ? node.options : []));
  for (const { options, replicas } of workloadsOf(root)) {
    const more = busy && ['Job', 'Deployment', 'Operated'].includes(options.kind) ? 1 : 0;
    const pods = (options.kind === 'Job' ? 0 : replicas[at]) + more;
    total.pods += pods;
    // the scheduler's rule: all containers together, or the largest init container if that is more
    for (const name of ['cpu', 'memory', 'memoryLimit'] as const) {
      const together = options.containers.map(DEMANDS[name]).reduce((sum, each) => sum + each);
      total[name] += pods * Math.max(together, ...(options.initContainers ?? []).map(DEMANDS[name]));
    }
    for (const volume of volumesOf(options))
      if (volume.kind === 'claimTemplate') claims.push(...Array<ClaimOptions>(replicas[at]).fill(volume.claim));
  }
  return { ...total, storage: claims.reduce((sum, { storage }) => sum + amount(storage), 0), claims: claims.length };
}
