import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { type Component, type PlatformContext, type Store, Workload } from '../../lib/kube';
import { find, podSpec, type Rendered, rendered, testScope } from '../support/platform';
import { KINDS, policyOf } from '../support/workload';

/** The least that a server of somebody else is named by. */
export const SERVER = { host: 'db.example.com', secret: 'db' };

type StoreComponent = Component & Store & { readonly workload: Workload };

/** A store in a platform of its own, and what it renders. */
export function makeStore<S extends StoreComponent, P>(
  Class: new (scope: Construct, id: string, props: P) => S,
  id: string,
  props: P,
  context: Partial<PlatformContext> = {},
) {
  const scope = testScope(context);
  const store = new Class(scope, id, props);
  const objects = rendered(store);
  const statefulSet = find(objects, 'StatefulSet', id);
  const pod = podSpec(statefulSet);
  const container = (name: string) => byName(pod.containers, name) as Rendered['spec'];
  return {
    ...{ scope, store, objects, statefulSet, pod, container, main: pod.containers[0] },
    env: (name = id) => envOf(container(name)),
    mounts: (name = id) => mountsOf(pod, container(name)),
    /** The file of that name in any ConfigMap. */
    file: (name: string): string => {
      const found = objects.flatMap((object) => (object.kind === 'ConfigMap' ? (object.data[name] ?? []) : []));
      if (found.length !== 1) throw new Error(`${found.length} ConfigMaps have ${name}`);
      return found[0];
    },
    claims: statefulSet.spec.volumeClaimTemplates,
    secret: (name: string) => scope.context.secrets.get(name)?.keys,
  };
}

function byName(list: readonly { name: string }[], name: string) {
  return list.find((item) => item.name === name);
}

/** Variables of a container: their values or where these are. */
export function envOf(container: Rendered['spec']): Record<string, unknown> {
  return Object.fromEntries(
    (container.env ?? []).map(({ name, value, valueFrom }: Rendered['spec']) => [
      name,
      value ?? valueFrom.fieldRef?.fieldPath ?? `${valueFrom.secretKeyRef.name}.${valueFrom.secretKeyRef.key}`,
    ]),
  );
}

/** Mount paths, each with what is there. */
function mountsOf(pod: Rendered['spec'], container: Rendered['spec']): Record<string, unknown> {
  return Object.fromEntries(
    (container.volumeMounts ?? []).map(({ mountPath, name }: Rendered['spec']) => {
      const { name: _, ...volume } = byName(pod.volumes ?? [], name) ?? { name, claim: name };
      return [mountPath, volume];
    }),
  );
}

/** What a consumer of the store is told, as {@link envOf} writes it. */
export function toldBy(store: Pick<Store, 'variables'>): Record<string, string> {
  return Object.fromEntries(
    Object.values(store.variables).map(({ env, value }) => {
      if (typeof value === 'string') return [env, value];
      return [env, 'secret' in value ? `${value.secret}.${value.key}` : value.field];
    }),
  );
}

/** The policy of a consumer that was connected to a store. */
export function consumerOf(store: Component & Store, connect: Store['connectFrom'] = (one) => store.connectFrom(one)) {
  const consumer = new Workload(store, { ...KINDS.Deployment, name: 'consumer' });
  connect(consumer);
  return policyOf(consumer);
}

/** The path of a script of the stores. */
export const storeScript = (name: string) => join(__dirname, '../../lib/stores/scripts', `${name}.sh`);
export const storeScriptText = (name: string) => readFileSync(storeScript(name), 'utf8');
