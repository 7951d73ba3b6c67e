import type { Agent } from '../agent';

/** Stores whose connections could run out: replicas at their most, times worker processes, times pool size. */
export function overcommitted(agents: readonly Agent[]): string[] {
  const uses = agents.flatMap(({ node, mostReplicas, workers, connections }) =>
    connections.map(({ store, pool, most }) => {
      const who = `${node.path} (${mostReplicas} replicas x ${workers} workers x ${pool} connections)`;
      return { store, who, count: most };
    }),
  );
  return [...new Set(uses.map(({ store }) => store))].flatMap((store) => {
    const shares = uses.filter((use) => use.store === store).sort((a, b) => b.count - a.count);
    const total = shares.reduce((sum, { count }) => sum + count, 0);
    if (store.maxConnections === undefined || total <= store.maxConnections) return [];
    const largest = shares.slice(0, 3).map(({ who }) => who);
    const others = shares.length > 3 ? ` and ${shares.length - 3} more` : '';
    const remedy = 'lower replicas.max, gunicorn.workers or pool, or raise its maxConnections or memory';
    return `${store.storeName}: ${largest.join(', ')}${others} may open ${total} connections, and it accepts ${store.maxConnections}; ${remedy}`;
  });
}
