import * as k8s from '../../imports/k8s';
import { contextOf } from './component';
import type { Workload } from './workload';

/** What a workload's pods may ask the API server for, in their namespace: of all objects of a kind, or of those with these names. */
export interface ApiRule {
  readonly resource: 'secrets';
  readonly verbs: readonly ('create' | 'patch')[];
  readonly names?: readonly string[];
}

/** Lets the pods of a workload with `apiAccess` do exactly this: a Role, its binding, and the way to the API server. */
export function allowApi(workload: Workload, { resource, verbs, names }: ApiRule): void {
  const { name, pods } = workload;
  const { namespace } = contextOf(workload);
  const metadata = { name, labels: { ...pods } };
  const rule = { apiGroups: [''], resources: [resource], verbs: [...verbs], resourceNames: names && [...names] };
  new k8s.KubeRole(workload, 'role', { metadata, rules: [rule] });
  new k8s.KubeRoleBinding(workload, 'role-binding', {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  reachApi(workload);
}

/** Opens the way to the API server, for what pods may do there by a Role of others. */
export function reachApi(workload: Workload): void {
  const { cidrs, ports } = contextOf(workload).apiServer;
  for (const cidr of cidrs) workload.allowEgress({ peer: { cidr }, ports });
}
