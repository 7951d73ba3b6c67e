import { Minio } from '../../lib/stores/minio';
import { PostgresCluster } from '../../lib/stores/postgres-cnpg';
import type { PostgresClusterProps } from '../../lib/stores/postgres-cnpg-schema';
import { find, rendered, testScope } from '../support/platform';

export const ARCHIVE = { bucket: 'backups' };
export const MEMBERS = { podSelector: { matchLabels: { 'cnpg.io/cluster': 'postgres' } } };
export const port = (...ports: number[]) => ports.map((number) => ({ port: number, protocol: 'TCP' }));

export function make(props: PostgresClusterProps = {}, context = {}) {
  const scope = testScope(context);
  const store = new PostgresCluster(scope, 'postgres', props);
  return { scope, store, objects: () => rendered(store), cluster: () => find(rendered(store), 'Cluster', 'postgres') };
}

/** With an archive in a store of the platform. */
export function archived(props: PostgresClusterProps = {}) {
  const made = make({ archive: ARCHIVE, ...props });
  const minio = new Minio(made.scope, 'minio', { buckets: ['uploads', 'backups'] });
  made.store.archiveTo(minio);
  minio.complete();
  return { ...made, minio };
}
