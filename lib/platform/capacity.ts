import type { Store } from '../kube';
import type { AgentPlatform } from './platform';

/**
 * Stores whose connections could run out: replicas at the autoscaler's maximum, and one more while rolling out, times
 * worker processes, times pool size.
 */
export function overcommitted(platform: AgentPlatform): string[] {
  const demand = new Map<Store, { path: string; count: number; sum: string }[]>();
  for (const agent of platform.agents)
    for (const { store, pool } of agent.connections) {
      const replicas = agent.workload.replicas.max + 1;
      const sum = `${replicas} replicas x ${agent.workers} workers x ${pool} connections`;
      const share = { path: agent.node.path, count: replicas * agent.workers * pool, sum };
      demand.set(store, [...(demand.get(store) ?? []), share]);
    }
  return [...demand.entries()].flatMap(([store, shares]) => {
    const total = shares.reduce((sum, share) => sum + share.count, 0);
    if (store.maxConnections === undefined || total <= store.maxConnections) return [];
    const largest = shares.sort((a, b) => b.count - a.count).slice(0, 3);
    const who = largest.map((share) => `${share.path} (${share.sum})`).join(', ');
    const others = shares.length > largest.length ? ` and ${shares.length - largest.length} more` : '';
    return [
      `${store.storeName}: ${who}${others} may open ${total} connections, and it accepts ${store.maxConnections}; ` +
        'lower replicas.max, gunicorn.workers or pool, or raise maxConnections',
    ];
  });
}
