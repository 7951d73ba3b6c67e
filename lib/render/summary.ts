import { bytes, cores, footprint, imagesOf, type SecretNeed } from '../kube';
import type { AgentPlatform } from '../platform';
import type { Files } from './files';

/** What an operator wants to know after a synth: size, what the cluster must bring, what is left to do. */
export function summary(platform: AgentPlatform, folder: string, files: Files): string {
  const objects = [...files.values()].reduce((sum, content) => sum + content.split('\n---\n').length, 0);
  const least = footprint(platform, { at: 'min' });
  const most = footprint(platform, { at: 'max' });
  const range = (low: string, high: string) => (low === high ? low : `${low} to ${high}`);
  const { requirements, approximations, namespace, images } = platform.context;
  const commands = platform.userSecrets.map((need) => secretCommand(need, namespace));
  const unsaved = { 'volumes of': platform.withoutBackup, Secrets: platform.generatedSecrets.map(({ name }) => name) };
  const byTag = imagesOf(platform).flatMap(({ to }) => (to.includes('@') ? [] : to));
  return [
    `${folder}: ${objects} objects in ${files.size} files`,
    `  pods ${range(String(least.pods), String(most.pods))}, ` +
      `CPU ${range(cores(least.cpu), cores(most.cpu))}, ` +
      `memory ${range(bytes(least.memory), bytes(most.memory))}, storage ${bytes(most.storage)}`,
    ...section('the cluster must bring', [...requirements].sort()),
    ...section('Secrets to create first', commands),
    ...section(
      'in no backup: keep a copy yourself',
      Object.entries(unsaved).flatMap(([what, names]) => (names.length > 0 ? `${what} ${names.sort().join(', ')}` : [])),
    ),
    // where digests are off, it was said on purpose
    ...section('images by tag alone: tags can be moved', images.digests ? byTag : []),
    ...section('approximations', [...approximations].sort()),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}:`, ...lines.map((line) => `    - ${line}`)];
}

function secretCommand({ name, keys: templates }: SecretNeed, namespace: string): string {
  const keys = Object.keys(templates);
  const create = `kubectl -n ${namespace} create secret`;
  if (keys.includes('.dockerconfigjson'))
    return `${create} docker-registry ${name} --docker-server=... --docker-username=... --docker-password=...`;
  if (keys.includes('tls.crt')) return `${create} tls ${name} --cert=FILE --key=FILE`;
  return `${create} generic ${name} ${keys.map((key) => `--from-file=${key}=FILE`).join(' ')}`;
}
