import { App } from 'cdk8s';
import { Agent } from '../agent';
import type { Environment } from '../config';
import { markValid } from '../kube';
import { createStores } from '../stores';
import { AgentPlatform } from './platform';

/** The platform of an environment file: nothing that the constructs could not say themselves. */
export function platformOf(environment: Environment): AgentPlatform {
  const { name, agents, stores, ...options } = environment;
  const platform = new AgentPlatform(new App(), name, markValid(options));
  for (const config of Object.values(stores)) if (config) markValid(config);
  const created = createStores(platform, stores);
  // by name, so that the order of keys in the file changes nothing
  for (const [agentName, { uses, ...props }] of Object.entries(agents).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const agent = new Agent(platform, agentName, markValid(props));
    for (const use of uses) {
      const { store: storeName, ...long } = typeof use === 'string' ? { store: use } : use;
      const store = created.get(storeName);
      if (store) agent.uses(store, long);
    }
  }
  return platform;
}
