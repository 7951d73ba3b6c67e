import { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import { contentHash } from './component';
import { amount, type QuantityText, quantity } from './quantity';

/** Something that containers mount, with what it is in a pod. Pods take their volumes from the mounts: none can dangle. */
export type Volume = { readonly name: string; readonly source?: Omit<k8s.Volume, 'name'> } & (
  | { readonly kind: 'scratch'; readonly disk: number; readonly reserve?: boolean }
  | { readonly kind: 'claimTemplate'; readonly claim: ClaimOptions }
  | { readonly kind: 'claim'; readonly claimName: string }
  | { readonly kind: 'files' }
);

/** What a volume claim asks for, by default of the cluster's default class, for one node (ReadWriteOnce). */
export interface ClaimOptions {
  readonly storage: QuantityText;
  readonly storageClass?: string;
  readonly accessMode?: 'ReadWriteOnce' | 'ReadWriteMany';
}

/** An empty folder that lives as long as the pod, on its node; reserved, the pod goes to a node that has the room, and waits for one. */
export function scratch(name: string, size: QuantityText, { reserve = false }: { readonly reserve?: boolean } = {}): Volume {
  return { kind: 'scratch', name, disk: amount(size), reserve, source: { emptyDir: { sizeLimit: quantity(size) } } };
}

/** As {@link scratch}, in memory: its content counts against the memory limit of whoever writes it. */
export function memory(name: string, size: QuantityText): Volume {
  return { kind: 'scratch', name, disk: 0, source: { emptyDir: { sizeLimit: quantity(size), medium: 'Memory' } } };
}

/** A claim of its own for each pod of a StatefulSet. */
export const claimTemplate = (name: string, claim: ClaimOptions): Volume => ({ kind: 'claimTemplate', name, claim });

/** A claim that exists as an object. */
export function existingClaim(name: string, claimName: string, readOnly = false): Volume {
  return { kind: 'claim', name, claimName, source: { persistentVolumeClaim: { claimName, readOnly: readOnly || undefined } } };
}

/** Keys of a Secret, by default all that it has, as files, for the pod's group (fsGroup) only. The Secret must be known to the platform (`needSecret`). */
export function secretFiles(name: string, secretName: string, keys?: readonly string[]): Volume {
  const items = keys?.map((key) => ({ key, path: key }));
  return { kind: 'files', name, source: { secret: { secretName, defaultMode: 0o440, items } } };
}

/** Files in an immutable ConfigMap named after its content: a change makes a new one and rolls the pods; old pods keep the old one. */
export function configFiles(
  scope: Construct,
  name: string,
  files: Readonly<Record<string, string>>,
  { executable = false }: { readonly executable?: boolean } = {},
): Volume {
  const configMap = `${name}-${contentHash(JSON.stringify(Object.entries(files).sort()))}`;
  new k8s.KubeConfigMap(scope, `${name}-files`, { metadata: { name: configMap }, immutable: true, data: files });
  return { kind: 'files', name, source: { configMap: { name: configMap, defaultMode: executable ? 0o555 : 0o444 } } };
}

/** Asks GitOps tools for a confirmation before data goes (Argo CD sync options, Flux kustomize-controller). */
export const KEEP = {
  'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
};

/** A PersistentVolumeClaim as an object of its own, kept when GitOps tools prune. */
export class Claim extends Construct {
  constructor(
    scope: Construct,
    name: string,
    readonly options: ClaimOptions,
  ) {
    super(scope, `${name}-claim`);
    new k8s.KubePersistentVolumeClaim(this, 'claim', { metadata: { name, annotations: KEEP }, spec: claimSpec(options) });
  }
}

/** @internal */
export function claimSpec({ accessMode = 'ReadWriteOnce', storageClass, storage }: ClaimOptions): k8s.PersistentVolumeClaimSpec {
  return { accessModes: [accessMode], storageClassName: storageClass, resources: { requests: { storage: quantity(storage) } } };
}
