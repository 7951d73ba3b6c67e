import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { E2E, EDGE, eventually, get, kubectl, type Meanwhile, NAMESPACE, pythonMeanwhile, SURGERY } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

/** Stand for the world (RFC 5737) and for the metadata service of a cloud; both are on the node's loopback device only. */
const OUTSIDE = '198.51.100.10';
const METADATA = '169.254.169.254';
const PORTS = [80, 443];

/** What may open, by who opens it: docs/security.md says it. */
const table = readFileSync('docs/security.md', 'utf8').split('<!-- opened -->')[1]?.split('<!-- end -->')[0] ?? '';
const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
const GRAPH = Object.fromEntries(rows.flatMap(([, from, opens]) => (from && opens?.includes(':') ? [[from, opens.split(', ')]] : [])));

interface Template {
  readonly template: { readonly metadata: { readonly labels: Readonly<Record<string, string>> } };
}
interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Template & { readonly jobTemplate?: { readonly spec: Template } };
}

const name = 'app.kubernetes.io/name';

/** Pods with the labels of each workload, that are never ready and so get no traffic, and one without any. */
function probes(): { kind: string; metadata: { name: string; labels: Record<string, string> } }[] {
  const dist = E2E?.dist ?? '';
  const workloads = readdirSync(dist)
    .flatMap((file) => parseAllDocuments(readFileSync(join(dist, file), 'utf8')))
    .map((document): Workload => document.toJS())
    .filter(({ kind }) => /^(Deployment|StatefulSet|Job|CronJob)$/.test(kind));
  const labels = workloads.map(({ spec }) => (spec.jobTemplate?.spec ?? spec).template.metadata.labels);
  return [...labels, { [name]: 'a-stranger' }].map((labels) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `probe-${labels[name]}`, namespace: NAMESPACE, labels: { ...labels, probe: 'network' } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image: 'registry.example.com/ai-agent:1.4.2',
          command: ['sleep', 'infinity'],
          resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '64Mi' } },
          readinessProbe: { exec: { command: ['false'] } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  }));
}

/** Addresses by what they are, such as `postgres:5432`. */
function targets(): Map<string, string> {
  const found = new Map<string, string>();
  for (const { metadata, status, spec } of get<never>('pod', '-n', NAMESPACE) as unknown as Target[]) {
    if (metadata.labels.probe || status.phase !== 'Running') continue;
    for (const { containerPort } of spec.containers.flatMap(({ ports = [] }) => ports))
      found.set(`${status.podIP}:${containerPort}`, `${metadata.labels[name]}:${containerPort}`);
  }
  for (const port of PORTS) {
    found.set(`${OUTSIDE}:${port}`, `outside:${port}`);
    found.set(`${METADATA}:${port}`, `metadata:${port}`);
  }
  const [node] = get<{ status: { addresses: { type: string; address: string }[] } }>('node');
  const address = node?.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
  found.set(`${address}:10250`, 'kubelet:10250');
  found.set(`${kubectl(['get', 'service', 'kubernetes', '-n', 'default', '-o', 'jsonpath={.spec.clusterIP}'])}:443`, 'api-server:443');
  found.set(`${kubectl(['get', 'service', 'kube-dns', '-n', 'kube-system', '-o', 'jsonpath={.spec.clusterIP}'])}:53`, 'dns:53');
  return found;
}
interface Target {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly status: { readonly phase: string; readonly podIP: string };
  readonly spec: { readonly containers: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[] };
}

/** The quota of the namespace has no room for all of them, beside all replicas of an agent. */
const AT_ONCE = 4;

let listeners: Meanwhile<never> | undefined;
const removeProbes = () => kubectl(['delete', 'pod', '-n', NAMESPACE, '-l', 'probe=network', '--ignore-not-found', '--wait']);
afterAll(() => {
  // it has nothing to say
  listeners?.end().catch(() => undefined);
  if (E2E) removeProbes();
});

onCluster('exactly the connection graph passes', async () => {
  listeners = pythonMeanwhile(SURGERY, 'surgeon', 'outside.py', `${OUTSIDE},${METADATA}`, PORTS.join());
  const all = targets();
  expect(new Set(all.values()).size).toBeGreaterThan(12);
  const reached = async (namespace: string, pod: string) => {
    const opened = await pythonMeanwhile<string[]>(namespace, pod, 'connect.py', ...all.keys()).outcome;
    return [...new Set(opened.map((address) => all.get(address)))].sort();
  };
  // the world is there for those who may reach it: what does not open for others is refused
  const open = ['agent:8501', 'api-server:443', 'dns:53', 'kubelet:10250', 'metadata:443', 'metadata:80', 'outside:443', 'outside:80'];
  await eventually(30, async () => ((await reached(EDGE, 'client')).join() === open.join() ? [] : ['what stands for the world']));

  const graph: Record<string, unknown> = {};
  const pods = probes();
  for (let first = 0; first < pods.length; first += AT_ONCE) {
    const some = pods.slice(first, first + AT_ONCE);
    kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: some }));
    await eventually(60, () =>
      get('pod', '-n', NAMESPACE, '-l', 'probe=network')
        .filter(({ status }) => status.phase !== 'Running')
        .map(({ metadata }) => `pod ${metadata.name}`),
    );
    await Promise.all(
      some.map(async ({ metadata }) => {
        graph[metadata.labels[name]?.replace('a-', 'a ') ?? ''] = await reached(NAMESPACE, metadata.name);
      }),
    );
    removeProbes();
  }
  expect(graph).toEqual(GRAPH);
});
