import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep } from '../../support/figures';

/** Whether a cluster was given, and where the environments are rendered (support/setup.ts). */
export const E2E: { readonly dist: string } | undefined = process.env.E2E ? JSON.parse(process.env.E2E) : undefined;

export const NAMESPACE = 'ai-agent-e2e';
/** Stands for the edge controller's: only from there agents are reached. */
export const EDGE = 'e2e-edge';
/** Its agent, for those who may reach it. */
export const AGENT = `http://agent.${NAMESPACE}:8501`;
/** A pod that is root on the node: kills processes, and stands for addresses outside. */
export const SURGERY = 'e2e-node';

export interface Condition {
  readonly type: string;
  readonly status: string;
}
export interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly containerID?: string;
  readonly lastState: { readonly terminated?: { readonly reason: string; readonly exitCode: number } };
}
export interface KubeObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly currentReplicas?: number;
  };
}

/** Keeps a figure for docs/reliability.md (support/teardown.ts). */
export function figure(what: string, value: string): void {
  keep(join(E2E?.dist ?? '', '../figures.jsonl'), what, value);
}

/** Runs kubectl for its output; anything but success is an error that shows what it said. */
export function kubectl(args: readonly string[], stdin = ''): string {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { input: stdin, encoding: 'utf8', timeout: 240_000, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: exit ${status}\n${stderr || stdout}`);
  return stdout;
}

/** The items of a `kubectl get`. */
export const get = <T = KubeObject>(...args: readonly string[]): T[] => JSON.parse(kubectl(['get', ...args, '-o', 'json'])).items;

export const apply = (folder: string): string => kubectl(['apply', '--server-side', '-f', folder]);

/** Deletes namespaces; their pods are gone when this returns, without the time that they are given otherwise. */
export function remove(...namespaces: readonly string[]): void {
  kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', ...namespaces]);
  for (const namespace of namespaces) kubectl(['delete', 'pod', '-n', namespace, '--all', '--grace-period=1', '--wait']);
}

/** Renders an environment file into a folder of its own, and gives where its files are. */
export function render(file: string): string {
  const dist = mkdtempSync(join(tmpdir(), 'e2e-dist-'));
  const synth = spawnSync(process.execPath, ['build/main.js', 'synth', file, '--out', dist], { encoding: 'utf8' });
  if (synth.status !== 0) throw new Error(`synth: exit ${synth.status}\n${synth.stderr}`);
  return join(dist, readdirSync(dist)[0] ?? '');
}

export const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Asks until nothing is missing; gives the seconds that it took. */
export async function eventually(seconds: number, missing: () => readonly string[] | Promise<readonly string[]>): Promise<number> {
  const begin = Date.now();
  for (;;) {
    const left = await missing();
    const took = Math.round((Date.now() - begin) / 1000);
    if (left.length === 0) return took;
    if (took > seconds) throw new Error(`still missing after ${seconds} s:\n${left.join('\n')}`);
    await sleep(1);
  }
}

const isReady = ({ status }: KubeObject) => status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

interface Owned extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status: KubeObject['status'] & {
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly succeeded?: number;
  };
}

/** What of a namespace is not as it should be: pods that do not serve, workloads with too few of them, Jobs that did not end. */
export function unsettled(namespace: string): string[] {
  // one question: this is asked every second
  const all = get<Owned>('pod,deployment,statefulset,job', '-n', namespace);
  const of = (kind: RegExp) => all.filter((object) => kind.test(object.kind));
  const pods = of(/^Pod$/).filter(({ status, metadata }) => status.phase !== 'Succeeded' && metadata.labels?.probe !== 'network');
  return [
    ...pods.filter((pod) => !isReady(pod) || pod.metadata.deletionTimestamp).map(({ metadata }) => `pod ${metadata.name} is not Ready`),
    ...of(/^(Deployment|StatefulSet)$/)
      .filter(({ spec, status }) => status.readyReplicas !== spec.replicas || status.updatedReplicas !== spec.replicas)
      .map(({ kind, metadata, spec, status }) => `${kind} ${metadata.name}: ${status.readyReplicas ?? 0} of ${spec.replicas} ready`),
    ...of(/^Job$/)
      .filter(({ status }) => !status.succeeded)
      .map(({ metadata }) => `Job ${metadata.name} has not succeeded`),
  ];
}

/** Waits until a namespace has come to rest. */
export const settled = (namespace: string, seconds: number) => eventually(seconds, () => unsettled(namespace));

/** One of the scripts beside the tests. */
export const script = (name: string) => readFileSync(join(__dirname, '../scripts', name), 'utf8');

/** Runs a Python script in a pod, and gives what it printed as JSON. */
export function python<T>(namespace: string, pod: string, name: string, ...args: readonly string[]): T {
  return JSON.parse(kubectl(['exec', '-i', '-n', namespace, pod, '--', 'python3', '-', ...args], script(name)));
}

/** A script that runs while the test goes on. */
export interface Meanwhile<T> {
  /** What it printed, when it has ended by itself. */
  readonly outcome: Promise<T>;
  /** Ends its standard input, which some of them take for the end, and gives what it printed. */
  end(): Promise<T>;
}

/** As {@link python}, while the test goes on. */
export function pythonMeanwhile<T>(namespace: string, pod: string, name: string, ...args: readonly string[]): Meanwhile<T> {
  const child = spawn('kubectl', ['exec', '-i', '-n', namespace, pod, '--', 'python3', '-c', script(name), ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const outcome = new Promise<T>((resolve, reject) => {
    child.once('close', (code) => {
      // some have nothing to say
      if (code === 0) resolve(JSON.parse(stdout || 'null'));
      else reject(new Error(`${name}: exit ${code}\n${stderr}`));
    });
  });
  // a test that fails before it asks has its own error to tell
  outcome.catch(() => undefined);
  return {
    outcome,
    end: () => {
      child.stdin.end();
      return outcome;
    },
  };
}

interface Load {
  readonly requests: number;
  readonly failures: readonly { readonly at: string; readonly problem: string }[];
  /** Seconds. */
  readonly slowest: number;
}

/**
 * Clients at the edge's place that ask until they are told to end; each waits for so many seconds between two requests.
 * They ask the agent's Service, or an edge controller for a name, over TLS.
 */
export function load(path: string, clients: number, pause = 0, behind?: { host: string; name: string }): Meanwhile<Load> {
  const [host, port] = behind ? [behind.host, '443'] : [`agent.${NAMESPACE}`, '8501'];
  const name = behind ? [behind.name] : [];
  return pythonMeanwhile(EDGE, 'client', 'load.py', host, port, path, String(clients), String(pause), ...name);
}

/** The agent's pods that are not about to go. */
export const agents = <T extends KubeObject = KubeObject>() =>
  get<T>('pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=agent').filter(({ metadata }) => !metadata.deletionTimestamp);
