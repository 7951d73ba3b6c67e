import type { z } from 'zod';
import { type AgentOptions, routesOf } from '../agent';
import type { EdgeOptions } from '../edge';
import type { IssueParams } from '../kube';

/** An environment of which some parts may be missing or wrong: those are reported already. */
interface Draft {
  readonly domain?: string;
  readonly agents?: Readonly<Record<string, Partial<AgentOptions> & { uses?: readonly (string | { store: string })[] }>>;
  readonly stores?: Readonly<Record<string, unknown>>;
  readonly edge?: Partial<EdgeOptions>;
}

/** Ids of the components that every platform may have. */
const RESERVED = ['namespace', 'secrets', 'edge', 'backup', 'observability'];

type Reject = (path: (string | number)[], message: string, params?: IssueParams) => void;

/** What holds between the parts of an environment file. */
export function crossCheck(environment: unknown, context: z.core.$RefinementCtx): void {
  const reject: Reject = (path, message, params) => context.addIssue({ code: 'custom', path, message, params });
  const draft = environment as Draft;
  const taken = [...RESERVED, ...Object.keys(draft.stores ?? {})];
  for (const name of Object.keys(draft.agents ?? {}).filter((agent) => taken.includes(agent)))
    reject(['agents', name], `expected a name that no other part has: ${taken.join(', ')}`, { got: `"${name}"` });
  checkUses(draft, reject);
  if ((draft.edge?.controller ?? 'none') !== 'none') checkRoutes(draft, reject);
}

function checkUses({ agents = {}, stores = {} }: Draft, reject: Reject): void {
  const known = Object.keys(stores).filter((name) => stores[name] !== undefined);
  for (const [name, agent] of Object.entries(agents)) {
    const used = new Set<string>();
    for (const [index, use] of (Array.isArray(agent?.uses) ? agent.uses : []).entries()) {
      const store = typeof use === 'string' ? use : use?.store;
      if (typeof store !== 'string') continue;
      const path = ['agents', name, 'uses', index, ...(typeof use === 'string' ? [] : ['store'])];
      if (used.has(store)) reject(path, 'expected each store once', { got: `"${store}" again` });
      used.add(store);
      const params = { got: `"${store}"`, known, hint: `add stores.${store}, or remove it here` };
      if (!known.includes(store)) reject(path, `expected one of the stores: ${known.join(', ') || 'there is none'}`, params);
    }
  }
}

/** Every path of every host belongs to one agent, and every agent has a host. */
function checkRoutes({ agents = {}, domain }: Draft, reject: Reject): void {
  const owners = new Map<string, string>();
  for (const [name, agent] of Object.entries(agents)) {
    const host = agent?.host ?? domain;
    const withoutHost = { got: 'an agent without a host' };
    if (host === undefined) reject(['agents', name], 'expected a host here, or a domain at the top of the file', withoutHost);
    for (const [index, route] of routes(agent).entries()) {
      const got = `${host}${route.path}`;
      const owner = owners.get(got);
      const path = ['agents', name, ...(agent.routes ? ['routes', index] : [])];
      const message = `expected a path that no other route has: agent "${owner}" answers it already`;
      if (owner !== undefined) reject(path, message, { got, hint: 'give this agent a host or routes of its own' });
      owners.set(got, name);
    }
  }
}

function routes(agent: Partial<AgentOptions>) {
  const { runtime, routes: own, static: files } = agent ?? {};
  if (Array.isArray(own)) return own.filter((route) => typeof route?.path === 'string');
  return own === undefined && typeof runtime === 'string' ? routesOf({ runtime, static: files }) : [];
}
