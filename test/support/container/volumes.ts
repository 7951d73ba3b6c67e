import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { find, type Rendered } from '../platform';
import { scratchFolder } from './scratch';

/** Values of Secrets by name and key. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

type Items = readonly { readonly key: string; readonly path: string; readonly mode?: number }[];

/** The folders on this machine that are the volumes of a pod. */
export class Volumes {
  private readonly folders = new Map<string, string>();
  /** Those of the pod that are in memory. */
  readonly inMemory: string[] = [];

  constructor(
    private readonly pod: string,
    private readonly spec: Rendered['spec'],
    templates: readonly Rendered[],
    private readonly objects: readonly Rendered[],
    /** Folder of the claims, which outlive the pod. */
    readonly claims: string,
  ) {
    for (const { metadata } of templates) this.folders.set(metadata.name, this.claim(`${metadata.name}-${pod}`));
    for (const volume of spec.volumes ?? []) this.folders.set(volume.name, this.make(volume));
  }

  /** The folder of a volume. @throws Error if the pod has none of that name */
  at(name: string): string {
    const folder = this.folders.get(name);
    if (!folder) throw new Error(`${this.pod} has no volume ${name}`);
    return folder;
  }

  /** Writes the keys of Secrets, anew where they are there already: as the kubelet, all of a volume at once. */
  writeSecrets(secrets: Secrets): void {
    for (const { name, secret } of this.spec.volumes ?? []) {
      if (!secret) continue;
      const values = secrets[secret.secretName];
      if (!values) throw new Error(`${this.pod} mounts the Secret ${secret.secretName}, which the test does not give`);
      writeFiles(this.at(name), secret.secretName, values, secret);
    }
  }

  private make({ name, emptyDir, configMap, persistentVolumeClaim, secret }: Rendered['spec']): string {
    if (persistentVolumeClaim) return this.claim(persistentVolumeClaim.claimName);
    if (emptyDir) {
      const folder = scratchFolder(name, emptyDir.medium === 'Memory' ? 'memory' : 'disk');
      if (emptyDir.medium === 'Memory') this.inMemory.push(folder);
      chmodSync(folder, 0o777);
      return folder;
    }
    if (!configMap && !secret) throw new Error(`${this.pod}: volume ${name} is of a kind that is not known here`);
    const folder = scratchFolder(name);
    chmodSync(folder, 0o755);
    if (configMap) writeFiles(folder, configMap.name, find(this.objects, 'ConfigMap', configMap.name).data, configMap);
    return folder;
  }

  /** As a new disk: with the folder that mkfs.ext4 makes. */
  private claim(name: string): string {
    const folder = join(this.claims, name);
    mkdirSync(join(folder, 'lost+found'), { recursive: true });
    chmodSync(folder, 0o2770);
    return folder;
  }
}

/** Files as the kubelet mounts them: links into a folder that is swapped as a whole. */
function writeFiles(
  folder: string,
  source: string,
  values: Readonly<Record<string, string>>,
  how: { items?: Items; defaultMode?: number },
) {
  const all = Object.keys(values).map((key) => ({ key, path: key, mode: undefined }));
  const data = mkdtempSync(join(folder, '..'.concat('data-')));
  chmodSync(data, 0o755);
  for (const { key, path, mode } of how.items ?? all) {
    const value = values[key];
    if (value === undefined) throw new Error(`${source} has no key ${key}`);
    writeFileSync(join(data, path), value);
    chmodSync(join(data, path), mode ?? how.defaultMode ?? 0o644);
    if (!existsSync(join(folder, path))) symlinkSync(`..data/${path}`, join(folder, path));
  }
  symlinkSync(basename(data), join(folder, '..new'));
  renameSync(join(folder, '..new'), join(folder, '..data'));
}
