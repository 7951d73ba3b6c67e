import { readFileSync } from 'node:fs';
import { query } from '../services/support/postgres';
import { endPods, type Pod, start } from '../support/container';
import type { Rendered } from '../support/platform';
import { needs } from '../support/services';
import { Account } from './support/account';
import { Bootstrap, type Secret } from './support/bootstrap';
import { apply, describeEnvironments } from './support/environments';

const ROTATION = 'postgres-rotate';
const { it } = needs('bwrap', 'initdb', 'psql', 'curl');

describeEnvironments(
  'password rotation',
  // it is the same in every environment
  ({ name }) => name === 'production',
  (environment, cluster) => {
    let bootstrap: Bootstrap;
    let account: Account;

    beforeAll(() => {
      expect(apply(cluster, environment)).toMatchObject({ status: 0 });
      bootstrap = Bootstrap.of(cluster, environment.objects);
      expect(bootstrap.run()).toMatchObject({ status: 0, stderr: '' });
      account = new Account(cluster, bootstrap.namespace, ROTATION);
    });
    afterEach(() => endPods());
    afterAll(() => bootstrap?.remove());

    const secrets = () => cluster.items<Secret>(['secrets', '-n', bootstrap.namespace]);
    /** Values of all Secrets, as pods see them. */
    const values = () => Object.fromEntries(secrets().map(({ metadata, data = {} }) => [metadata.name, decoded(data)]));
    const auth = () => values()['postgres-auth'] ?? {};
    const others = () => secrets().filter(({ metadata }) => metadata.name !== 'postgres-auth');

    /** Runs a workload of the environment, with the Secrets and the API server that there are. */
    const startPod = (workload: string, wrong = {}): Promise<Pod> => {
      const there = { API: cluster.server };
      return start({
        objects: environment.objects as unknown as Rendered[],
        workload,
        secrets: { ...values(), ...wrong },
        account: { token: account.token, 'ca.crt': readFileSync(cluster.caFile, 'utf8') },
        env: { prepare: there, publish: there },
      });
    };
    /** How the Job ends. @throws Error with what is said if an init container fails */
    const rotate = async (wrong = {}) => (await startPod(ROTATION, wrong)).ended();

    it('leaves a Secret that opens the database, and every other Secret as it was', async () => {
      const server = await startPod('postgres');
      await server.ready(120);
      const opens = (password = '') => query(server, 'aiagent', 'SELECT 1', password) === '1';
      const [{ password: old, url: oldUrl = '', ...kept }, before] = [auth(), others()];
      expect(opens(old)).toBe(true);

      // stopped half-way: the next run goes on with the password that is in the Secret already
      await expect(rotate({ 'postgres-superuser': { password: 'wrong' } })).rejects.toThrow('password authentication failed');
      const { next = '', ...rest } = auth();
      expect(next).toMatch(/^[A-Za-z0-9]{40}$/);
      expect(rest).toEqual({ ...kept, password: old, url: oldUrl });
      expect([opens(old), opens(next)]).toEqual([true, false]);

      expect(await rotate()).toMatchObject({ status: 0, stderr: '' });
      expect(auth()).toEqual({ ...kept, password: next, url: oldUrl.replace(`:${old}@`, `:${next}@`) });
      expect([opens(old), opens(next)]).toEqual([false, true]);

      expect(await rotate()).toMatchObject({ status: 0, stderr: '' });
      const { password } = auth();
      expect(password).not.toBe(next);
      expect([opens(next), opens(password)]).toEqual([false, true]);
      expect(others()).toEqual(before);

      // neither what was applied nor the bootstrap Job takes it back
      const rotated = secrets();
      expect(apply(cluster, environment)).toMatchObject({ status: 0 });
      expect(bootstrap.run()).toMatchObject({ status: 0 });
      expect(secrets()).toEqual(rotated);
    });

    test('its account may patch that Secret, and nothing else', async () => {
      expect(account.rules()).toEqual([{ verbs: ['patch'], apiGroups: [''], resources: ['secrets'], resourceNames: ['postgres-auth'] }]);
      const all = `/api/v1/namespaces/${bootstrap.namespace}/secrets`;
      const own = `${all}/postgres-auth`;
      const patch = (path: string, type = 'merge-patch') => account.status('PATCH', path, {}, `application/${type}+json`);
      expect(await patch(own)).toBe(200);
      expect({
        get: await account.status('GET', own),
        list: await account.status('GET', all),
        watch: await account.status('GET', `${all}?watch=1&fieldSelector=metadata.name=postgres-auth`),
        create: await account.status('POST', all, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'probe' } }),
        update: await account.status('PUT', own, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'postgres-auth' } }),
        delete: await account.status('DELETE', own),
        superuser: await patch(`${all}/postgres-superuser`),
        elsewhere: await patch(own.replace(bootstrap.namespace, 'default')),
        role: await patch(`/apis/rbac.authorization.k8s.io/v1/namespaces/${bootstrap.namespace}/roles/${ROTATION}`),
      }).toEqual(
        Object.fromEntries(
          ['get', 'list', 'watch', 'create', 'update', 'delete', 'superuser', 'elsewhere', 'role'].map((verb) => [verb, 403]),
        ),
      );
    });
  },
);

function decoded(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, base64]) => [key, Buffer.from(base64, 'base64').toString('utf8')]));
}
