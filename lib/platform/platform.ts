import { ApiObject, Chart } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { Agent } from '../agent';
import { Backup } from '../backup';
import { findings, type PlatformObject } from '../checks';
import { type PlatformOptions, type PlatformProps, PlatformSchema } from '../config';
import { Edge } from '../edge';
import {
  type BackupSource,
  Component,
  footprint,
  needSecret,
  type PlatformContext,
  parse,
  provideContext,
  type SecretNeed,
  workloadsOf,
} from '../kube';
import { Observability } from '../observability';
import { Bootstrap, GuardRails, isGenerated } from '../security';
import { overcommitted } from './capacity';

/**
 * An AI agent platform in one namespace. Put stores and agents into it and connect them; edge, backup, monitoring,
 * Secrets, quota and network policies follow from what is there when it is rendered.
 *
 * ```ts
 * const platform = new AgentPlatform(app, 'production', { domain: 'agent.example.com' });
 * const agent = new Agent(platform, 'agent', { image: 'registry.example.com/ai-agent:1.4.2' });
 * agent.uses(new Postgres(platform, 'postgres', { storage: '50Gi' }));
 * ```
 *
 * @throws InvalidInput if an option is not as {@link PlatformSchema} says
 */
export class AgentPlatform extends Construct {
  /** What the platform was made with. */
  readonly options: PlatformOptions;
  /** What its components know of it. */
  readonly context: PlatformContext;

  constructor(scope: Construct, id: string, props: PlatformProps = {}) {
    super(scope, id);
    this.options = parse(PlatformSchema, props, this.node.path);
    this.context = {
      ...this.options,
      name: id,
      namespace: this.options.namespace ?? `ai-agent-${id}`,
      metrics: this.options.observability.provider !== 'none',
      apiServer: this.options.network.apiServer,
      secrets: new Map(),
      requirements: new Set(),
      approximations: new Set(),
    };
    provideContext(this, this.context);
    this.node.addValidation({ validate: () => this.problems(this.objects()) });
  }

  /** Agents in the platform. */
  get agents(): Agent[] {
    return this.node.children.filter((child): child is Agent => child instanceof Agent);
  }

  private get components(): Component[] {
    return this.node.children.filter((child): child is Component => child instanceof Component);
  }

  /**
   * Adds what only the finished graph can tell. Called by rendering, and by `app.synth()` through validation; nothing
   * can be added to the platform afterwards.
   */
  complete(): void {
    if (this.node.locked) return;
    const { context, agents } = this;
    const { edge, backup, observability, imagePullSecrets, secrets, network } = this.options;
    for (const component of this.components) component.complete();
    const backends = agents.map((agent) => agent.backend);
    const certificate = edge.controller === 'none' ? undefined : new Edge(this, 'edge', { options: edge, backends }).certificate;
    const sources = this.node.children.flatMap(sourceOf);
    const backups = backup.provider === 'none' ? [] : new Backup(this, 'backup', { options: backup, sources }).schedules;
    const certificates = certificate ? [{ name: certificate }] : [];
    if (observability.provider !== 'none')
      new Observability(this, 'observability', { options: observability, workloads: workloadsOf(this), certificates, backups });
    for (const name of imagePullSecrets) needSecret(context, { name, keys: { '.dockerconfigjson': undefined } });
    const generated = this.generatedSecrets;
    if (secrets.provider === 'generate' && generated.length > 0)
      new Bootstrap(this, 'secrets', { image: secrets.image, secrets: generated });
    for (const workload of workloadsOf(this)) workload.renderNetworkPolicy();
    new GuardRails(this, 'namespace', { network });
    this.node.lock();
  }

  /** Everything that is rendered, in the order of files and of declaration within a file. */
  objects(): PlatformObject[] {
    this.complete();
    const sorted = this.components.sort((a, b) => (a.file < b.file ? -1 : 1));
    return sorted.flatMap(({ file, node }) => {
      const objects = node.findAll().filter((child) => child instanceof ApiObject);
      return objects.map((object) => ({ path: object.node.path, scope: object.node.scope, file, json: object.toJson() }));
    });
  }

  /** What is wrong with a rendered platform as a whole; nothing if it is sound. */
  problems(objects: readonly PlatformObject[]): string[] {
    const strays = this.node.children.filter((child): boolean => Chart.isChart(child) && !(child instanceof Component));
    return [
      ...strays.map(({ node }) => `${node.path}: is a Chart, which is in no file; make it a Component`),
      ...overcommitted(this.agents),
      ...findings(objects, this.context),
    ];
  }

  /** Secrets that a Job makes. */
  get generatedSecrets(): SecretNeed[] {
    return this.options.secrets.provider === 'generate' ? [...this.context.secrets.values()].filter(isGenerated) : [];
  }

  /** Secrets that the user must make before the platform starts. */
  get userSecrets(): SecretNeed[] {
    const generated = this.generatedSecrets;
    return [...this.context.secrets.values()].filter((need) => !generated.includes(need) && need.by === undefined);
  }

  /** Components with volumes of which nothing makes a backup. */
  get withoutBackup(): string[] {
    const isBackedUp = (child: IConstruct) =>
      ('isArchived' in child && child.isArchived === true) || (this.options.backup.provider !== 'none' && sourceOf(child).length > 0);
    const parts = this.node.children.filter(
      (child) => !(child instanceof Backup || isBackedUp(child)) && footprint(child, { at: 'max' }).claims > 0,
    );
    return parts.map(({ node }) => node.id);
  }
}

/** How a store or an agent is backed up, if it is. */
const sourceOf = (child: IConstruct): BackupSource[] => ('backup' in child && child.backup ? [child.backup as BackupSource] : []);
