import { apply, E2E, get, kubectl, NAMESPACE, settled } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

interface Secret {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data: Readonly<Record<string, string>>;
}

const secrets = () =>
  get<Secret>('secret', '-n', NAMESPACE).filter(({ metadata }) => /-(auth|keys?|superuser|monitoring)$/.test(metadata.name));
/** What the Job said, but for tries that timed out on a busy node, after which it tried again. */
const said = () =>
  kubectl(['logs', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=secret-bootstrap', '--tail=-1'])
    .trim()
    .split('\n')
    .filter((line) => !/^curl: .* timed out/.test(line))
    .sort();

onCluster('the Job has made each Secret once, and says so without a value', () => {
  expect(said()).toEqual([
    'secret/agent-keys created',
    'secret/minio-agent-key created',
    'secret/minio-auth created',
    'secret/postgres-auth created',
    'secret/postgres-monitoring created',
    'secret/postgres-superuser created',
    'secret/redis-auth created',
  ]);
  const values = secrets().flatMap(({ data }) => Object.values(data).map((value) => Buffer.from(value, 'base64').toString()));
  expect(values.length).toBeGreaterThan(8);
  for (const pod of get('pod', '-n', NAMESPACE)) {
    const log = kubectl(['logs', '-n', NAMESPACE, pod.metadata.name, '--all-containers', '--tail=-1']);
    // users of MinIO ("aiagent", "consumer-agent") are no secrets
    expect(values.filter((value) => value.length >= 20 && log.includes(value))).toEqual([]);
  }
});

onCluster('a Job that is deleted and applied again leaves them alone', async () => {
  const before = secrets();
  kubectl(['delete', 'job', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=secret-bootstrap', '--wait']);
  apply(E2E?.dist ?? '');
  await settled(NAMESPACE, 120);
  expect(said()).toHaveLength(7);
  expect(said().join()).not.toContain('created');
  expect(secrets()).toEqual(before);
});
