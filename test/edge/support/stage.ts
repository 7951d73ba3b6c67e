import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlane } from '../../cluster/support/control-plane';
import { Cluster } from '../../cluster/support/kubectl';
import type { Context, Target } from '../targets/target';
import { certificate } from './certificate';

const { EDGE_ASSETS = '', KUBEBUILDER_ASSETS, ALONE } = process.env;
/** Whether the tier lacks what it needs. */
export const lacks = !EDGE_ASSETS || !KUBEBUILDER_ASSETS || ALONE !== 'yes';

/** What targets start on: an API server, and programs that end with it. */
export class Stage {
  readonly children: ChildProcess[] = [];
  readonly cluster: Cluster;
  private readonly folder = mkdtempSync(join(tmpdir(), 'edge-'));
  private readonly tls = certificate(this.folder);

  private constructor(private readonly plane: Awaited<ReturnType<typeof controlPlane>>) {
    this.cluster = new Cluster(plane.access);
    for (const file of ['traefik-crds.yml', 'envoy-gateway-crds.yml'])
      this.cluster.run(['apply', '--server-side', '-f', join(EDGE_ASSETS, file)]);
    // what a controller does not find when it starts, it may not look for again
    this.cluster.run(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  }

  static open = async (): Promise<Stage> => new Stage(await controlPlane(process.env));

  /** What a target starts from. */
  context({ number }: Target): Context {
    const folder = join(this.folder, String(number));
    mkdirSync(folder);
    const log = openSync(`${folder}.log`, 'w');
    const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: this.cluster.access.kubeconfig };
    const launch = (program: string, args: readonly string[]) => {
      const child = spawn(program, args, { env, stdio: ['ignore', log, log] });
      this.children.push(child);
      return child;
    };
    return { cluster: this.cluster, assets: EDGE_ASSETS, folder, tls: this.tls, launch, log: () => readFileSync(`${folder}.log`, 'utf8') };
  }

  /** Ends what was started on it. */
  clear(): void {
    for (const child of this.children.splice(0)) child.kill();
  }

  /** Ends all. */
  close(): void {
    this.clear();
    this.plane.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
