import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { contextOf, type PlatformContext } from './context';
import { LABEL, MANAGED_BY } from './names';

/** Where a component's file stands in `dist`. Fixed by the library: a new component renames no other file. */
export const ORDER = {
  namespace: '00',
  secrets: '10',
  postgres: '20',
  redis: '21',
  memcached: '22',
  chroma: '23',
  minio: '24',
  agent: '40',
  edge: '50',
  backup: '60',
  observability: '70',
} as const;

/** Options of {@link Component}. */
export interface ComponentOptions {
  /** Which place the component's file has. */
  readonly order: keyof typeof ORDER;
}

/** One part of the platform: a Chart, and so one file. Its id is the name of the file and of its main objects. */
export class Component extends Chart {
  /** What the component knows of its platform. */
  readonly context: PlatformContext;
  /** Name of the component's file, such as `20-postgres.yaml`. */
  readonly file: string;

  /** Chart answers `instanceof` for every chart alike, which makes each of our classes look like all of them. */
  static override [Symbol.hasInstance](instance: unknown): instance is Chart {
    // biome-ignore lint/complexity/noThisInStatic: each subclass answers for itself
    return Function.prototype[Symbol.hasInstance].call(this, instance);
  }

  constructor(scope: Construct, id: string, options: ComponentOptions) {
    const context = contextOf(scope);
    super(scope, id, {
      namespace: context.namespace,
      disableResourceNameHashes: true,
      labels: { [LABEL.partOf]: context.name, [LABEL.managedBy]: MANAGED_BY },
    });
    this.context = context;
    this.file = `${ORDER[options.order]}-${id}.yaml`;
  }
}
