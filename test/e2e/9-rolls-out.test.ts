import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { apply, E2E, EDGE, eventually, figure, get, kubectl, NAMESPACE, pythonMeanwhile, settled } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

/** Renders the environment of these tests with something changed. */
function changed(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-changed-'));
  const file = join(folder, 'changed.yaml');
  writeFileSync(file, `extends: ${resolve('test/e2e/environment.yaml')}\n${text}`);
  const synth = spawnSync(process.execPath, ['build/main.js', 'synth', file, '--out', folder], { encoding: 'utf8' });
  if (synth.status !== 0) throw new Error(synth.stderr);
  return join(folder, 'e2e');
}

const load = (path: string, seconds: number, clients: number) =>
  pythonMeanwhile<{ failures: unknown[]; requests: number }>(
    EDGE,
    'client',
    'load.py',
    'agent.ai-agent-e2e',
    '8501',
    path,
    String(seconds),
    String(clients),
    '0.02',
  );

const images = () => [
  ...new Set(
    get<{ metadata: { deletionTimestamp?: string }; spec: { containers: { image: string }[] } }>(
      'pod',
      '-n',
      NAMESPACE,
      '-l',
      'app.kubernetes.io/name=agent',
    )
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      .map(({ spec }) => spec.containers[0]?.image),
  ),
];

/** A stream that would last four minutes, and how it ends. */
const longStream = () => pythonMeanwhile<string>(EDGE, 'client', 'stream.py', 'http://agent.ai-agent-e2e:8501/api/chat/stream', '240');

onCluster(
  'a new image and configuration under load: no request fails, and streams are told to come back',
  async () => {
    const [stream, busy] = [longStream(), load('/api/search?q=apples', 120, 2)];
    apply(changed('agents: { agent: { image: registry.example.com/ai-agent:1.4.3, requestTimeout: 45 } }\n'));
    const took = await settled(NAMESPACE, 240);
    expect(images()).toEqual(['registry.example.com/ai-agent:1.4.3']);
    const { failures, requests } = await busy;
    expect(failures).toEqual([]);
    expect(await stream).toBe('event: restart');
    figure(
      'rollout of another image and configuration under load',
      `${took} s; none of ${requests} requests failed, a stream was told to come back`,
    );
  },
  400_000,
);

onCluster(
  'a broken image stops the rollout, the old pods go on, and the old dist rolls back',
  async () => {
    const before = get('pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=agent').map(({ metadata }) => metadata.uid);
    const busy = load('/health', 75, 2);
    apply(changed('agents: { agent: { image: registry.example.com/ai-agent:broken } }\n'));
    await eventually(90, () =>
      get('pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=agent').some(({ metadata }) => !before.includes(metadata.uid))
        ? []
        : ['a new pod'],
    );
    const available = kubectl(['get', 'deployment', 'agent', '-n', NAMESPACE, '-o', 'jsonpath={.status.availableReplicas}']);
    expect(Number(available)).toBeGreaterThanOrEqual(2);
    apply(E2E?.dist ?? '');
    await settled(NAMESPACE, 240);
    expect(images()).toEqual(['registry.example.com/ai-agent:1.4.2']);
    expect((await busy).failures).toEqual([]);
  },
  400_000,
);
