import { readFileSync } from 'node:fs';
import {
  EDGE,
  eventually,
  figure,
  get,
  type KubeObject,
  kubectl,
  NAMESPACE,
  python,
  remove,
  render,
  SURGERY,
  settled,
} from './support/kubernetes';
import { onCluster } from './support/on-cluster';

const STAGING = 'ai-agent-staging';
/** A folder of the node, as a volume that many may write to: provisioners of single nodes have none. */
const SHARED = '/run/e2e-shared';
const VOLUME = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'e2e-shared' },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteMany'],
    storageClassName: 'e2e-shared',
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: SHARED },
  },
};
const onNode = (...command: string[]) => kubectl(['exec', '-n', SURGERY, 'surgeon', '--', 'nsenter', '-t', '1', '-m', ...command]);

afterAll(() => {
  if (!process.env.E2E || process.env.E2E_KEEP) return;
  remove(STAGING);
  kubectl(['delete', 'persistentvolume', 'e2e-shared', '--ignore-not-found', '--wait=false']);
  onNode('rm', '-rf', SHARED);
});

onCluster(
  'staging, with exporters, static files and backups, comes up as well',
  async () => {
    // there is not room for all of them
    remove(NAMESPACE, 'ai-agent-dev');
    kubectl(['apply', '--server-side', '-f', 'imports/crds']);
    kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', 'imports/crds']);
    onNode('mkdir', '-p', '-m', '2777', SHARED);
    kubectl(['apply', '-f', '-'], JSON.stringify(VOLUME));
    const dist = render('test/e2e/staging.yaml');
    kubectl(['apply', '--server-side', '-f', dist]);
    // the Secret that synth asks for
    kubectl([
      'create',
      'secret',
      'generic',
      'model-provider',
      '-n',
      STAGING,
      '--from-literal=ark-api-key=none',
      '--from-literal=sentry-dsn=',
    ]);
    figure('staging, scaled to one node: everything Ready after kubectl apply', `${await settled(STAGING, 300)} s`);
    const restarted = get('pod', '-n', STAGING).filter(({ status }) =>
      status.containerStatuses?.some(({ restartCount }) => restartCount > 0),
    );
    expect(restarted.map(({ metadata }) => metadata.name)).toEqual([]);
  },
  600_000,
);

onCluster('static files are those of the agent', () => {
  const page = 'http://agent-static.ai-agent-staging:8080/static/app.css';
  expect(python(EDGE, 'client', 'fetch.py', page)).toMatchObject({
    status: 200,
    text: readFileSync('examples/agent/static/app.css', 'utf8'),
  });
});

onCluster(
  'every backup runs, and publishes what it has read back',
  async () => {
    // an empty database is not backed up
    python(EDGE, 'client', 'data.py', 'http://agent.ai-agent-staging:8501', 'write', 'backup');
    const schedules = get('cronjob', '-n', STAGING).map(({ metadata }) => metadata.name);
    const backups = schedules.filter((name) => name.endsWith('-backup'));
    expect(backups.sort()).toEqual(['agent-uploads-backup', 'chroma-backup', 'postgres-backup', 'redis-backup']);
    for (const name of backups) kubectl(['create', 'job', '-n', STAGING, `now-${name}`, `--from=cronjob/${name}`]);
    type Job = KubeObject & { readonly status: { readonly succeeded?: number; readonly failed?: number } };
    const jobs = () => get<Job>('job', '-n', STAGING).filter(({ metadata }) => metadata.name.startsWith('now-'));
    await eventually(180, () => jobs().flatMap(({ metadata, status }) => (status.succeeded || status.failed ? [] : [metadata.name])));
    const failed = jobs().filter(({ status }) => !status.succeeded);
    expect(failed.map(({ metadata }) => kubectl(['logs', '-n', STAGING, `job/${metadata.name}`, '--all-containers']))).toEqual([]);
  },
  300_000,
);
