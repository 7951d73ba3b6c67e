import { App } from 'cdk8s';
import { Agent } from '../agent';
import type { Environment } from '../config';
import { createStores } from '../stores';
import { AgentPlatform } from './platform';

/** The platform of an environment file: nothing that the constructs could not say themselves. */
export function platformOf(environment: Environment): AgentPlatform {
  const { name, agents, stores, ...options } = environment;
  const platform = new AgentPlatform(new App(), name, options);
  const created = createStores(platform, stores);
  // by name, so that the order of keys in the file changes nothing
  for (const [agentName, { uses, ...props }] of Object.entries(agents).sort(byName)) {
    const agent = new Agent(platform, agentName, props);
    for (const use of uses) {
      const { store: storeName, ...long } = typeof use === 'string' ? { store: use } : use;
      const store = created.get(storeName);
      if (store) agent.uses(store, long);
    }
  }
  return platform;
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
