import type { Cluster } from '../../cluster/support/kubectl';
import type { Rendered } from '../../support/platform';
import { pause } from '../support/client';

/** Envoy's interface for its operator; Envoy Gateway has its own at 19000. */
const ADMIN = 'http://127.0.0.1:19100';
const KINDS = ['Gateway', 'HTTPRoute', 'BackendTrafficPolicy', 'ClientTrafficPolicy'];

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}
interface Place {
  readonly conditions?: readonly Condition[];
}

/** Waits until the controller has accepted each object and Envoy has taken all of it; tells what is not. */
export async function troublesOf(cluster: Cluster, objects: readonly Rendered[]): Promise<string[]> {
  const kinds = KINDS.filter((kind) => objects.some((object) => object.kind === kind));
  let troubles: string[] = [];
  for (let tries = 0; tries < 60; tries += 1) {
    troubles = cluster.items<Rendered>([kinds.join(), '-A']).flatMap(troublesIn);
    if (troubles.length === 0) troubles = await troublesOfEnvoy(objects);
    if (troubles.length === 0) break;
    await pause(2);
  }
  return troubles;
}

/** A listener for each port, a cluster for each route, and nothing that Envoy refused. */
async function troublesOfEnvoy(objects: readonly Rendered[]): Promise<string[]> {
  const filter = 'listeners_active|listeners_warming|active_clusters|warming_clusters|update_rejected|create_failure';
  const text = await fetch(`${ADMIN}/stats?usedonly&filter=${filter}`).then((answer) => answer.text());
  const stats = [...text.matchAll(/^(.+): (\d+)$/gm)].map(([, name = '', value]) => ({ name, value: Number(value) }));
  const count = (name: string) => stats.find((stat) => stat.name === name)?.value ?? 0;
  const ports = new Set(
    objects.flatMap(({ kind, spec }) => (kind === 'Gateway' ? spec.listeners.map((one: { port: number }) => one.port) : [])),
  );
  const routes = objects.filter(({ kind, spec }) => kind === 'HTTPRoute' && spec.rules[0].backendRefs);
  const least = { 'listener_manager.total_listeners_active': ports.size, 'cluster_manager.active_clusters': routes.length };
  return [
    ...Object.entries(least).flatMap(([name, wanted]) => (count(name) < wanted ? [`${name}: ${count(name)} of ${wanted}`] : [])),
    ...stats.filter(({ name, value }) => value > 0 && /warming|rejected|failure/.test(name)).map(({ name, value }) => `${name}: ${value}`),
  ];
}

/** What a controller says of an object, but that all is well. */
function troublesIn({ kind, metadata, status = {} }: Rendered): string[] {
  const { conditions = [], listeners = [], parents = [], ancestors = [] } = status;
  // no kubelet gives a Gateway an Envoy, so that only its listeners are Programmed
  const own = (conditions as Condition[]).filter(({ type }) => type !== 'Programmed');
  const all = [{ conditions: own }, ...listeners, ...parents, ...ancestors].flatMap((place: Place) => place.conditions ?? []);
  const name = `${kind} ${metadata.namespace}/${metadata.name}`;
  const wrong = all.filter((condition) => condition.status !== (condition.type === 'Conflicted' ? 'False' : 'True'));
  if (!all.some(({ type }) => type === 'Accepted')) return [`${name}: nothing`];
  return wrong.map(({ type, message }) => `${name}: ${type}: ${message}`);
}
