import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface Labels {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string }[];
}
interface Peer {
  readonly podSelector?: Labels;
  readonly namespaceSelector?: Labels;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { readonly port: number | string; readonly protocol: string }[];
}
interface Policy {
  readonly kind: string;
  readonly spec: {
    readonly podSelector: Labels;
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

const dist = 'dist/production';
const policies: Policy[] = readdirSync(dist)
  .flatMap((file) => parseAllDocuments(readFileSync(join(dist, file), 'utf8')))
  .map((document) => document.toJS())
  .filter(({ kind }) => kind === 'NetworkPolicy');

function pods({ matchLabels = {}, matchExpressions = [] }: Labels): string {
  const { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': _, ...others } = matchLabels;
  const rest = Object.entries(others).map(([key, value]) => `${key}=${value}`);
  return [name, ...rest, ...matchExpressions.map(({ key }) => key)].filter(Boolean).join(', ') || 'every pod';
}

function peer({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (ipBlock) return ipBlock.except ? `public internet (${/:/.test(ipBlock.cidr) ? 'IPv6' : 'IPv4'})` : ipBlock.cidr;
  const namespace = namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'];
  const inside = podSelector && pods(podSelector);
  return namespace ? [inside, `namespace ${namespace}`].filter(Boolean).join(' in ') : String(inside);
}

/** `from -> to: ports` of each rule on one side. */
function connections(side: 'ingress' | 'egress'): string[] {
  return policies.flatMap(({ spec }) =>
    (spec[side] ?? []).flatMap(({ from, to, ports }) => {
      const own = pods(spec.podSelector);
      const numbers = ports.map(({ port, protocol }) => (protocol === 'TCP' ? port : `${port}/${protocol}`)).join(', ');
      return (from ?? to ?? []).map((other) =>
        side === 'egress' ? `${own} -> ${peer(other)}: ${numbers}` : `${peer(other)} -> ${own}: ${numbers}`,
      );
    }),
  );
}

/** Rows of the table: who may connect to the same place is listed in one row. */
function rows(): string[] {
  const froms = new Map<string, Set<string>>();
  for (const connection of [...connections('ingress'), ...connections('egress')]) {
    const [from = '', target = ''] = connection.split(' -> ');
    froms.set(target, (froms.get(target) ?? new Set()).add(from));
  }
  return [...froms].map(([target, from]) => `| ${[...from].sort().join(', ')} | ${target.replace(': ', ' | ')} |`).sort();
}

describe('the connections of docs/security.md', () => {
  const [, table = ''] = readFileSync('docs/security.md', 'utf8').split(/<!-- connections -->\n|<!-- end -->/);
  const [head, , ...written] = table.trim().split('\n');

  it('are those of the rendered policies, each with a reason', () => {
    expect(head).toBe('| from | to | port | why |');
    expect(written.map((row) => row.replace(/[^|]*\|$/, '')).sort()).toEqual(rows());
    expect(written.filter((row) => !/\| [^|]{5,} \|$/.test(row))).toEqual([]);
  });

  it('are allowed on both sides where both are pods of the platform', () => {
    const between = (side: 'ingress' | 'egress') => connections(side).filter((connection) => /^[\w-]+ -> [\w-]+: /.test(connection));
    expect(between('ingress').sort()).toEqual(between('egress').sort());
  });
});
