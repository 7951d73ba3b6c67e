import { IMAGES } from '../../lib/kube';
import { find, podSpec, type Rendered } from '../support/platform';
import { make } from './postgres-support';

test('its password is changed by a Job that is suspended, and may patch the Secret of the owner only', () => {
  const { objects } = make();
  const job = find(objects, 'CronJob', 'postgres-rotate');
  expect(job.spec).toMatchObject({ suspend: true, jobTemplate: { spec: { backoffLimit: 3, activeDeadlineSeconds: 600 } } });
  expect(find(objects, 'Role', 'postgres-rotate').rules).toEqual([
    { apiGroups: [''], resources: ['secrets'], verbs: ['patch'], resourceNames: ['postgres-auth'] },
  ]);
  const { initContainers, containers, automountServiceAccountToken } = podSpec(job);
  expect(automountServiceAccountToken).toBe(true);
  const steps = [...initContainers, ...containers];
  expect(steps.map(({ command, image }) => [...command, image])).toEqual([
    ['sh', '/scripts/postgres-rotate.sh', 'prepare', IMAGES.curl],
    ['sh', '/scripts/postgres-rotate.sh', 'alter', IMAGES.postgres],
    ['sh', '/scripts/postgres-rotate.sh', 'publish', IMAGES.curl],
  ]);
  const reads = ({ volumeMounts }: Rendered['spec']) =>
    volumeMounts.map(({ mountPath }: Rendered['spec']) => mountPath).filter((path: string) => path.startsWith('/run/secrets'));
  expect(steps.map(reads)).toEqual([['/run/secrets/owner'], ['/run/secrets/superuser'], ['/run/secrets/owner']]);
});
