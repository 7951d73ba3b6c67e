import { z } from 'zod';
import { AgentSchema, UseSchema } from '../agent';
import { BackupSchema } from '../backup';
import { EdgeSchema } from '../edge';
import { dnsLabel, hostName, ImagesSchema, timeZone } from '../kube';
import { ObservabilitySchema } from '../observability';
import { NetworkSchema, SecretsSchema } from '../security';
import { StoresSchema } from '../stores';
import { crossCheck } from './cross-check';

/** What holds for a platform as a whole. */
export const PlatformSchema = z.strictObject({
  namespace: dnsLabel(50).optional().describe('Namespace of the platform; ai-agent-<name> if absent.'),
  domain: hostName().optional().describe('Host name that agents answer unless they have their own (guide: server_name).'),
  timeZone: timeZone().default('Etc/UTC').describe('Time zone of every schedule.'),
  images: ImagesSchema.prefault({}).describe('How images are named, whoever runs them.'),
  imagePullSecrets: z.array(dnsLabel(63)).default([]).describe('Secrets for image registries, which the user makes.'),
  edge: EdgeSchema.default({ controller: 'none' }).describe('What stands between clients and agents (guide: nginx).'),
  secrets: SecretsSchema.prefault({ provider: 'generate' }).describe('Where Secrets come from (guide: .env.production).'),
  network: NetworkSchema.prefault({}).describe('What network policies must know of the cluster (guide: firewall).'),
  backup: BackupSchema.default({ provider: 'none' }).describe('Backups (guide: backup.sh).'),
  observability: ObservabilitySchema.default({ provider: 'none' }).describe('Metrics and alerts (guide: prometheus.yml).'),
});

/** @see PlatformSchema */
export type PlatformProps = z.input<typeof PlatformSchema>;
/** A platform's options with all defaults. */
export type PlatformOptions = z.output<typeof PlatformSchema>;

const USE = { error: 'expected the name of a store, or { store, env, pool }' };
const uses = z
  .array(z.union([z.string(), UseSchema.extend({ store: z.string().describe('Name of the store.') })], USE))
  .default([])
  .describe('Stores that the agent uses: environment, Secrets and network policies follow.');

/** A whole environment file. */
export const EnvironmentSchema = PlatformSchema.extend({
  name: dnsLabel(30).describe('Name of the environment, and of its folder in dist.'),
  agents: z
    .record(dnsLabel(30), AgentSchema.safeExtend({ uses }))
    .refine((agents) => Object.keys(agents).length > 0, { error: 'expected at least one agent' })
    .describe('Agents by name.'),
  stores: StoresSchema.prefault({}).describe('Stores by name.'),
}).superRefine(crossCheck, { when: () => true });

/** @see EnvironmentSchema */
export type Environment = z.output<typeof EnvironmentSchema>;

/**
 * The JSON Schema (draft-07, which yaml-language-server reads) of an environment file, for completion and checks in
 * editors. A file that extends another may leave out what the other says.
 */
export function environmentJsonSchema(): Record<string, unknown> {
  const { $schema, ...full } = z.toJSONSchema(EnvironmentSchema, {
    io: 'input',
    target: 'draft-07',
    override: ({ jsonSchema }) => {
      // zod's bound of safe integers says nothing to a reader
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const partial = JSON.parse(JSON.stringify(full, (key, value) => (key === 'required' && Array.isArray(value) ? undefined : value)));
  const base = { type: 'string', description: 'Environment file, relative to this one, that this one says the differences to.' };
  return {
    $schema,
    title: 'Environment of cdk8s-ai-agent',
    if: { required: ['extends'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { ...partial, properties: { extends: base, ...partial.properties } },
    else: full,
  };
}
