import { type Problem, pathText } from '../kube';
import { type Headers, without } from './controller';
import type { Backend } from './policy';

/** One route of one agent, and the Ingress that it becomes. */
export type Entry = ReturnType<typeof entriesOf>[number];

/** The routes of all agents. */
export function entriesOf(backends: readonly Backend[], common: Headers) {
  const names = new Set<string>();
  return backends.flatMap((backend) =>
    backend.routes.map((route, index) => {
      const isStatic = route.to === 'static';
      return {
        backend,
        route,
        name: freeName(names, backend.name, route.path),
        workload: (isStatic && backend.static) || backend.agent,
        // the cookie that keeps a client with one replica: one for each agent, for several may share a host
        cookie: backend.sticky && !isStatic ? `replica_${backend.name.replaceAll('-', '_')}` : undefined,
        // those of every answer, unless the route has a word of its own for them
        headers: { ...without(common, Object.keys(route.headers)), ...route.headers },
        // where it stands in an environment
        path: ['agents', backend.name, 'routes', index],
      };
    }),
  );
}

/** `<agent>-<path>`, the path in 40 characters; where two paths read the same, the later ones are numbered. */
function freeName(names: Set<string>, agent: string, path: string): string {
  const words = path.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const base = `${agent}-${words.slice(0, 40).replace(/^-|-$/g, '') || 'root'}`;
  let name = base;
  for (let count = 2; names.has(name); count += 1) name = `${base}-${count}`;
  names.add(name);
  return name;
}

/** What no controller could express. */
export function contradictions(entries: readonly Entry[]): Problem[] {
  const problems: Problem[] = [];
  const reject = (path: Problem['path'], message: string) => problems.push({ path, message });
  const owners = new Map<string, Problem['path']>();
  for (const { backend, route, path } of entries) {
    const claim = backend.host + route.path;
    const owner = owners.get(claim);
    if (owner) reject(path, `got "${claim}", expected a path that ${pathText(owner)} does not answer already; give one a host of its own`);
    owners.set(claim, owner ?? path);
    if (route.to === 'static' && !backend.static) reject([...path, 'to'], 'got "static", expected "agent"; the agent has no static files');
  }
  for (const { name, host } of new Set(entries.map(({ backend }) => backend)))
    if (!host) reject(['agents', name], 'got no host, expected one here, or a domain for the platform');
  return problems;
}
