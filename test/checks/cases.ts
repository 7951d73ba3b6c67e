import { ApiObject } from 'cdk8s';
import { findings, type PlatformObject } from '../../lib/checks';
import type { Rendered } from '../support/platform';
import { soundPlatform } from './sound-platform';

/** Where the pods and the main container of a Deployment or StatefulSet stand, and those of a CronJob. */
export const POD = 'spec.template.spec';
export const CONTAINER = `${POD}.containers.0`;
export const JOB_POD = 'spec.jobTemplate.spec.template.spec';
export const JOB_CONTAINER = `${JOB_POD}.containers.0`;

/** A sound platform that is rendered, and may be changed before it is checked. */
export class Platform {
  private readonly scope = soundPlatform();
  readonly context = this.scope.context;
  readonly objects: (PlatformObject & { json: Rendered })[] = this.scope.node
    .findAll()
    .filter((node): node is ApiObject => node instanceof ApiObject)
    .map((node) => ({ path: node.node.path, scope: node.node.scope, file: '', json: structuredClone(node.toJson()) as Rendered }));

  get(kind: string, name: string): Rendered {
    const found = this.objects.find(({ json }) => json.kind === kind && json.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name} among ${this.objects.map(({ path }) => path).join(', ')}`);
    return found.json;
  }

  /** The first container of a Deployment or StatefulSet. */
  container(kind: string, name: string): Rendered['spec'] {
    return this.get(kind, name).spec.template.spec.containers[0];
  }

  /** Sets what stands at a dotted path of an object; undefined takes it away. */
  set(kind: string, name: string, path: string, value: unknown): void {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<object>((object, key) => Reflect.get(object, key), this.get(kind, name));
    if (value === undefined) Reflect.deleteProperty(parent, last);
    else Reflect.set(parent, last, value);
  }

  add(json: Omit<Rendered, 'metadata'> & { metadata: { name: string; namespace?: string } }): void {
    const metadata = { namespace: this.context.namespace, ...json.metadata };
    this.objects.push({ path: `test/extra/${metadata.name}`, file: '', json: { ...json, metadata } as Rendered });
  }

  /** Takes the first object of a kind away. */
  remove(kind: string): void {
    const index = this.objects.findIndex(({ json }) => json.kind === kind);
    this.objects.splice(index, 1);
  }

  findings(): string[] {
    return findings(this.objects, this.context);
  }
}

/** What is done to a sound platform, and what is then found: nothing, if it is allowed. */
export type Case = readonly [what: string, change: (platform: Platform) => void, ...found: string[]];

/** One test for each case. */
export function testCases(cases: readonly Case[]): void {
  for (const [what, change, ...found] of cases)
    test(what, () => {
      const platform = new Platform();
      change(platform);
      expect(platform.findings()).toEqual(found);
    });
}
