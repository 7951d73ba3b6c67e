import { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import { contentHash } from './names';
import { type QuantityText, quantity } from './quantity';

/** Something that containers mount. Pods take their volumes from the mounts, so that none can dangle. */
export type Volume =
  | { readonly kind: 'scratch'; readonly name: string; readonly size: QuantityText; readonly memory: boolean }
  | { readonly kind: 'claimTemplate'; readonly name: string; readonly claim: ClaimOptions }
  | { readonly kind: 'claim'; readonly name: string; readonly claimName: string; readonly readOnly: boolean }
  | { readonly kind: 'config'; readonly name: string; readonly configMap: string; readonly executable: boolean }
  | { readonly kind: 'secret'; readonly name: string; readonly secret: string; readonly keys: readonly string[] };

/** What a volume claim asks for. */
export interface ClaimOptions {
  /** Size of the volume. */
  readonly storage: QuantityText;
  /** StorageClass. @default - the cluster's default class */
  readonly storageClass?: string;
  /** Access mode. @default ReadWriteOnce */
  readonly accessMode?: 'ReadWriteOnce' | 'ReadWriteMany';
}

/** An empty folder that lives as long as the pod. */
export function scratch(name: string, size: QuantityText): Volume {
  return { kind: 'scratch', name, size, memory: false };
}

/** As {@link scratch}, in memory: its content counts against the memory limit of whoever writes it. */
export function memory(name: string, size: QuantityText): Volume {
  return { kind: 'scratch', name, size, memory: true };
}

/** A claim of its own for each pod of a StatefulSet. */
export function claimTemplate(name: string, claim: ClaimOptions): Volume {
  return { kind: 'claimTemplate', name, claim };
}

/** A claim that exists as an object. */
export function existingClaim(name: string, claimName: string, readOnly = false): Volume {
  return { kind: 'claim', name, claimName, readOnly };
}

/** Keys of a Secret as files. The Secret must be known to the platform (`needSecret`). */
export function secretFiles(name: string, secret: string, keys: readonly string[]): Volume {
  return { kind: 'secret', name, secret, keys };
}

/**
 * Files in an immutable ConfigMap that is named after its content: a changed file makes a new name, and the new name
 * rolls the pods that mount it, while pods of the old revision keep the old content.
 *
 * @param scope the component
 * @param name start of the ConfigMap's name, and name of the volume
 * @param files file names and contents
 * @param options executable: whether the files are scripts
 */
export function configFiles(
  scope: Construct,
  name: string,
  files: Readonly<Record<string, string>>,
  options: { readonly executable?: boolean } = {},
): Volume {
  const configMap = `${name}-${contentHash(JSON.stringify(Object.entries(files).sort()))}`;
  new k8s.KubeConfigMap(scope, `${name}-files`, { metadata: { name: configMap }, immutable: true, data: { ...files } });
  return { kind: 'config', name, configMap, executable: options.executable ?? false };
}

/** A PersistentVolumeClaim as an object of its own, kept when GitOps tools prune. */
export class Claim extends Construct {
  /** What it asks for. */
  readonly options: ClaimOptions;

  constructor(scope: Construct, name: string, options: ClaimOptions) {
    super(scope, `${name}-claim`);
    this.options = options;
    new k8s.KubePersistentVolumeClaim(this, 'claim', {
      metadata: { name, annotations: KEEP },
      spec: claimSpec(options),
    });
  }
}

/** Asks GitOps tools for a confirmation before data goes (Argo CD sync options, Flux kustomize-controller). */
export const KEEP = {
  'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
};

/** @internal */
export function claimSpec(options: ClaimOptions): k8s.PersistentVolumeClaimSpec {
  return {
    accessModes: [options.accessMode ?? 'ReadWriteOnce'],
    storageClassName: options.storageClass,
    resources: { requests: { storage: quantity(options.storage) } },
  };
}

/** @internal */
export function podVolume(volume: Volume): k8s.Volume | undefined {
  const { name } = volume;
  switch (volume.kind) {
    case 'scratch':
      return { name, emptyDir: { sizeLimit: quantity(volume.size), medium: volume.memory ? 'Memory' : undefined } };
    case 'claimTemplate':
      return undefined;
    case 'claim':
      return { name, persistentVolumeClaim: { claimName: volume.claimName, readOnly: volume.readOnly || undefined } };
    case 'config':
      return { name, configMap: { name: volume.configMap, defaultMode: volume.executable ? 0o555 : 0o444 } };
    case 'secret':
      // 0440: readable by the pod's group (fsGroup) only
      return {
        name,
        secret: {
          secretName: volume.secret,
          defaultMode: 0o440,
          items: volume.keys.map((key) => ({ key, path: key })),
        },
      };
  }
}
