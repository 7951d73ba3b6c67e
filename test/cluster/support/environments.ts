import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Cluster } from './kubectl';
import type { TestCluster } from './setup';

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly managedFields?: readonly { readonly manager: string; readonly subresource?: string }[];
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}

/** A folder of rendered YAML, as an operator would apply it. */
export interface Environment {
  readonly name: string;
  readonly dir: string;
  readonly objects: readonly KubeObject[];
  readonly namespaces: readonly string[];
}

/** One block of tests for each rendered environment that qualifies, on a cluster that holds nothing else of ours. */
export function describeEnvironments(
  what: string,
  qualifies: (environment: Environment) => boolean,
  tests: (environment: Environment, cluster: Cluster) => void,
): void {
  const told = process.env.TEST_CLUSTER;
  if (!told) {
    test.skip(`tier cluster skipped: set KUBEBUILDER_ASSETS or KUBECONFIG (${what})`, () => undefined);
    return;
  }
  const { access, dist } = JSON.parse(told) as TestCluster;
  const cluster = new Cluster(access);
  const environments = readEnvironments(dist).filter(qualifies);
  test(`${what}: there are environments to try`, () => expect(environments).not.toEqual([]));
  describe.each(environments)(`${what}: $name`, (environment) => {
    afterAll(() => remove(cluster, environment));
    tests(environment, cluster);
  });
}

function readEnvironments(dist: string): Environment[] {
  return readdirSync(dist, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const dir = join(dist, name);
      const objects = readdirSync(dir)
        .filter((file) => file.endsWith('.yaml'))
        .flatMap((file) => parseAllDocuments(readFileSync(join(dir, file), 'utf8')))
        .map((document) => document.toJS() as KubeObject | null)
        .filter((object) => object !== null);
      const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
      return { name, dir, objects, namespaces };
    });
}

/** The environments that this run applied: the only ones it may delete, as KUBECONFIG may name a cluster in use. */
const ours = new Set<Environment>();

/** Starts the deletion of all that an environment put into the cluster: `makeRoom` waits for it. */
function remove(cluster: Cluster, environment: Environment): void {
  if (ours.delete(environment)) {
    cluster.run(['delete', '-f', `${environment.dir}/`, '--ignore-not-found', '--wait=false']);
  }
}

/** Waits until namespaces of an environment before are gone; what else is there already is not ours. */
function makeRoom(cluster: Cluster, { dir, namespaces }: Environment): void {
  const leaving = cluster
    .items<KubeObject & { status: { phase: string } }>(['namespaces'])
    .filter(({ metadata, status }) => status.phase === 'Terminating' && namespaces.includes(metadata.name))
    .map(({ metadata }) => `namespace/${metadata.name}`);
  if (leaving.length > 0) cluster.run(['wait', '--for=delete', '--timeout=90s', ...leaving]);
  const foreign = cluster.run(['get', '-f', `${dir}/`, '--ignore-not-found', '-o', 'name']);
  if (foreign) throw new Error(`not a throw-away cluster, it has already\n${foreign}`);
}

/** What came of an apply, the warnings of the API server apart. */
export interface Applied {
  readonly status: number;
  readonly warnings: string[];
  readonly errors: string[];
}

/** Applies the folder the way the README says. */
export function apply(cluster: Cluster, environment: Environment): Applied {
  if (!ours.has(environment)) {
    makeRoom(cluster, environment);
    ours.add(environment);
  }
  const { status, stderr } = cluster.kubectl(['apply', '--server-side', '-f', `${environment.dir}/`]);
  const lines = stderr.split('\n');
  return {
    status,
    warnings: lines.filter((line) => line.startsWith('Warning:')),
    errors: status === 0 ? [] : lines.filter((line) => line !== '' && !line.startsWith('Warning:')),
  };
}

/**
 * The applied objects by name, as far as an apply can change them. One that never has a status stands there with its
 * resourceVersion; controllers write the status of the others at any time, so that all but their status is compared.
 */
export function applied(cluster: Cluster, { dir }: Environment): Record<string, unknown> {
  const live = cluster.items<KubeObject & { status?: unknown }>(['-f', `${dir}/`, '--show-managed-fields']);
  return Object.fromEntries(
    live.map(({ status, ...object }) => {
      const { resourceVersion, managedFields, ...metadata } = object.metadata;
      const writers = managedFields?.filter(({ subresource }) => subresource !== 'status');
      const name = `${object.kind} ${metadata.namespace ?? ''}/${metadata.name}`;
      const version = status === undefined ? resourceVersion : undefined;
      return [name, { ...object, metadata: { ...metadata, version, writers } }];
    }),
  );
}
