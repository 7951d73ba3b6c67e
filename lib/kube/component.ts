import { createHash } from 'node:crypto';
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ImageOptions } from './images';

/** The labels of every object. Selectors use `name` and `component` only: they never change between versions. */
export const LABEL = {
  name: 'app.kubernetes.io/name',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;
const MANAGED_BY = 'cdk8s-ai-agent';
/** Label that the API server puts on every namespace: its own name. */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/** Eight hexadecimal characters that stand for a content: the same on every machine. */
export const contentHash = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 8);

/** A Secret that the platform needs. Values are never rendered: the bootstrap Job makes them from templates, or the user. */
export interface SecretNeed {
  readonly name: string;
  /** Templates: `{random}` is 40 fresh letters and digits, `{fernet}` a fresh Fernet key, `{key}` an earlier key's value; none: the user's to give. */
  readonly keys: Readonly<Record<string, string | undefined>>;
  /** Operator that makes it. */
  readonly by?: string;
}

/** What every component knows of the platform that it belongs to. */
export interface PlatformContext {
  /** Value of `app.kubernetes.io/part-of`. */
  readonly name: string;
  /** Namespace of everything that is not cluster-wide. */
  readonly namespace: string;
  readonly domain?: string;
  readonly images: ImageOptions;
  readonly imagePullSecrets: readonly string[];
  readonly timeZone: string;
  /** Whether something scrapes the platform: exporters run only then. */
  readonly metrics: boolean;
  /** Where pods find the API server. */
  readonly apiServer: { readonly cidrs: readonly string[]; readonly ports: readonly number[] };
  /** Secrets that components asked for, by name. */
  readonly secrets: Map<string, SecretNeed>;
  /** What the cluster must bring, and what is rendered in the nearest form only: for the closing summary. */
  readonly requirements: Set<string>;
  readonly approximations: Set<string>;
}

const KEY = 'cdk8s-ai-agent.platform';

/** Makes a context known to everything below `scope`. */
export const provideContext = (scope: Construct, context: PlatformContext): void => scope.node.setContext(KEY, context);

/** The context of the platform that `scope` stands in. @throws Error if it stands in none */
export function contextOf(scope: Construct): PlatformContext {
  const context: PlatformContext | undefined = scope.node.tryGetContext(KEY);
  if (!context) throw new Error(`${scope.node.path}: expected to stand inside an AgentPlatform; make it a child of one`);
  return context;
}

/** Registers a Secret that the platform needs; asking twice for the same Secret adds its keys. */
export function needSecret({ secrets }: PlatformContext, { name, keys, ...need }: SecretNeed): void {
  const entries = [...Object.entries(secrets.get(name)?.keys ?? {}), ...Object.entries(keys)];
  const made = Object.fromEntries(entries.filter(([, template]) => template !== undefined));
  // a mere reference to a key takes neither its template nor its place away
  secrets.set(name, {
    ...secrets.get(name),
    ...need,
    name,
    keys: { ...made, ...Object.fromEntries(entries.filter(([key]) => !(key in made))) },
  });
}

/** Where a component's file stands in `dist`. Fixed by the library: a new component renames no other file. */
export const ORDER = {
  namespace: '00',
  secrets: '10',
  agent: '40',
  edge: '50',
  backup: '60',
  observability: '70',
} as const;

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
/** A place of {@link ORDER}, or between those of secrets and agents one that a kind of store has for itself. */
export type Order = keyof typeof ORDER | `${2 | 3}${Digit}`;

/** One part of the platform: a Chart, and so one file. Its id is the name of the file and of its main objects. */
export class Component extends Chart {
  /** What the component knows of its platform. */
  readonly context: PlatformContext;
  /** Name of the component's file, such as `20-postgres.yaml`. */
  readonly file: string;

  /** Chart answers `instanceof` for every chart alike, which makes each of our classes look like all of them. */
  static override [Symbol.hasInstance] = Function.prototype[Symbol.hasInstance] as (typeof Chart)[typeof Symbol.hasInstance];

  constructor(scope: Construct, id: string, { order }: { readonly order: Order }) {
    const context = contextOf(scope);
    const labels = { [LABEL.partOf]: context.name, [LABEL.managedBy]: MANAGED_BY };
    super(scope, id, { namespace: context.namespace, disableResourceNameHashes: true, labels });
    this.context = context;
    const places: Readonly<Record<string, string>> = ORDER;
    this.file = `${places[order] ?? order}-${id}.yaml`;
  }

  /** Adds what only the finished graph can tell. Called once, when the platform is complete. */
  complete(): void {}
}
