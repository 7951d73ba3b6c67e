import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rendered } from '../platform';
import { type Image, imageOf } from './images';
import { hostsFile } from './network';
import type { SandboxOptions } from './process';
import { scratchFolder } from './scratch';
import type { Secrets, Volumes } from './volumes';

type Env = Readonly<Record<string, string>>;

/** Of whom a container is, and what the test gives beside what is rendered (PodOptions). */
export interface Surroundings {
  readonly pod: {
    readonly name: string;
    readonly namespace: string;
    readonly address: string;
    readonly volumes: Volumes;
    readonly spec: Rendered['spec'];
  };
  readonly secrets?: Secrets;
  readonly env?: Readonly<Record<string, Env>>;
  readonly images?: Readonly<Record<string, Image>>;
  readonly account?: Env;
  readonly programs?: readonly string[];
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Texts of a pod that has an address instead of a network of its own. */
export const here = <T>(texts: T, address: string): T =>
  JSON.parse(JSON.stringify(texts).replace(/(?<![\d.])(127\.0\.0\.1|0\.0\.0\.0)(?![\d.])/g, address));

/** A rendered container as a sandbox. @throws Error if its image is not known, or a Secret's key not given */
export function sandboxOf(container: Rendered['spec'], surroundings: Surroundings): SandboxOptions {
  const { pod, images, account, programs = [] } = surroundings;
  const { name, command, args, ports, volumeMounts = [], securityContext } = container;
  const image = imageOf(container.image, images);
  if (!image) throw new Error(`${pod.name}: image ${container.image} is not known (test/support/container/images.ts)`);
  const uid: number = securityContext?.runAsUser ?? pod.spec.securityContext.runAsUser;
  const gid: number = securityContext?.runAsGroup ?? pod.spec.securityContext.runAsGroup;
  const env: Record<string, string> = { ...image.env };
  for (const variable of container.env ?? []) env[variable.name] = here(expand(valueFor(variable, surroundings), env), pod.address);
  Object.assign(env, surroundings.env?.[name]);
  // command takes the place of the entrypoint, and then the image's own arguments do not count either
  const words: string[] = command ? [...command, ...(args ?? [])] : [...(image.entrypoint ?? []), ...(args ?? image.args ?? [])];
  const mounts = new Map<string, { source: string; readOnly: boolean }>();
  for (const [path, source] of Object.entries({ ...etc(image, uid, gid), ...image.files })) mounts.set(path, { source, readOnly: true });
  for (const { name, mountPath, subPath, readOnly = false } of volumeMounts)
    mounts.set(mountPath, { source: join(pod.volumes.at(name), subPath ?? ''), readOnly });
  if (account && pod.spec.automountServiceAccountToken) mounts.set(ACCOUNT, { source: folderOf('account', account), readOnly: true });
  return {
    command: [...here(words, pod.address).map((word) => expand(word, env)), ...((ports && image.listen?.(pod.address)) ?? [])],
    ...{ env, uid, gid, mounts, programs, hostname: pod.name, folder: image.folder ?? '/' },
  };
}

/** `$(NAME)` as Kubernetes reads it: `$$` is a dollar, and a name that is not known stays as it is. */
function expand(text: string, env: Env): string {
  return text.replace(/\$\$|\$\(([\w.-]+)\)/g, (found, name) => (found === '$$' ? '$' : (env[name] ?? found)));
}

function valueFor({ name, value, valueFrom }: Rendered['spec'], { pod, secrets = {} }: Surroundings): string {
  if (!valueFrom) return value ?? '';
  const fields: Env = { 'status.podIP': pod.address, 'metadata.name': pod.name, 'metadata.namespace': pod.namespace };
  const { secretKeyRef: key, fieldRef: field } = valueFrom;
  const found = key ? secrets[key.name]?.[key.key] : fields[field?.fieldPath];
  if (found === undefined) throw new Error(`${pod.name}: the test gives no value for ${name}, ${JSON.stringify(valueFrom)}`);
  return found;
}

/** A folder with these files. */
function folderOf(name: string, files: Env): string {
  const folder = scratchFolder(name);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

/** What there is below /etc: names are those of /etc/hosts, and a user has a name only where the image gives it one. */
function etc(image: Image, uid: number, gid: number): Env {
  const user = image.users?.[uid];
  const files = {
    passwd: `root:x:0:0:root:/root:/bin/sh\n${user ? `${user}:x:${uid}:${gid}:${user}:/:/bin/sh\n` : ''}`,
    group: `root:x:0:\n${user ? `${user}:x:${gid}:\n` : ''}`,
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
    'resolv.conf': '',
  };
  const folder = folderOf('etc', files);
  const mounted = Object.keys(files).map((name) => [`/etc/${name}`, join(folder, name)]);
  return { ...Object.fromEntries(mounted), '/etc/hosts': hostsFile() };
}
