import { spawn } from 'node:child_process';
import { EDGE, eventually, figure, get, kubectl, NAMESPACE, pythonMeanwhile, settled, sleep } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

/** environment.yaml has it. */
const MOST = 4;

interface Load {
  readonly requests: number;
  readonly failures: readonly { readonly problem: string }[];
  readonly slowest: number;
}

const load = (path: string, seconds: number, clients: number, pause = 0) =>
  pythonMeanwhile<Load>(EDGE, 'client', 'load.py', 'agent.ai-agent-e2e', '8501', path, String(seconds), String(clients), String(pause));

const agents = () =>
  get('pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=agent').filter(({ metadata }) => !metadata.deletionTimestamp);
const replicas = () => Number(kubectl(['get', 'deployment', 'agent', '-n', NAMESPACE, '-o', 'jsonpath={.spec.replicas}']));

onCluster(
  'the autoscaler adds replicas under load, and no request is lost',
  async () => {
    const cpu = ['get', 'hpa', 'agent', '-n', NAMESPACE, '-o', 'jsonpath={.status.currentMetrics[0].resource.current.averageUtilization}'];
    await eventually(120, () => (kubectl(cpu) === '' ? ['a CPU reading of the autoscaler'] : []));
    // what has just started has used CPU for that, and may have been given a replica
    await eventually(300, () => (replicas() < MOST ? [] : ['fewer replicas than the most']));
    const before = replicas();
    const busy = load('/api/search?q=apples', 90, 6);
    const took = await eventually(120, () => (replicas() > before ? [] : ['one replica more']));
    const { failures, requests, slowest } = await busy;
    expect(failures).toEqual([]);
    figure('one replica more under load', `after ${took} s; none of ${requests} requests failed, the slowest took ${slowest} s`);
  },
  300_000,
);

onCluster(
  'a drain goes pod by pod, ends, and loses no request',
  async () => {
    await settled(NAMESPACE, 180);
    const [node] = get('node').map(({ metadata }) => metadata.name);
    const before = agents().map(({ metadata }) => metadata.uid);
    const busy = load('/health', 80, 2, 0.05);
    const selector = 'app.kubernetes.io/component=agent';
    const drain = spawn('kubectl', [
      'drain',
      node ?? '',
      `--pod-selector=${selector}`,
      '--ignore-daemonsets',
      '--delete-emptydir-data',
      '--timeout=240s',
    ]);
    const ended = new Promise((resolve) => drain.once('close', resolve));
    try {
      // there is one node: while it is cordoned, what was evicted has nowhere to go, and the budget holds back the rest
      await eventually(60, () => (agents().some(({ metadata }) => !before.includes(metadata.uid)) ? [] : ['an evicted pod']));
      await sleep(15);
      expect(agents().filter(({ metadata }) => before.includes(metadata.uid)).length).toBe(before.length - 1);
    } finally {
      kubectl(['uncordon', node ?? '']);
    }
    expect(await ended).toBe(0);
    await settled(NAMESPACE, 180);
    expect(agents().filter(({ metadata }) => before.includes(metadata.uid))).toEqual([]);
    expect((await busy).failures).toEqual([]);
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
