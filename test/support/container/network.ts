import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rendered } from '../platform';
import { scratchFolder } from './scratch';

/** Pods of different test runs on one machine do not meet. */
const NET = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
let last = 1;
let file: string | undefined;
const names = new Map<string, readonly string[]>();

/** An address of this machine that no other pod of this test file has. */
export function newAddress(): string {
  last = (last % 254) + 1;
  return `${NET}.${last}`;
}

/** The file /etc/hosts of all pods; names change in it while they run. */
export function hostsFile(): string {
  file ??= join(scratchFolder('network'), 'hosts');
  // written in place: it is mounted
  writeFileSync(file, [...names].map(([address, hosts]) => `${address} ${hosts.join(' ')}\n`).join(''));
  return file;
}

/** Makes names lead to an address, as the cluster's DNS does; without names, it is known by none. */
export function nameAddress(address: string, hosts: readonly string[]): void {
  if (hosts.length > 0) names.set(address, hosts);
  else names.delete(address);
  hostsFile();
}

/** Names of a pod: its own below the headless Service, and those of the Services that select it. */
export function namesOf(pod: string, { metadata, spec }: Rendered, objects: readonly Rendered[]): string[] {
  const { serviceName, template, jobTemplate } = spec;
  const { labels } = (template ?? jobTemplate.spec.template).metadata;
  const selecting = objects.filter(
    ({ kind, spec }) => kind === 'Service' && Object.entries(spec.selector).every(([label, value]) => labels[label] === value),
  );
  const short = [...selecting.map(({ metadata }) => metadata.name), ...(serviceName ? [`${pod}.${serviceName}`] : [])];
  const { namespace = 'default' } = metadata;
  return short.flatMap((name) => ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map((end) => name + end));
}
