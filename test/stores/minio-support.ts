import { Workload } from '../../lib/kube';
import { Minio, type MinioProps } from '../../lib/stores/minio';
import { find, podSpec, type Rendered, rendered } from '../support/platform';
import { KINDS } from '../support/workload';
import { makeStore, toldBy } from './support';

/** Consumers of which the first asks for no bucket by name. */
const CONSUMERS: Readonly<Record<string, string[] | undefined>> = { agent: undefined };

export function make(props: MinioProps = {}, context = {}, consumers = CONSUMERS) {
  const made = makeStore(Minio, 'minio', props, context);
  const told = Object.entries(consumers).map(([name, buckets]) => {
    const consumer = new Workload(made.store, { ...KINDS.Deployment, name });
    return toldBy({ variables: made.store.variablesFor(consumer, buckets) });
  });
  made.store.complete();
  return { ...made, told, objects: rendered(made.store) };
}

export const jobOf = (objects: readonly Rendered[]) => find(objects, 'Job');
export const jobContainer = (objects: readonly Rendered[]) => podSpec(jobOf(objects)).containers[0];
