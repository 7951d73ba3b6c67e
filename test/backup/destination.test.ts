import { PRIVATE_IPV4, PRIVATE_IPV6 } from '../../lib/kube';
import { makeBackup, S3, SOURCES } from '../support/backup';
import { find } from '../support/platform';

const { postgres, redis, files } = SOURCES;
const all = [postgres, redis, files];
const onS3 = makeBackup(S3, all);

test('onto a claim', () => {
  const { objects, job } = makeBackup({ provider: 'claim', storage: '70Gi', storageClass: 'nfs', accessMode: 'ReadWriteMany' }, all);
  expect(find(objects, 'PersistentVolumeClaim')).toMatchObject({
    metadata: { name: 'backup', annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
    spec: { accessModes: ['ReadWriteMany'], storageClassName: 'nfs', resources: { requests: { storage: '70Gi' } } },
  });
  expect(job('uploads-backup').volumes.backups).toEqual({ persistentVolumeClaim: { claimName: 'backup' } });
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name);
  expect(policies).toEqual(['postgres-backup', 'postgres-restore']);
});

describe('into a bucket', () => {
  test('the keys are references, which only rclone gets', () => {
    const { first, second, volumes } = onS3.job('postgres-backup');
    expect(second.env).toEqual({
      DESTINATION: 's3:backups/agents/test/postgres',
      RETENTION_DAYS: '14',
      KEEP_AT_LEAST: '5',
      HOME: '/tmp',
      RCLONE_CONFIG_S3_TYPE: 's3',
      RCLONE_CONFIG_S3_PROVIDER: 'Other',
      RCLONE_CONFIG_S3_ENDPOINT: 'https://s3.example.com',
      RCLONE_CONFIG_S3_REGION: 'eu-central-1',
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: { name: 's3-keys', key: 'id' },
      RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: { name: 's3-keys', key: 'secret' },
      RCLONE_CONFIG_S3_NO_CHECK_BUCKET: 'true',
    });
    expect(onS3.job('postgres-restore').first.env).toMatchObject({
      DESTINATION: 's3:backups/agents/test/postgres',
      BACKUP: '',
    });
    expect(Object.keys(first.env).filter((name) => name.startsWith('RCLONE'))).toEqual([]);
    expect(volumes).not.toHaveProperty('backups');
    expect(onS3.objects.filter(({ kind }) => kind === 'PersistentVolumeClaim')).toEqual([]);
    expect([...onS3.scope.context.secrets.values()]).toEqual([{ name: 's3-keys', keys: { id: undefined, secret: undefined } }]);
  });

  test('whose root is used where there is no prefix', () => {
    const { prefix: _, ...rest } = S3;
    expect(makeBackup(rest, [files]).job('uploads-backup').second.env.DESTINATION).toBe('s3:backups/uploads');
  });

  test.each([
    ['https://s3.example.com', undefined, 443, undefined],
    ['http://s3.example.com', undefined, 80, undefined],
    ['https://s3.example.com:9000/path', ['10.5.0.0/16'], 9000, [{ ipBlock: { cidr: '10.5.0.0/16' } }]],
  ])('at %s over %j is reached at port %p', (endpoint, cidrs, port, to) => {
    const { objects } = makeBackup({ ...S3, endpoint, cidrs }, [files]);
    const internet = [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE_IPV4 } }, { ipBlock: { cidr: '::/0', except: PRIVATE_IPV6 } }];
    for (const name of ['uploads-backup', 'uploads-restore'])
      expect(find(objects, 'NetworkPolicy', name).spec).toMatchObject({
        policyTypes: ['Egress'],
        egress: [{ to: to ?? internet, ports: [{ protocol: 'TCP', port }] }],
      });
  });
});

test('a source with a server is reached, and lets the pods in', () => {
  const { egress } = find(onS3.objects, 'NetworkPolicy', 'postgres-restore').spec;
  expect(egress).toContainEqual({
    to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'server', 'app.kubernetes.io/component': 'store' } } }],
    ports: [{ protocol: 'TCP', port: 6379 }],
  });
});
