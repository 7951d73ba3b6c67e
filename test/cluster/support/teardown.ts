import { running } from './setup';

export default function teardown(): void {
  running.clusterTier?.stop();
}
