import { allowApi, type Component, type ContainerOptions, configFiles, memory, secretFiles, Workload } from '../kube';
import script from './scripts/postgres-rotate.sh';

/** Of which server the password is changed, and whose. */
export interface RotationOptions {
  /** Image with a shell and curl, and the image of the server. */
  readonly images: { readonly curl: string; readonly server: string };
  readonly host: string;
  readonly database: string;
  readonly owner: string;
  /** Address with `{password}`, as the Secret has it. */
  readonly url: string;
  /** Secrets of the owner, which is changed, and of the superuser. */
  readonly secrets: { readonly owner: string; readonly superuser: string };
}

const NEW = '/run/rotation/password';
const RESOURCES = { cpu: '10m', memory: '64Mi' };

/**
 * A CronJob that is suspended: who makes a Job of it changes the password of the owner (docs/stores.md). It may patch the
 * one Secret, and nothing else.
 */
export function passwordRotation(component: Component, options: RotationOptions): Workload {
  const { images, host, database, owner, url, secrets } = options;
  const name = `${component.node.id}-rotate`;
  const scripts = configFiles(component, name, { 'postgres-rotate.sh': script }, { executable: true });
  const fresh = memory('rotation', '1Mi');
  const step = (verb: string, image: string, env: ContainerOptions['env'], mounts: ContainerOptions['mounts']): ContainerOptions => ({
    name: verb,
    image,
    command: ['sh', '/scripts/postgres-rotate.sh', verb],
    env: { ...env, NEW },
    resources: RESOURCES,
    mounts: { '/scripts': scripts, '/run/rotation': fresh, '/tmp': memory('tmp', '1Mi'), ...mounts },
  });
  const inSecret = { SECRET: secrets.owner, NS: component.context.namespace, URL: url, AUTH: '/run/secrets/owner' };
  // all keys: next is there only after a rotation that failed, or where the user has made it
  const all = { '/run/secrets/owner': secretFiles('owner', secrets.owner) };
  const inServer = { PGHOST: host, PGDATABASE: database, OWNER: owner, PASSWORD_FILE: '/run/secrets/superuser/password' };
  const superuser = { '/run/secrets/superuser': secretFiles('superuser', secrets.superuser, ['password']) };
  const workload = new Workload(component, {
    kind: 'Job',
    name,
    component: 'rotation',
    // the schedule is never used
    job: { schedule: '@yearly', suspend: true, deadline: 600, retries: 3 },
    user: { uid: 70, gid: 70 },
    apiAccess: true,
    initContainers: [step('prepare', images.curl, inSecret, all), step('alter', images.server, inServer, superuser)],
    containers: [step('publish', images.curl, inSecret, all)],
  });
  allowApi(workload, { resource: 'secrets', verbs: ['patch'], names: [secrets.owner] });
  return workload;
}
