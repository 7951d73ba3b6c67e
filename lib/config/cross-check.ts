import type { z } from 'zod';
import { routesOf } from '../agent';
import type { IssueParams } from '../kube';
import type { Environment } from './schema';
import { isEntries } from './source';

/** Ids of the components that every platform may have. */
const RESERVED = ['namespace', 'secrets', 'edge', 'backup', 'observability'];

type Reject = (path: (string | number)[], message: string, params: IssueParams) => void;

/** A map or list of an environment, or an empty one: what is missing or of another kind is reported already. */
const mapOf = <T extends object>(part: T | undefined): Partial<T> => (isEntries(part) ? part : {});
const listOf = <T>(part: readonly T[]): readonly T[] => (Array.isArray(part) ? part : []);

/** What holds between the parts of an environment file, of which some may be wrong. */
export function crossCheck(environment: unknown, context: z.core.$RefinementCtx): void {
  const reject: Reject = (path, message, params) => context.addIssue({ code: 'custom', path, message, params });
  const { agents, stores, edge, domain } = mapOf(environment as Environment);
  const taken = [...RESERVED, ...Object.keys(mapOf(stores))];
  const known = Object.entries(mapOf(stores)).flatMap(([name, store]) => (store === undefined ? [] : [name]));
  const { archive } = mapOf(stores?.postgres) as { archive?: unknown };
  if (archive !== undefined && !known.includes('minio'))
    reject(['stores', 'postgres', 'archive'], 'expected an object store beside it', { got: 'no stores.minio', hint: 'add stores.minio' });
  const owners = new Map<string, string>();
  for (const [name, options] of Object.entries(mapOf(agents))) {
    if (taken.includes(name)) reject(['agents', name], `expected a name that no other part has: ${taken.join(', ')}`, { got: `"${name}"` });
    if (!isEntries(options)) continue;
    const agent = { host: domain, ...options };
    checkUses(name, agent, known, reject);
    if ((mapOf(edge).controller ?? 'none') !== 'none') checkRoutes(name, agent, owners, reject);
  }
}

type AgentOfFile = Environment['agents'][string];

function checkUses(name: string, { uses }: AgentOfFile, known: readonly string[], reject: Reject): void {
  const used = new Set<string>();
  for (const [index, use] of listOf(uses).entries()) {
    const [store, ...below] = typeof use === 'string' ? [use] : [use?.store, 'store'];
    if (typeof store !== 'string') continue;
    const path = ['agents', name, 'uses', index, ...below];
    if (used.has(store)) reject(path, 'expected each store once', { got: `"${store}" again` });
    used.add(store);
    const params = { got: `"${store}"`, known, hint: `add stores.${store}, or remove it here` };
    if (!known.includes(store)) reject(path, `expected one of the stores: ${known.join(', ') || 'there is none'}`, params);
  }
}

/** Every path of every host belongs to one agent, and every agent has a host. */
function checkRoutes(name: string, agent: AgentOfFile, owners: Map<string, string>, reject: Reject): void {
  if (agent.host === undefined) {
    reject(['agents', name], 'expected a host here, or a domain at the top of the file', { got: 'an agent without a host' });
    return;
  }
  for (const [index, route] of listOf(routesOf(agent)).entries()) {
    if (typeof route?.path !== 'string') continue;
    const claim = `${agent.host}${route.path}`;
    const owner = owners.get(claim);
    const path = ['agents', name, ...(agent.routes ? ['routes', index] : [])];
    const message = `expected a path that no other route has: agent "${owner}" answers it already`;
    if (owner !== undefined) reject(path, message, { got: claim, hint: 'give this agent a host or routes of its own' });
    owners.set(claim, name);
  }
}
