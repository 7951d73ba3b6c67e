import { E2E } from './kubernetes';

/** A test that needs the cluster: skipped by name where there is none. */
export const onCluster = E2E ? it : it.skip;
