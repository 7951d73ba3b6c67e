import { Workload } from '../../lib/kube';
import { ExternalObjectStore, type ExternalObjectStoreProps } from '../../lib/stores/object-store';
import type { AllProps } from '../support/all-props';
import { find, rendered, testScope } from '../support/platform';
import { KINDS, policyOf } from '../support/workload';
import { SERVER, toldBy } from './support';

describe('an object store that the cloud gives credentials for', () => {
  const identity = {
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/agent' },
    labels: { 'azure.workload.identity/use': 'true' },
    cidrs: ['169.254.169.254/32'],
    ports: [80, 988],
  } satisfies AllProps<NonNullable<ExternalObjectStoreProps['identity']>>;
  const scope = testScope();
  const store = new ExternalObjectStore(scope, 'minio', { host: 's3.example.com', region: 'eu-west-1', identity });

  test('tells what the SDKs of AWS look for, and no key', () => {
    expect(toldBy(store)).toEqual({
      MINIO_ENDPOINT: 's3.example.com:443',
      MINIO_SECURE: 'true',
      S3_ENDPOINT: 'https://s3.example.com:443',
      S3_ADDRESSING_STYLE: 'path',
      MINIO_BUCKET: 'uploads',
      MINIO_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_S3: 'https://s3.example.com:443',
      AWS_REGION: 'eu-west-1',
    });
    expect(scope.context.secrets.size).toBe(0);
  });

  test('is known to the cloud by its ServiceAccount and pods, which get no token of the cluster', () => {
    const consumer = new Workload(store, { ...KINDS.Deployment, name: 'agent' });
    const before = find(rendered(consumer), 'Deployment').spec.selector;
    store.connectFrom(consumer);
    const objects = rendered(consumer);
    expect(find(objects, 'ServiceAccount')).toMatchObject({
      metadata: { annotations: identity.annotations },
      automountServiceAccountToken: false,
    });
    const { selector, template } = find(objects, 'Deployment').spec;
    expect(template.metadata.labels).toMatchObject({ ...identity.labels, ...consumer.pods });
    expect(template.spec.automountServiceAccountToken).toBe(false);
    expect(selector).toEqual(before);
    const credentials = { to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: [80, 988].map((port) => ({ protocol: 'TCP', port })) };
    expect(policyOf(consumer).egress).toContainEqual(credentials);
    expect([...scope.context.requirements]).toContain('an identity of the cloud for ServiceAccount agent that may use the bucket uploads');
  });

  test('has no secret beside it', () => {
    const both = { ...SERVER, identity: {} };
    expect(() => new ExternalObjectStore(testScope(), 'minio', both)).toThrow(
      'test/minio.identity: got a map, expected no secret beside it',
    );
  });
});
