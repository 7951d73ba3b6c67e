import type { Construct } from 'constructs';
import { z } from 'zod';
import { cidr, hostName, needSecret, PRIVATE_IPV4, type Store, secretFiles, secretKey, type Workload } from '../kube';
import { type StoreClass, StoreComponent } from './shared';

/** Not loopback, and not link-local: clouds have their metadata there, with credentials. */
const REACHABLE = PRIVATE_IPV4.filter((range) => !/^(127|169)\./.test(range));

/** Fields of every store that somebody else runs. */
export const externalFields = (port: number, keys: string) => ({
  provider: z.literal('external').describe('A server that somebody else runs.'),
  host: hostName().describe('Host name of the server.'),
  port: z.int().min(1).max(65535).default(port).describe('Port of the server.'),
  secret: secretKey().shape.secret.describe(`Secret that the user makes, with the keys ${keys}.`),
  cidrs: z
    .array(cidr())
    .min(1)
    .default(REACHABLE)
    .describe('Address ranges of the server: agents reach no others. A public server needs its own.'),
  ca: secretKey()
    .optional()
    .describe(
      'Certificate (PEM) that signs for the server, where that is none that everybody knows: agents get its path as <STORE>_CA_FILE.',
    ),
});

type ServerOptions = Omit<z.output<z.ZodObject<ReturnType<typeof externalFields>>>, 'secret'>;
type ExternalStoreClass<Options> = StoreClass<Options> & {
  /** What consumers are told; `caFile` is where they find the certificate of `ca`. */
  readonly variables: (options: Options, caFile?: string) => Store['variables'];
};

/** A store that somebody else runs: nothing is rendered for it but the way to it. */
export abstract class ExternalStore<Options extends ServerOptions> extends StoreComponent<Options> {
  readonly variables: Store['variables'];
  readonly files: Store['files'];

  constructor(scope: Construct, id: string, store: ExternalStoreClass<Options>, props: object) {
    super(scope, id, store, { provider: 'external', ...props });
    const { ca } = this.options;
    const folder = `/run/secrets/${id}-ca`;
    const path = ca && `${folder}/${ca.key}`;
    const caFile = path && { env: `${this.storeName.toUpperCase()}_CA_FILE`, value: path };
    this.variables = { ...store.variables(this.options, path), ...(caFile && { caFile }) };
    this.files = ca && { [folder]: secretFiles(`${id}-ca`, ca.secret, [ca.key]) };
    if (ca) needSecret(this.context, { name: ca.secret, keys: { [ca.key]: undefined } });
    // only the user can make the keys that consumers are told
    for (const { value } of Object.values(this.variables))
      if (typeof value === 'object' && 'secret' in value)
        needSecret(this.context, { name: value.secret, keys: { [value.key]: undefined } });
  }

  connectFrom(consumer: Workload): void {
    const { host, port, cidrs } = this.options;
    this.context.requirements.add(`${this.storeName} at ${host}:${port}, with an address in ${cidrs.join(', ')}`);
    for (const range of cidrs) consumer.allowEgress({ peer: { cidr: range }, ports: [port] });
  }
}
