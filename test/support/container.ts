import { setImmediate } from 'node:timers/promises';
import { type Image, imageOf } from './container/images';
import { peakWhile, sizeOf } from './container/memory';
import { nameAddress, namesOf, newAddress } from './container/network';
import { type Answer, ask } from './container/probe';
import { type Ended, Process } from './container/process';
import { here, sandboxOf } from './container/sandbox';
import { removeScratch, scratchFolder } from './container/scratch';
import { type Secrets, Volumes } from './container/volumes';
import { find, podSpec, type Rendered } from './platform';
import { eventually } from './services';

/** A pod that is to run. */
export interface PodOptions {
  /** Everything that a component renders: the workload, its ConfigMaps and Services. */
  readonly objects: readonly Rendered[];
  /** Name of the StatefulSet, Deployment, Job or CronJob. */
  readonly workload: string;
  /** Which pod of a StatefulSet. @default 0 */
  readonly ordinal?: number;
  /** Values of the Secrets that it refers to. */
  readonly secrets?: Secrets;
  /** @default - a loopback address that no other pod has */
  readonly address?: string;
  /** Folder of the claims: given again, they have the data that was left there. @default - new ones */
  readonly claims?: string;
  /** Containers that run. @default - all whose image is known (container/images.ts), which exporters' are not */
  readonly containers?: readonly string[];
  /** Environment that is not rendered, by container: knobs of our own scripts that make a test quicker. */
  readonly env?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Images by the last word of their name, instead of or beside those of container/images.ts. */
  readonly images?: Readonly<Record<string, Image>>;
  /** Files of its ServiceAccount, token and ca.crt: where the pod may have a token, they are where the API server's admission puts them. */
  readonly account?: Readonly<Record<string, string>>;
  /** Folders of this machine with programs in their bin/, such as a virtual environment of Python: they are mounted read-only. */
  readonly programs?: readonly string[];
}

type ProbeKind = 'startup' | 'readiness' | 'liveness';

const WORKLOADS = ['StatefulSet', 'Deployment', 'Job', 'CronJob'];
const running = new Set<Pod>();

/** Ends every pod of this test file: for `afterEach`; after the last test it is called anyway. */
export async function endPods(): Promise<void> {
  await Promise.all([...running].map((pod) => pod.end()));
}
afterAll(async () => {
  await endPods();
  removeScratch();
});

/**
 * Runs a pod of a rendered workload as the kubelet would: command, args, environment, mounts at their paths, UID and GID,
 * a read-only tree, probes by exec inside of it. Servers are those of this machine. What differs from a node, and
 * nothing else does:
 *
 * - A pod has an own loopback address instead of an own network. `127.0.0.1` and `0.0.0.0` in commands, environment and
 *   ConfigMaps become that address, and a server that would listen on all is given an argument (images.ts: listen).
 * - Names of pods and Services lead to addresses by /etc/hosts, whether a pod is ready or not.
 * - Programs are Debian's; what an image's entrypoint does is told in images.ts.
 * - Limits of memory and disk are not enforced: {@link Pod.measured} tells what was used.
 *
 * Gives the pod when its init containers have ended and all others have started, ready or not.
 */
export async function start(options: PodOptions): Promise<Pod> {
  const pod = new Pod(options);
  running.add(pod);
  await pod.begin();
  return pod;
}

/** A running pod. Containers go by name; the first is the main one. */
export class Pod {
  readonly name: string;
  readonly address: string;
  readonly volumes: Volumes;
  readonly claims: string;
  readonly namespace: string;
  /** @internal */
  readonly spec: Rendered['spec'];
  private readonly workload: Rendered;
  private readonly processes = new Map<string, Process>();

  constructor(private readonly options: PodOptions) {
    const { objects, workload, ordinal = 0, address = newAddress(), claims = scratchFolder('claims') } = options;
    const kind = WORKLOADS.find((kind) => objects.some((object) => object.kind === kind && object.metadata.name === workload));
    this.workload = find(objects, kind ?? 'workload', workload);
    this.spec = podSpec(this.workload);
    this.name = kind === 'StatefulSet' ? `${workload}-${ordinal}` : `${workload}-x`;
    this.address = address;
    this.claims = claims;
    this.namespace = this.workload.metadata.namespace ?? 'default';
    const maps = objects.filter(({ kind }) => kind === 'ConfigMap').map((object) => ({ ...object, data: here(object.data, address) }));
    this.volumes = new Volumes(this.name, this.spec, this.workload.spec.volumeClaimTemplates ?? [], maps, claims);
    this.volumes.writeSecrets(options.secrets ?? {});
  }

  /** @internal */
  async begin(): Promise<void> {
    nameAddress(this.address, namesOf(this.name, this.workload, this.options.objects));
    // pods that are started at once have their names before any of them runs
    await setImmediate();
    for (const container of this.spec.initContainers ?? []) {
      const { status, stdout, stderr } = await this.run(container).end;
      if (status !== 0) throw new Error(`${this.name}: init container ${container.name} ended with ${status}\n${stdout}${stderr}`);
    }
    for (const container of this.chosen()) this.run(container);
  }

  /** What a container has said so far, since its last start. */
  log(container = this.main): string {
    return this.process(container).log;
  }

  /** How a container ends; Jobs do by themselves. */
  ended(container = this.main): Promise<Ended> {
    return this.process(container).end;
  }

  /** Runs a command in a container, for at most so many seconds. */
  exec(command: readonly string[], { container = this.main, seconds = 60 } = {}): Promise<Ended> {
    return this.process(container).exec(command, seconds);
  }

  /** Asks one of a container's probes once. @throws Error if it has none of that kind */
  async probe(kind: ProbeKind, container = this.main): Promise<Answer> {
    const { [`${kind}Probe`]: probe, ports } = this.container(container);
    if (!probe) throw new Error(`${this.name}: container ${container} has no ${kind}Probe`);
    return ask(probe, { address: this.address, ports, exec: (command, seconds) => this.exec(command, { container, seconds }) });
  }

  /** Waits until the startup and readiness probes of all its containers are content. @throws Error with the log if one ends, or after so many seconds */
  async ready(seconds = 60): Promise<void> {
    for (const { name, startupProbe, readinessProbe } of this.chosen()) {
      const healthy = async (kind: ProbeKind) => {
        const { ended, log } = this.process(name);
        if (ended) return ended;
        const { status, output } = await this.probe(kind, name);
        if (status !== 0) throw new Error(`${output}\n${log}`);
        return true;
      };
      for (const kind of [...(startupProbe ? ['startup' as const] : []), ...(readinessProbe ? ['readiness' as const] : [])]) {
        const outcome = await eventually(`${this.name}: ${kind} of ${name}`, () => healthy(kind), seconds);
        if (outcome !== true) throw new Error(`${this.name}: ${name} ended with ${outcome.status}\n${this.log(name)}`);
      }
      const { ended } = this.process(name);
      if (ended) throw new Error(`${this.name}: ${name} ended with ${ended.status}\n${this.log(name)}`);
    }
  }

  /** Sends the first process of a container a signal. With SIGKILL, gives when all of it is gone. */
  async kill(signal: NodeJS.Signals, container = this.main): Promise<void> {
    const process = this.process(container);
    await process.signal(signal);
    if (signal === 'SIGKILL') await process.end;
  }

  /** Starts a container that has ended once more, as the kubelet does: with the volumes as they are. */
  async restart(container = this.main): Promise<void> {
    await this.process(container).end;
    this.run(this.container(container));
  }

  /** Ends the pod as the kubelet does: preStop, the image's signal, the grace period, SIGKILL. Gives the exit status of each container. */
  async stop({ preStop = true } = {}): Promise<Readonly<Record<string, number>>> {
    const end = Date.now() + (this.spec.terminationGracePeriodSeconds ?? 30) * 1000;
    const statuses = this.chosen().map(async ({ name, image, lifecycle }) => {
      const process = this.process(name);
      const hook = lifecycle?.preStop?.exec?.command;
      if (hook && preStop) await this.exec(here(hook, this.address), { container: name, seconds: (end - Date.now()) / 1000 });
      await process.signal(imageOf(image, this.options.images)?.stopSignal ?? 'SIGTERM');
      const timer = setTimeout(() => process.kill(), end - Date.now());
      const { status } = await process.end;
      clearTimeout(timer);
      return [name, status] as const;
    });
    const outcome = Object.fromEntries(await Promise.all(statuses));
    await this.end();
    return outcome;
  }

  /** Ends it at once, as a lost node does. Its claims stay. */
  async end(): Promise<void> {
    await Promise.all([...this.processes.values()].map((process) => process.kill()));
    nameAddress(this.address, []);
    running.delete(this);
  }

  /** Changes the values of Secrets, as the kubelet shows them in mounted files. Environment keeps the old ones. */
  changeSecrets(secrets: Secrets): void {
    this.volumes.writeSecrets(secrets);
  }

  /** Command lines of all processes. */
  commandLines(): string[] {
    return [...this.processes.values()].flatMap((process) => process.processes().map(({ command }) => command.join(' ')));
  }

  /** Bytes that a container and the volumes in memory hold at this moment. */
  memory(container = this.main): number {
    return this.process(container).memory() + this.volumes.inMemory.reduce((sum, folder) => sum + sizeOf(folder), 0);
  }

  /** The most {@link memory} that a container had while something was done, looked at every 50 ms, and what came of it. */
  async measured<T>(work: () => Promise<T>, container = this.main): Promise<{ readonly peak: number; readonly outcome: T }> {
    return peakWhile(() => this.memory(container), work);
  }

  private get main(): string {
    return this.spec.containers[0].name;
  }

  private chosen(): Rendered['spec'][] {
    const { containers, images } = this.options;
    return this.spec.containers.filter(({ name, image }: Rendered['spec']) => containers?.includes(name) ?? imageOf(image, images));
  }

  private container(name: string): Rendered['spec'] {
    const found = this.spec.containers.find((container: Rendered['spec']) => container.name === name);
    if (!found) throw new Error(`${this.name} has no container ${name}`);
    return found;
  }

  private process(container: string): Process {
    const process = this.processes.get(container);
    if (!process) throw new Error(`${this.name}: container ${container} was not started`);
    return process;
  }

  private run(container: Rendered['spec']): Process {
    const process = new Process(sandboxOf(container, { ...this.options, pod: this }));
    this.processes.set(container.name, process);
    return process;
  }
}
