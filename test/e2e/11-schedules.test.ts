import { spawnSync } from 'node:child_process';
import { eventually, figure, get, kubectl } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

const NAMESPACE = 'ai-agent-production';
/** docs/reliability.md names them. */
const NODES = ['paper-0', 'paper-1', 'paper-2'];
const SIZE = { cpu: '6', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' };

interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly message?: string }[] };
}

const quietly = (...args: readonly string[]) => spawnSync('kubectl', args, { timeout: 60_000 });
const apply = (...items: readonly object[]) => kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

/** Nodes that run nothing, and say that they are well for as long as they are asked to. */
function heartbeat(): void {
  const lastHeartbeatTime = new Date().toISOString();
  const condition = { type: 'Ready', status: 'True', reason: 'Test', message: 'a node on paper', lastHeartbeatTime };
  const status = JSON.stringify({ status: { capacity: SIZE, allocatable: SIZE, conditions: [condition] } });
  for (const name of NODES) kubectl(['patch', 'node', name, '--subresource=status', '-p', status]);
}

/** A volume for each claim, of no class: one that a provisioner makes would wait for a node that runs it. */
const volume = (number: number) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `paper-${number}`, labels: { e2e: 'paper' } },
  spec: {
    capacity: { storage: '100Gi' },
    accessModes: ['ReadWriteOnce', 'ReadWriteMany'],
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: '/nowhere' },
  },
});

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';
let defaults: string[] = [];
const setDefaults = (value: string) => {
  for (const name of defaults) kubectl(['annotate', 'storageclass', name, '--overwrite', `${IS_DEFAULT}=${value}`]);
};

afterAll(() => {
  if (!process.env.E2E) return;
  quietly('delete', 'node', ...NODES);
  quietly('delete', 'pod', '-n', NAMESPACE, '--all', '--force', '--grace-period=0');
  quietly('delete', 'namespace', NAMESPACE, '--wait=false');
  quietly('delete', 'persistentvolume', '-l', 'e2e=paper', '--wait=false');
  for (const { metadata } of get('node')) kubectl(['uncordon', metadata.name]);
  setDefaults('true');
});

onCluster(
  'every pod of production finds its place on three nodes, at the most replicas of its autoscaler',
  async () => {
    kubectl(['apply', '--server-side', '-f', 'imports/crds']);
    for (const { metadata } of get('node')) kubectl(['cordon', metadata.name]);
    const classes = get<{ metadata: { name: string; annotations?: Readonly<Record<string, string>> } }>('storageclass');
    defaults = classes.filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true').map(({ metadata }) => metadata.name);
    setDefaults('false');
    apply(...NODES.map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } })));
    apply(...Array.from({ length: 20 }, (_, number) => volume(number)));
    heartbeat();
    kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', 'imports/crds']);
    kubectl(['apply', '--server-side', '-f', 'dist/production']);
    const most = kubectl(['get', 'hpa', 'agent', '-n', NAMESPACE, '-o', 'jsonpath={.spec.maxReplicas}']);
    kubectl(['scale', 'deployment', 'agent', '-n', NAMESPACE, `--replicas=${most}`]);

    const agents = () => get<Pod>('pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=agent');
    await eventually(60, () => (agents().length === Number(most) ? [] : [`${most} agents, not ${agents().length}`]));
    await eventually(120, () => {
      heartbeat();
      const homeless = get<Pod>('pod', '-n', NAMESPACE).filter(({ spec }) => spec.nodeName === undefined);
      return homeless.map(({ metadata, status }) => `${metadata.name}: ${status.conditions?.map(({ message }) => message).join()}`);
    });
    const pods = get<Pod>('pod', '-n', NAMESPACE);
    // 10 agents, 6 of Redis, 3 of Memcached, 2 for static files, 3 other stores, 2 Jobs
    expect(pods).toHaveLength(26);
    expect(new Set(pods.map(({ spec }) => spec.nodeName))).toEqual(new Set(NODES));
    const perNode = NODES.map((node) => agents().filter(({ spec }) => spec.nodeName === node).length);
    expect(Math.max(...perNode) - Math.min(...perNode)).toBeLessThanOrEqual(2);
    figure('production at its most', `${pods.length} pods find their place on three nodes of ${SIZE.cpu} cores and ${SIZE.memory}`);
  },
  300_000,
);
