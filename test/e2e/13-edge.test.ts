import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificate } from '../edge/support/certificate';
import { E2E, EDGE, eventually, figure, get, kubectl, load, python, render, SURGERY, settled } from './support/kubernetes';

const { EDGE_ASSETS, REQUIRE_TIERS = '', E2E_KEEP } = process.env;
const PLATFORM = 'ai-agent-edge';
const CONTROLLER = 'e2e-traefik';
const HOST = `traefik.${CONTROLLER}`;
const NAME = 'agent.example.com';

test('Traefik is there, or it is said that this is skipped', () => {
  const needs = 'needs EDGE_ASSETS (.ci/edge), and the image traefik:v3.7.9';
  if (E2E && !EDGE_ASSETS) process.stderr.write(`the agent behind Traefik is skipped: it ${needs}\n`);
  expect(!EDGE_ASSETS && /\be2e\b/.test(REQUIRE_TIERS) ? needs : 'fine').toBe('fine');
});

const behindTraefik = E2E && EDGE_ASSETS ? test : test.skip;
const folder = mkdtempSync(join(tmpdir(), 'e2e-edge-'));
const tls = certificate(folder);

afterAll(() => {
  if (!E2E || !EDGE_ASSETS || E2E_KEEP) return;
  kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', 'test/e2e/support/traefik.yaml']);
  kubectl(['delete', 'namespace', PLATFORM, '--ignore-not-found', '--wait=false']);
});

behindTraefik(
  'a platform and Traefik come up beside each other',
  async () => {
    kubectl(['apply', '--server-side', '-f', join(EDGE_ASSETS ?? '', 'traefik-crds.yml'), '-f', 'test/e2e/support/traefik.yaml']);
    kubectl(['apply', '--server-side', '-f', render('test/e2e/edge.yaml')]);
    // the Secret that synth asks for
    kubectl(['create', 'secret', 'tls', 'edge-tls', '-n', PLATFORM, `--cert=${tls.cert}`, `--key=${tls.key}`]);
    await settled(PLATFORM, 300);
    await settled(CONTROLLER, 120);
  },
  600_000,
);

behindTraefik('clients of the edge get the agent as the policy says', () => {
  const certificate = readFileSync(tls.cert, 'utf8');
  expect(python(EDGE, 'client', 'edge.py', HOST, NAME, certificate)).toEqual({
    chat: [200, 'You said: good morning', 'DENY', 'max-age=31536000'],
    redirect: [301, `https://${NAME}/health?a=1`],
    // with what is around the file in the body, 100 MiB are too much
    uploads: [201, 413],
    burst: { others: [429], least: true, most: true },
    websocket: 'You said: hello',
    elsewhere: 404,
  });
});

behindTraefik('nobody else gets to the agent: not from beside Traefik, nor from where clients are', () => {
  const [agent] = get('service', '-n', PLATFORM, '-l', 'app.kubernetes.io/name=agent') as unknown as { spec: { clusterIP: string } }[];
  const address = `${agent?.spec.clusterIP}:8501`;
  const edge = get('pod', '-n', CONTROLLER, '-l', 'app.kubernetes.io/name=traefik').map(({ status }) => `${status.podIP}:8000`);
  const opened = (namespace: string, pod: string) => python<string[]>(namespace, pod, 'connect.py', address, ...edge);
  expect(opened(CONTROLLER, 'stranger')).toEqual(edge);
  expect(opened(EDGE, 'client')).toEqual(edge);
  // root on the node is not policed
  expect(opened(SURGERY, 'surgeon')).toContain(address);
});

behindTraefik(
  'a rollout of the agent loses no request of the edge',
  async () => {
    const busy = load('/api/sessions/edge', 2, 0.5, { host: HOST, name: NAME });
    const before = get('pod', '-n', PLATFORM, '-l', 'app.kubernetes.io/name=agent').map(({ metadata }) => metadata.uid);
    kubectl(['rollout', 'restart', '-n', PLATFORM, 'deployment/agent']);
    await settled(PLATFORM, 300);
    await eventually(120, () =>
      get('pod', '-n', PLATFORM).flatMap(({ metadata }) => (before.includes(metadata.uid) ? [`the end of ${metadata.name}`] : [])),
    );
    const { failures, requests } = await busy.end();
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(20);
    figure('rollout of the agent behind Traefik, under load', `none of ${requests} requests failed`);
  },
  600_000,
);
