import type { Construct } from 'constructs';
import { type ContainerOptions, demand } from './container';
import { volumesOf } from './pod';
import { amount } from './quantity';
import { Claim } from './volume';
import { type Workload, workloadsOf } from './workload';

/** What a platform asks of a cluster. Cores, bytes and counts. */
export interface Footprint {
  pods: number;
  cpu: number;
  memory: number;
  memoryLimit: number;
  storage: number;
  claims: number;
}

/** Sum over everything below a construct. */
export interface FootprintOptions {
  /** Autoscaled workloads at their fewest or most replicas. */
  readonly at: 'min' | 'max';
  /** With every Job running, restores too, and one more pod for each Deployment that is rolling. @default false */
  readonly busy?: boolean;
}

/** What everything below a construct asks for. */
export function footprint(root: Construct, options: FootprintOptions): Footprint {
  const total: Footprint = { pods: 0, cpu: 0, memory: 0, memoryLimit: 0, storage: 0, claims: 0 };
  const addClaim = (storage: string | number, count = 1) => {
    total.storage += amount(storage) * count;
    total.claims += count;
  };
  for (const workload of workloadsOf(root)) {
    const { kind } = workload.options;
    const replicas = workload.replicas[options.at];
    const pods = kind === 'Job' ? (options.busy ? 1 : 0) : replicas + (options.busy && kind === 'Deployment' ? 1 : 0);
    const pod = podDemand(workload);
    total.pods += pods;
    total.cpu += pods * pod.cpu;
    total.memory += pods * pod.memory;
    total.memoryLimit += pods * pod.memoryLimit;
    for (const volume of volumesOf(workload.options)) if (volume.kind === 'claimTemplate') addClaim(volume.claim.storage, replicas);
  }
  for (const node of root.node.findAll()) if (node instanceof Claim) addClaim(node.options.storage);
  return total;
}

type Demand = ReturnType<typeof demand>;

/** The scheduler's rule: all containers together, or the largest init container if that is more. */
function podDemand({ options }: Workload): Demand {
  const add = (a: Demand, b: Demand): Demand => combine(a, b, (x, y) => x + y);
  const largest = (a: Demand, b: Demand): Demand => combine(a, b, Math.max);
  const of = (containers: readonly ContainerOptions[], fold: typeof add) =>
    containers.map(demand).reduce(fold, { cpu: 0, memory: 0, memoryLimit: 0 });
  return largest(of(options.containers, add), of(options.initContainers ?? [], largest));
}

function combine(a: Demand, b: Demand, fold: (x: number, y: number) => number): Demand {
  return {
    cpu: fold(a.cpu, b.cpu),
    memory: fold(a.memory, b.memory),
    memoryLimit: fold(a.memoryLimit, b.memoryLimit),
  };
}
