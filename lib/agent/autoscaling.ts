import * as k8s from '../../imports/k8s';
import type { Workload } from '../kube';
import type { AgentOptions } from './schema';

/** Seconds of lower load before a replica goes: a stream that just ended is often followed by the next. */
const SCALE_DOWN_AFTER = 300;

/**
 * Scales a workload by CPU. Not by memory: the memory of a Python process does not come back, so that a memory target
 * keeps the replicas at their maximum. Up at once, down slowly.
 */
export function autoscaler(workload: Workload, replicas: AgentOptions['replicas']): void {
  if (replicas.min === replicas.max) return;
  new k8s.KubeHorizontalPodAutoscalerV2(workload, 'autoscaler', {
    metadata: { name: workload.name, labels: { ...workload.pods } },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workload.name },
      minReplicas: replicas.min,
      maxReplicas: replicas.max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: replicas.cpu } } }],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 60 },
            { type: 'Pods', value: 2, periodSeconds: 60 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: SCALE_DOWN_AFTER,
          policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }],
        },
      },
    },
  });
}
