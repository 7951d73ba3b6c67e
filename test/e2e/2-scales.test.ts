import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { agents, apply, E2E, eventually, figure, get, kubectl, load, NAMESPACE, settled, sleep } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

/** environment.yaml has it. */
const MOST = 4;

const autoscaler = (path: string) => kubectl(['get', 'hpa', 'agent', '-n', NAMESPACE, '-o', `jsonpath={${path}}`]);
const replicas = () => Number(kubectl(['get', 'deployment', 'agent', '-n', NAMESPACE, '-o', 'jsonpath={.spec.replicas}']));

/** The rendered autoscaler, but for the time that it waits before it takes replicas back: as rendered that is five minutes. */
function impatient(): string {
  const dist = E2E?.dist ?? '';
  const files = readdirSync(dist).map((file) => readFileSync(join(dist, file), 'utf8'));
  const documents = files.flatMap((text) => parseAllDocuments(text));
  const hpa = documents.find((document) => document.get('kind') === 'HorizontalPodAutoscaler');
  expect(hpa?.getIn(['spec', 'behavior', 'scaleDown', 'stabilizationWindowSeconds'])).toBe(300);
  hpa?.setIn(['spec', 'behavior', 'scaleDown', 'stabilizationWindowSeconds'], 0);
  return String(hpa);
}

onCluster(
  'the autoscaler adds replicas under load and takes them back after it, and no request is lost',
  async () => {
    await eventually(120, () => (autoscaler('.status.currentMetrics[0].resource.current.averageUtilization') ? [] : ['a CPU reading']));
    // what has just started has used CPU for that, and may have been given a replica
    await eventually(300, () => (replicas() < MOST ? [] : ['fewer replicas than the most']));
    const before = replicas();
    const busy = load('/api/search?q=apples', 6);
    const took = await eventually(180, () => (replicas() > before ? [] : ['one replica more']));
    await settled(NAMESPACE, 120);
    const { failures, requests, slowest } = await busy.end();
    expect(failures).toEqual([]);
    figure('one replica more under load', `after ${took} s; none of ${requests} requests failed, the slowest took ${slowest} s`);

    const most = replicas();
    const calm = load('/health', 1, 0.2);
    kubectl(['apply', '--server-side', '-f', '-'], impatient());
    await eventually(180, () => (replicas() < most ? [] : ['one replica less']));
    await settled(NAMESPACE, 120);
    const after = await calm.end();
    expect(after.failures).toEqual([]);
    expect(after.requests).toBeGreaterThan(20);
    apply(E2E?.dist ?? '');
  },
  600_000,
);

onCluster(
  'a drain goes pod by pod, ends, and loses no request',
  async () => {
    // a replica more or less meanwhile would hide what the drain does
    kubectl(['delete', 'hpa', 'agent', '-n', NAMESPACE]);
    await settled(NAMESPACE, 180);
    const [node] = get('node').map(({ metadata }) => metadata.name);
    const before = agents().map(({ metadata }) => metadata.uid);
    const busy = load('/health', 2, 0.05);
    const selector = 'app.kubernetes.io/component=agent';
    const drain = spawn('kubectl', [
      ...['drain', node ?? '', `--pod-selector=${selector}`],
      ...['--ignore-daemonsets', '--delete-emptydir-data', '--timeout=240s'],
    ]);
    const ended = new Promise((resolve) => drain.once('close', resolve));
    const old = () => agents().filter(({ metadata }) => before.includes(metadata.uid));
    try {
      // there is one node: while it is cordoned, what was evicted has nowhere to go, and the budget holds back the rest
      await eventually(60, () => (agents().length > old().length ? [] : ['an evicted pod']));
      await sleep(15);
      expect(old().length).toBe(before.length - 1);
    } finally {
      kubectl(['uncordon', node ?? '']);
      apply(E2E?.dist ?? '');
    }
    expect(await ended).toBe(0);
    await settled(NAMESPACE, 180);
    expect(old()).toEqual([]);
    expect((await busy.end()).failures).toEqual([]);
  },
  600_000,
);

onCluster('the workers of an agent fit into its memory', () => {
  for (const { metadata } of agents()) {
    const read = 'cat /sys/fs/cgroup/memory/memory.max_usage_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.peak';
    const peak = Number(kubectl(['exec', '-n', NAMESPACE, metadata.name, '--', 'sh', '-c', read]));
    expect(peak).toBeLessThan(2 ** 30);
  }
});
