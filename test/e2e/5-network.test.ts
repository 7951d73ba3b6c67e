import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { E2E, EDGE, eventually, get, kubectl, NAMESPACE, python, SURGERY, script } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

/** Stand for the world (RFC 5737) and for the metadata service of a cloud; both are on the node's loopback device only. */
const OUTSIDE = '198.51.100.10';
const METADATA = '169.254.169.254';
const PORTS = [80, 443];

/** What may open, by who opens it: docs/security.md says it. */
const table = readFileSync('docs/security.md', 'utf8').split('<!-- opened -->')[1]?.split('<!-- end -->')[0] ?? '';
const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
const GRAPH = Object.fromEntries(rows.flatMap(([, from, opens]) => (from && opens?.includes(':') ? [[from, opens.split(', ')]] : [])));

interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template: { readonly metadata: { readonly labels: Readonly<Record<string, string>> } } };
}

const name = 'app.kubernetes.io/name';

/** Pods with the labels of each workload, that are never ready and so get no traffic, and one without any. */
function probes(): { kind: string; metadata: { name: string; labels: Record<string, string> } }[] {
  const dist = E2E?.dist ?? '';
  const workloads = readdirSync(dist)
    .flatMap((file) => parseAllDocuments(readFileSync(join(dist, file), 'utf8')))
    .map((document): Workload => document.toJS())
    .filter(({ kind }) => /^(Deployment|StatefulSet|Job|CronJob)$/.test(kind));
  const labels = workloads.map(({ spec }) => spec.template.metadata.labels);
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

let listeners: ChildProcess | undefined;
afterAll(() => {
  listeners?.stdin?.end();
  if (E2E) kubectl(['delete', 'pod', '-n', NAMESPACE, '-l', 'probe=network', '--ignore-not-found', '--wait=false']);
});

onCluster('exactly the connection graph passes', async () => {
  const pods = probes();
  kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }));
  listeners = spawn('kubectl', [
    'exec',
    '-i',
    '-n',
    SURGERY,
    'surgeon',
    '--',
    'python3',
    '-c',
    script('outside.py'),
    `${OUTSIDE},${METADATA}`,
    PORTS.join(),
  ]);
  await new Promise((resolve) => listeners?.stdout?.once('data', resolve));
  await eventually(60, () =>
    get('pod', '-n', NAMESPACE, '-l', 'probe=network')
      .filter(({ status }) => status.phase !== 'Running')
      .map(({ metadata }) => `pod ${metadata.name}`),
  );
  const all = targets();
  expect(new Set(all.values()).size).toBeGreaterThan(12);
  const reached = (namespace: string, pod: string) =>
    [...new Set(python<string[]>(namespace, pod, 'connect.py', ...all.keys()).map((address) => all.get(address)))].sort();

  const graph = Object.fromEntries(
    pods.map(({ metadata }) => [metadata.labels[name]?.replace('a-', 'a '), reached(NAMESPACE, metadata.name)]),
  );
  expect(graph).toEqual(GRAPH);
  // the world is there for those who may reach it: what did not open was refused
  expect(reached(EDGE, 'client')).toEqual(
    ['agent:8501', 'api-server:443', 'dns:53', 'kubelet:10250', 'metadata:443', 'metadata:80', 'outside:443', 'outside:80'].sort(),
  );
});
