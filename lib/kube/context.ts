import type { Construct } from 'constructs';

const KEY = 'cdk8s-ai-agent.platform';

/**
 * A Secret that the platform needs. Values are never rendered: either the bootstrap Job makes the Secret from the
 * templates, or the user does.
 */
export interface SecretNeed {
  /** Name of the Secret. */
  readonly name: string;
  /**
   * Keys and how the bootstrap Job fills them: `{random}` is 40 fresh alphanumeric characters, `{key}` the value of an
   * earlier key. Without a template the value can only come from the user.
   */
  readonly keys: Readonly<Record<string, string | undefined>>;
}

/** What every component knows of the platform that it belongs to. */
export interface PlatformContext {
  /** Name of the platform; value of `app.kubernetes.io/part-of`. */
  readonly name: string;
  /** Namespace of everything that is not cluster-wide. */
  readonly namespace: string;
  /** Host name of the platform, if it has one. */
  readonly domain?: string;
  /** Names of Secrets for image registries. */
  readonly imagePullSecrets: readonly string[];
  /** Time zone of every schedule. */
  readonly timeZone: string;
  /** Whether something scrapes the platform: exporters run only then. */
  readonly metrics: boolean;
  /** Secrets that components asked for, by name. */
  readonly secrets: Map<string, SecretNeed>;
  /** What the cluster must bring, for the closing summary. */
  readonly requirements: Set<string>;
  /** What is rendered in the nearest form only, for the closing summary. */
  readonly approximations: Set<string>;
}

/** Makes a context known to everything below `scope`. */
export function provideContext(scope: Construct, context: PlatformContext): void {
  scope.node.setContext(KEY, context);
}

/**
 * The context of the platform that `scope` stands in.
 *
 * @throws Error if `scope` is not inside an AgentPlatform
 */
export function contextOf(scope: Construct): PlatformContext {
  const context: PlatformContext | undefined = scope.node.tryGetContext(KEY);
  if (!context) throw new Error(`${scope.node.path}: expected to stand inside an AgentPlatform; make it a child of one`);
  return context;
}

/** Registers a Secret that the platform needs; asking twice for the same Secret adds its keys. */
export function needSecret(context: PlatformContext, need: SecretNeed): void {
  const { name } = need;
  const entries = [...Object.entries(context.secrets.get(name)?.keys ?? {}), ...Object.entries(need.keys)];
  const made = Object.fromEntries(entries.filter(([, template]) => template !== undefined));
  // a mere reference to a key takes neither its template nor its place away
  const referred = Object.fromEntries(entries.filter(([key]) => !(key in made)));
  context.secrets.set(name, { name, keys: { ...made, ...referred } });
}
