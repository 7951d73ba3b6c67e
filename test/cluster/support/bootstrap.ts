import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Account } from './account';
import type { KubeObject } from './environments';
import type { Cluster, KubectlResult } from './kubectl';

interface ConfigMap extends KubeObject {
  readonly data: Record<string, string>;
}

interface Job extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: {
          readonly command?: string[];
          readonly args?: string[];
          readonly env?: { readonly name: string; readonly value?: string }[];
          readonly volumeMounts?: { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
        }[];
        readonly volumes?: { readonly name: string; readonly configMap?: { readonly name: string } }[];
      };
    };
  };
}

export interface Secret extends KubeObject {
  readonly type: string;
  readonly data?: Record<string, string>;
}

export const isBootstrapJob = ({ kind, metadata }: KubeObject): boolean =>
  kind === 'Job' && metadata.labels?.['app.kubernetes.io/component'] === 'bootstrap';

/** The bootstrap Job of an environment, run from here instead of from a pod, with the rights it has there. */
export class Bootstrap {
  readonly namespace: string;
  private readonly dir = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  private readonly tokenFile = join(this.dir, 'token');
  readonly account: Account;

  constructor(
    private readonly cluster: Cluster,
    private readonly job: Job,
    private readonly configMaps: readonly ConfigMap[],
  ) {
    this.namespace = job.metadata.namespace ?? 'default';
    this.account = new Account(cluster, this.namespace, job.spec.template.spec.serviceAccountName);
    writeFileSync(this.tokenFile, this.account.token, { mode: 0o600 });
  }

  static of(cluster: Cluster, objects: readonly KubeObject[]): Bootstrap {
    const job = objects.find(isBootstrapJob) as Job;
    const configMaps = objects.filter(({ kind }) => kind === 'ConfigMap') as ConfigMap[];
    return new Bootstrap(cluster, job, configMaps);
  }

  /** Everything that is rendered about the secrets to make: no text in there is a secret. */
  get rendered(): string {
    return JSON.stringify([this.job, this.configMaps]);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Runs the container's command, its ConfigMaps mounted below a temp folder instead of at /. */
  run(): KubectlResult {
    const { containers, volumes = [] } = this.job.spec.template.spec;
    const container = containers[0];
    if (!container) throw new Error('the bootstrap Job has no container');
    const mounts = new Map<string, string>();
    for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
      const source = volumes.find((volume) => volume.name === name)?.configMap?.name;
      const data = this.configMaps.find(({ metadata }) => metadata.name === source)?.data;
      if (!data) continue;
      const mounted = join(this.dir, 'root', mountPath);
      mkdirSync(subPath ? dirname(mounted) : mounted, { recursive: true });
      for (const [file, text] of Object.entries(data)) {
        if (!subPath) writeFileSync(join(mounted, file), text);
        else if (file === subPath) writeFileSync(mounted, text);
      }
      mounts.set(mountPath, mounted);
    }
    const local = (text: string): string => text.replace(/[\w./-]+/g, (path) => moved(path, mounts));
    const [command = '', ...args] = [...(container.command ?? []), ...(container.args ?? [])].map(local);
    const env = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, local(value ?? '')]));
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: this.dir,
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        ...env,
        PATH: process.env.PATH,
        API: this.cluster.server,
        CA: this.cluster.caFile,
        TOKEN_FILE: this.tokenFile,
        NS: this.namespace,
      },
    });
    return { status: status ?? 1, stdout, stderr: error ? `${stderr}\n${error.message}` : stderr };
  }
}

/** A path of the container, in the temp folder if it is below one of the mounts. */
function moved(path: string, mounts: ReadonlyMap<string, string>): string {
  for (const [from, to] of mounts) {
    if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  return path;
}
