import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AGENT,
  agents,
  apply,
  E2E,
  EDGE,
  eventually,
  figure,
  type KubeObject,
  kubectl,
  load,
  NAMESPACE,
  pythonMeanwhile,
  render,
  settled,
  sleep,
} from './support/kubernetes';
import { onCluster } from './support/on-cluster';

/** Renders the environment of these tests with something changed. */
function changed(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'e2e-changed-')), 'changed.yaml');
  writeFileSync(file, `extends: ${resolve('test/e2e/environment.yaml')}\n${text}`);
  return render(file);
}

type Pod = KubeObject & { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
const images = () => [...new Set(agents<Pod>().map(({ spec }) => spec.containers[0]?.image))];

/** A stream that would last for a quarter of an hour, and how it ends. */
const longStream = () => pythonMeanwhile<string>(EDGE, 'client', 'stream.py', `${AGENT}/api/chat/stream`, String(15 * 60));

onCluster(
  'a new image and configuration under load: no request fails, and streams are told to come back',
  async () => {
    const [stream, busy] = [longStream(), load('/api/search?q=apples', 2, 0.02)];
    await sleep(3);
    apply(changed('agents: { agent: { image: registry.example.com/ai-agent:1.4.3, requestTimeout: 45 } }\n'));
    const took = await settled(NAMESPACE, 300);
    expect(images()).toEqual(['registry.example.com/ai-agent:1.4.3']);
    const { failures, requests } = await busy.end();
    expect(failures).toEqual([]);
    expect(await stream.outcome).toBe('event: restart');
    figure(
      'rollout of another image and configuration under load',
      `${took} s; none of ${requests} requests failed, a stream was told to come back`,
    );
  },
  600_000,
);

onCluster(
  'a broken image stops the rollout, the old pods go on, and the old dist rolls back',
  async () => {
    const before = agents().map(({ metadata }) => metadata.uid);
    const busy = load('/health', 2, 0.02);
    apply(changed('agents: { agent: { image: registry.example.com/ai-agent:broken } }\n'));
    await eventually(90, () => (agents().some(({ metadata }) => !before.includes(metadata.uid)) ? [] : ['a new pod']));
    await sleep(10);
    const available = kubectl(['get', 'deployment', 'agent', '-n', NAMESPACE, '-o', 'jsonpath={.status.availableReplicas}']);
    expect(Number(available)).toBeGreaterThanOrEqual(2);
    apply(E2E?.dist ?? '');
    await settled(NAMESPACE, 300);
    expect(images()).toEqual(['registry.example.com/ai-agent:1.4.2']);
    expect((await busy.end()).failures).toEqual([]);
  },
  600_000,
);
