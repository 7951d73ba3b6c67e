import { Bootstrap, isBootstrapJob, type Secret } from './support/bootstrap';
import { apply, describeEnvironments } from './support/environments';

const PROBE = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'probe' }, stringData: { key: 'value' } };

describeEnvironments(
  'bootstrap',
  ({ objects }) => objects.some(isBootstrapJob),
  (environment, cluster) => {
    let bootstrap: Bootstrap;
    const secrets = (): Secret[] => cluster.items<Secret>(['secrets', '-n', bootstrap.namespace]);

    beforeAll(() => {
      expect(apply(cluster, environment)).toMatchObject({ status: 0 });
      bootstrap = Bootstrap.of(cluster, environment.objects);
      // where pods run, the Job may have been first: this is about a namespace without Secrets
      cluster.run(['delete', 'jobs,secrets', '--all', '-n', bootstrap.namespace]);
    });
    afterAll(() => bootstrap?.remove());

    test('its account may create Secrets and nothing else', async () => {
      const secretsPath = `/api/v1/namespaces/${bootstrap.namespace}/secrets`;
      const probePath = `${secretsPath}/probe`;
      const merge = 'application/merge-patch+json';
      const serverSide = 'application/apply-patch+yaml';
      const account = { metadata: { name: 'probe' } };
      const got = {
        create: await bootstrap.account.status('POST', secretsPath, PROBE),
        createAgain: await bootstrap.account.status('POST', secretsPath, PROBE),
        get: await bootstrap.account.status('GET', probePath),
        list: await bootstrap.account.status('GET', secretsPath),
        watch: await bootstrap.account.status('GET', `${secretsPath}?watch=1`),
        update: await bootstrap.account.status('PUT', probePath, PROBE),
        patch: await bootstrap.account.status('PATCH', probePath, PROBE, merge),
        apply: await bootstrap.account.status('PATCH', `${probePath}?fieldManager=x`, PROBE, serverSide),
        delete: await bootstrap.account.status('DELETE', probePath),
        deleteAll: await bootstrap.account.status('DELETE', secretsPath),
        elsewhere: await bootstrap.account.status('POST', '/api/v1/namespaces/default/secrets', PROBE),
        everywhere: await bootstrap.account.status('GET', '/api/v1/secrets'),
        configMaps: await bootstrap.account.status('GET', secretsPath.replace('secrets', 'configmaps')),
        accounts: await bootstrap.account.status('POST', secretsPath.replace('secrets', 'serviceaccounts'), account),
      };
      cluster.run(['delete', 'secret', 'probe', '-n', bootstrap.namespace]);
      const { create, createAgain, ...others } = got;
      expect({ create, createAgain }).toEqual({ create: 201, createAgain: 409 });
      expect(others).toEqual(Object.fromEntries(Object.keys(others).map((verb) => [verb, 403])));
      expect(bootstrap.account.rules()).toEqual([{ verbs: ['create'], apiGroups: [''], resources: ['secrets'] }]);
    });

    test('creates the Secrets once, leaves them alone later, and tells no value', () => {
      const first = bootstrap.run();
      expect(first).toMatchObject({ status: 0, stderr: '' });
      const made = secrets();
      expect(made).not.toEqual([]);

      const second = bootstrap.run();
      expect(second).toMatchObject({ status: 0, stderr: '' });
      expect(secrets()).toEqual(made);

      const told = [first, second].map(({ stdout, stderr }) => stdout + stderr).join('\n');
      const values = made.flatMap(({ data }) => Object.values(data ?? {}));
      // user names and the like are in the Job or its ConfigMap already
      const secret = values.filter((base64) => !bootstrap.rendered.includes(plain(base64)));
      expect(secret).not.toEqual([]);
      expect(secret.filter((base64) => told.includes(plain(base64)) || told.includes(base64))).toEqual([]);
      expect(secret.filter((base64) => plain(base64).length < 16)).toEqual([]);

      // and none is fixed: made anew, all are others
      cluster.run(['delete', 'secrets', '--all', '-n', bootstrap.namespace]);
      expect(bootstrap.run()).toMatchObject({ status: 0, stderr: '' });
      const anew = secrets().flatMap(({ data }) => Object.values(data ?? {}));
      expect(anew.length).toBe(values.length);
      expect(secret.filter((base64) => anew.includes(base64))).toEqual([]);
    });
  },
);

function plain(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
