import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { apply, type ContainerStatus, E2E, figure, get, kubectl, NAMESPACE, settled } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

const DEV = 'ai-agent-dev';
const containers = (namespace: string): (ContainerStatus & { pod: string })[] =>
  get('pod', '-n', namespace).flatMap(({ metadata, status }) =>
    (status.containerStatuses ?? []).map((container) => ({ ...container, pod: metadata.name })),
  );

/** A restart has a reason, or is one too many: nothing here may need a second try. */
const restarts = (namespace: string) =>
  containers(namespace)
    .filter(({ restartCount }) => restartCount > 0)
    .map(({ pod, name, restartCount, lastState }) => `${pod}/${name}: ${restartCount}, ${JSON.stringify(lastState)}`);

const psql = (namespace: string, sql: string) =>
  kubectl(['exec', '-n', namespace, 'postgres-0', '-c', 'postgres', '--', 'psql', '-U', 'postgres', '-d', 'aiagent', '-qAtc', sql]).trim();

/** Every object of the environments, as the API server counts its changes. */
const versions = (namespace: string) =>
  get('deployment,statefulset,job,service,configmap,networkpolicy,serviceaccount,resourcequota,limitrange,pvc', '-n', namespace)
    .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'cdk8s-ai-agent')
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${(metadata as { generation?: number }).generation ?? metadata.resourceVersion}`)
    .sort();

const PLATFORMS = [
  [DEV, () => 'dist/dev'],
  [NAMESPACE, () => E2E?.dist ?? ''],
] as const;

onCluster('two platforms are Ready within 5 minutes of one kubectl apply each, in no order', async () => {
  for (const [, folder] of PLATFORMS) apply(folder());
  const begin = Date.now();
  for (const [namespace] of PLATFORMS) {
    await settled(namespace, 300);
    figure(`${namespace}: everything Ready after kubectl apply, beside the other`, `${Math.round((Date.now() - begin) / 1000)} s`);
  }
});

describe.each(PLATFORMS)('%s', (namespace, folder) => {
  onCluster('restarted nothing on the way', () => {
    expect(restarts(namespace)).toEqual([]);
  });

  onCluster('changes nothing when applied again', () => {
    const before = versions(namespace);
    expect(before.length).toBeGreaterThan(20);
    expect(apply(folder())).not.toMatch(/created/);
    expect(versions(namespace)).toEqual(before);
  });
});

onCluster('stores that are deleted and applied again have their data', async () => {
  psql(DEV, "CREATE TABLE kept (at text); INSERT INTO kept VALUES ('before')");
  const redis = (...args: string[]) =>
    kubectl([
      'exec',
      '-n',
      DEV,
      'redis-0',
      '-c',
      'redis',
      '--',
      'sh',
      '-c',
      `REDISCLI_AUTH=$(cat /run/secrets/redis/password) redis-cli ${args.join(' ')}`,
    ]).trim();
  redis('set', 'kept', 'before');
  const files = readdirSync('dist/dev').filter((file) => file.startsWith('2'));
  for (const file of files) kubectl(['delete', '--wait', '-f', join('dist/dev', file)]);
  apply('dist/dev');
  await settled(DEV, 300);
  expect(psql(DEV, 'SELECT at FROM kept')).toBe('before');
  expect(redis('get', 'kept')).toBe('before');
});
