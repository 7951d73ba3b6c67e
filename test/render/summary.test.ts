import { App } from 'cdk8s';
import { Agent } from '../../lib/agent';
import { needSecret } from '../../lib/kube';
import { AgentPlatform } from '../../lib/platform';
import { renderFiles, summary } from '../../lib/render';
import { IMAGE, platformFrom, smallPlatform } from '../support/small';

const summaryOf = (platform: AgentPlatform) => summary(platform, 'dist/small', renderFiles(platform));

const BY_TAG = `  images by tag alone: tags can be moved:
    - ${IMAGE}
`;

test('of one agent says how much it is, from the fewest replicas to the most', () => {
  expect(summaryOf(smallPlatform())).toBe(`dist/small: 13 objects in 2 files
  pods 3 to 10, CPU 3 to 10, memory 6Gi to 20Gi, storage 0Gi
${BY_TAG}`);
});

test('of a fixed number says one number', () => {
  const agent = { replicas: { min: 1, max: 1 }, resources: { cpu: '150m', memory: '600Mi' } };
  expect(summaryOf(smallPlatform({}, agent))).toBe(`dist/small: 11 objects in 2 files
  pods 1, CPU 150m, memory 600Mi, storage 0Gi
${BY_TAG}`);
});

test('of a large one says what the cluster must bring and what is left to do', () => {
  const platform = new AgentPlatform(new App(), 'prod', { namespace: 'agents', imagePullSecrets: ['registry'] });
  new Agent(platform, 'agent', {
    image: IMAGE,
    uploads: { storage: '20Gi' },
    secretEnv: { KEY: { secret: 'provider', key: 'key' }, DSN: { secret: 'provider', key: 'dsn' }, OWN: 'generate' },
  });
  needSecret(platform.context, { name: 'certificate', keys: { 'tls.crt': undefined, 'tls.key': undefined } });
  platform.context.requirements.add('zeal').add('a clock');
  for (const text of ['two', 'one']) platform.context.approximations.add(text);
  expect(summaryOf(platform)).toBe(`dist/small: 20 objects in 3 files
  pods 3 to 10, CPU 3 to 10, memory 6Gi to 20Gi, storage 20Gi
  the cluster must bring:
    - a StorageClass with ReadWriteMany volumes: the default one, or uploads.storageClass
    - a clock
    - zeal
  Secrets to create first:
    - kubectl -n agents create secret generic provider --from-file=key=FILE --from-file=dsn=FILE
    - kubectl -n agents create secret tls certificate --cert=FILE --key=FILE
    - kubectl -n agents create secret docker-registry registry --docker-server=... --docker-username=... --docker-password=...
  in no backup: keep a copy yourself:
    - volumes of agent
    - Secrets agent-keys
${BY_TAG}  approximations:
    - one
    - two
`);
});

test('names images without a digest, as they are pulled; where digests are off, it was said on purpose', () => {
  const images = { registry: { 'registry.test': 'mirror.test/own' } };
  expect(summaryOf(smallPlatform({ images }))).toContain('be moved:\n    - mirror.test/own/agent:1\n');
  const heading = 'by tag alone';
  expect(summaryOf(smallPlatform({}, { image: `${IMAGE}@sha256:${'a'.repeat(64)}` }))).not.toContain(heading);
  expect(summaryOf(smallPlatform({ images: { digests: false } }))).not.toContain(heading);
});

describe('what is in no backup', () => {
  const environment = {
    name: 'it',
    agents: { agent: { image: IMAGE, uploads: {}, secretEnv: { KEY: 'generate', OWN: { secret: 'own', key: 'key' } } } },
    stores: { postgres: {}, redis: {}, memcached: {}, chroma: {}, minio: {} },
  };
  const SECRETS = '    - Secrets agent-keys, minio-auth, postgres-auth, postgres-monitoring, postgres-superuser, redis-auth\n';
  const told = (more: object) =>
    /in no backup: keep a copy yourself:\n((?: {4}- .*\n)+)/.exec(summaryOf(platformFrom({ ...environment, ...more })))?.[1];

  test('is everything that has a volume, where there are no backups, and the Secrets that were made', () => {
    expect(told({})).toBe(`    - volumes of agent, chroma, minio, postgres, redis\n${SECRETS}`);
  });

  test('is MinIO, and the Secrets', () => {
    const backup = { provider: 'claim' };
    expect(told({ backup })).toBe(`    - volumes of minio\n${SECRETS}`);
    const stores = { postgres: {}, minio: { provider: 'external', host: 's3.example.com', secret: 's3' } };
    expect(told({ backup, stores })).toBe('    - Secrets agent-keys, postgres-auth, postgres-monitoring, postgres-superuser\n');
  });

  test('is nothing to speak of where the Secrets are the user’s own', () => {
    expect(told({ backup: { provider: 'claim' }, stores: { postgres: {} }, secrets: { provider: 'existing' } })).toBeUndefined();
  });
});
