import { eventually, kubectl, NAMESPACE } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

/** Five minutes of lower load (stabilizationWindowSeconds), then one replica in two minutes: from 4 to 2, the slowest. */
const SLOWEST = 300 + 2 * 120 + 60;

// the load of 2-scales ended long ago: what came since then took its time
onCluster(
  'the autoscaler takes its replicas back',
  async () => {
    const replicas = () => kubectl(['get', 'deployment', 'agent', '-n', NAMESPACE, '-o', 'jsonpath={.spec.replicas}']);
    await eventually(SLOWEST, () => (replicas() === '2' ? [] : [`two replicas, not ${replicas()}`]));
  },
  SLOWEST * 1000 + 10_000,
);
