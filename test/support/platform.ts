import { ApiObject, App } from 'cdk8s';
import { Construct } from 'constructs';
import { type PlatformContext, provideContext } from '../../lib/kube';

/** Any rendered object; tests look into it freely. */
export interface Rendered {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into rendered objects by path
  [field: string]: any;
}

/** A place for one component, with the context that a platform gives it. */
export function testScope(context: Partial<PlatformContext> = {}): Construct & { context: PlatformContext } {
  const scope = new Construct(new App(), 'test');
  const full: PlatformContext = {
    name: 'test',
    namespace: 'ai-agent-test',
    domain: 'agent.example.com',
    images: { digests: true },
    imagePullSecrets: [],
    timeZone: 'Etc/UTC',
    metrics: true,
    apiServer: { cidrs: ['10.0.0.1/32'], ports: [443, 6443] },
    secrets: new Map(),
    requirements: new Set(),
    approximations: new Set(),
    ...context,
  };
  provideContext(scope, full);
  return Object.assign(scope, { context: full });
}

/** Everything below a construct, as it will be written. */
export function rendered(root: Construct): Rendered[] {
  return root.node
    .findAll()
    .filter((node): node is ApiObject => node instanceof ApiObject)
    .map((object) => object.toJson());
}

/** The one object of a kind, or of a kind and name. */
export function find(objects: readonly Rendered[], kind: string, name?: string): Rendered {
  const found = objects.filter((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
  if (found.length !== 1)
    throw new Error(`${found.length} objects are a ${kind} ${name ?? ''}: ${objects.map((o) => `${o.kind}/${o.metadata.name}`).join(' ')}`);
  return found[0] as Rendered;
}

/** The pod template of a workload of any kind. */
export function podSpec(object: Rendered): Rendered['spec'] {
  return (object.kind === 'CronJob' ? object.spec.jobTemplate : object).spec.template.spec;
}
