import * as k8s from '../../imports/k8s';
import type { Workload } from './workload';

/** Options of {@link service}. */
export interface ServiceOptions {
  /** Name of the Service. @default - the workload's name */
  readonly name?: string;
  /** Names of the workload's ports. */
  readonly ports: readonly string[];
  /** Gives the pods names of their own instead of one address. @default false */
  readonly headless?: boolean;
  /** Lists pods that are not ready too: members of a cluster must find each other to become ready. @default false */
  readonly publishNotReady?: boolean;
}

/** A Service that selects exactly the pods of a workload and goes to its ports by name. */
export function service(workload: Workload, options: ServiceOptions): k8s.KubeService {
  const name = options.name ?? workload.name;
  return new k8s.KubeService(workload, `${name}-service`, {
    metadata: { name, labels: { ...workload.pods } },
    spec: {
      clusterIp: options.headless ? 'None' : undefined,
      publishNotReadyAddresses: options.publishNotReady,
      selector: { ...workload.pods },
      ports: options.ports.map((port) => ({
        name: port,
        port: workload.port(port),
        targetPort: k8s.IntOrString.fromString(port),
      })),
    },
  });
}
