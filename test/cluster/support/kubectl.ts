import { spawnSync } from 'node:child_process';

export interface KubectlResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test needs to reach the API server, whether the suite started it or was given it. */
export interface ClusterAccess {
  /** Started by this run: without a kubelet, so pods are admitted but never run. */
  readonly own: boolean;
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly server: string;
  readonly caFile: string;
  /** kubectl's discovery cache: a folder of this run, because a port may be used again by another server. */
  readonly cacheDir: string;
}

export class Cluster {
  constructor(readonly access: ClusterAccess) {}

  get server(): string {
    return this.access.server;
  }

  get caFile(): string {
    return this.access.caFile;
  }

  /** Runs kubectl and returns whatever came of it. */
  kubectl(args: readonly string[], stdin?: string): KubectlResult {
    const { kubectl, kubeconfig, cacheDir } = this.access;
    const { status, stdout, stderr, error } = spawnSync(kubectl, ['--kubeconfig', kubeconfig, '--cache-dir', cacheDir, ...args], {
      input: stdin ?? '',
      encoding: 'utf8',
      timeout: 120_000,
      maxBuffer: 256 << 20,
    });
    return { status: status ?? 1, stdout, stderr: error ? `${stderr}\n${error.message}` : stderr };
  }

  /** Runs kubectl for its output; anything but success is an error that shows what kubectl said. */
  run(args: readonly string[], stdin?: string): string {
    const { status, stdout, stderr } = this.kubectl(args, stdin);
    if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: exit ${status}\n${stderr || stdout}`);
    return stdout;
  }

  /** The items of a `kubectl get`, as JSON. */
  items<T>(args: readonly string[]): T[] {
    const answer = JSON.parse(this.run(['get', ...args, '-o', 'json'])) as { kind: string; items?: T[] };
    return answer.items ?? [answer as T];
  }
}

/** Asks again and again until the answer is empty: what is still missing, in words, is the error in the end. */
export async function eventually(seconds: number, missing: () => string[]): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const left = missing();
    if (left.length === 0) return;
    if (Date.now() > end) throw new Error(`still missing after ${seconds}s:\n${left.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
