import type { Construct } from 'constructs';
import { z } from 'zod';
import {
  Component,
  cidr,
  hostName,
  identifier,
  needSecret,
  PRIVATE_IPV4,
  parse,
  type Store,
  type StoreVariable,
  secretKey,
  type Workload,
} from '../kube';
import { bucketName, bucketVariables, provider } from './shared';

/** Not loopback, and not link-local: clouds have their metadata there, with credentials. */
const REACHABLE = PRIVATE_IPV4.filter((range) => !/^(127|169)\./.test(range));

/** Fields of every store that somebody else runs. */
const externalFields = (port: number, keys: string) => ({
  provider: provider('external', 'A server that somebody else runs.'),
  host: hostName().describe('Host name of the server.'),
  port: z.int().min(1).max(65535).default(port).describe('Port of the server.'),
  secret: secretKey().shape.secret.describe(`Secret that the user makes, with the keys ${keys}.`),
  cidrs: z
    .array(cidr())
    .min(1)
    .default(REACHABLE)
    .describe('Address ranges of the server: agents reach no others. A public server needs its own.'),
});

/** Options of {@link ExternalPostgres}. */
export const ExternalPostgresSchema = z.strictObject({
  ...externalFields(5432, 'password and url (with sslmode and the password URL-encoded)'),
  database: identifier().default('aiagent').describe('Name of the database.'),
  user: identifier().default('aiagent').describe('Name of the role.'),
  maxConnections: z.int().min(1).default(100).describe('Connections that the server leaves to the platform.'),
});
/** Options of {@link ExternalRedis}. */
export const ExternalRedisSchema = z.strictObject(externalFields(6379, 'password and url (rediss:// for TLS, the password URL-encoded)'));
/** Options of {@link ExternalObjectStore}. */
export const ExternalObjectStoreSchema = z.strictObject({
  ...externalFields(443, 'user (access key) and password (secret key)'),
  bucket: bucketName().default('uploads').describe('Bucket; it must exist.'),
  region: z.string().default('us-east-1').describe('Region of the bucket.'),
  tls: z.boolean().default(true).describe('Whether it is spoken to by HTTPS.'),
});

/** @see ExternalPostgresSchema */
export type ExternalPostgresProps = Omit<z.input<typeof ExternalPostgresSchema>, 'provider'>;
/** @see ExternalRedisSchema */
export type ExternalRedisProps = Omit<z.input<typeof ExternalRedisSchema>, 'provider'>;
/** @see ExternalObjectStoreSchema */
export type ExternalObjectStoreProps = Omit<z.input<typeof ExternalObjectStoreSchema>, 'provider'>;

interface Server {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly cidrs: readonly string[];
}

/** A store that somebody else runs: nothing is rendered for it but the way to it. */
abstract class External extends Component implements Store {
  abstract readonly storeName: string;
  abstract readonly variables: Readonly<Record<string, StoreVariable>>;
  protected abstract readonly server: Server;

  connectFrom(consumer: Workload): void {
    const { host, port, cidrs } = this.server;
    this.context.requirements.add(`${this.storeName} at ${host}:${port}, with an address in ${cidrs.join(', ')}`);
    for (const range of cidrs) consumer.allowEgress({ peer: { cidr: range }, ports: [port] });
  }

  /** A key of the Secret, which only the user can make. */
  protected key(key: string): { secret: string; key: string } {
    needSecret(this.context, { name: this.server.secret, keys: { [key]: undefined } });
    return { secret: this.server.secret, key };
  }
}

/** The external twin of Postgres. @throws InvalidInput if an option is not as {@link ExternalPostgresSchema} says */
export class ExternalPostgres extends External {
  readonly storeName = 'postgres';
  readonly variables: Store['variables'];
  readonly maxConnections: number;
  protected readonly server: z.output<typeof ExternalPostgresSchema>;

  constructor(scope: Construct, id: string, props: ExternalPostgresProps) {
    super(scope, id, { order: 'postgres' });
    this.server = parse(ExternalPostgresSchema, { provider: 'external', ...props }, this.node.path);
    this.maxConnections = this.server.maxConnections;
    this.variables = {
      url: { env: 'POSTGRES_URL', value: this.key('url') },
      host: { env: 'POSTGRES_HOST', value: this.server.host },
      port: { env: 'POSTGRES_PORT', value: String(this.server.port) },
      database: { env: 'POSTGRES_DB', value: this.server.database },
      user: { env: 'POSTGRES_USER', value: this.server.user },
      password: { env: 'POSTGRES_PASSWORD', value: this.key('password') },
    };
  }
}

/** The external twin of Redis. @throws InvalidInput if an option is not as {@link ExternalRedisSchema} says */
export class ExternalRedis extends External {
  readonly storeName = 'redis';
  readonly variables: Store['variables'];
  protected readonly server: z.output<typeof ExternalRedisSchema>;

  constructor(scope: Construct, id: string, props: ExternalRedisProps) {
    super(scope, id, { order: 'redis' });
    this.server = parse(ExternalRedisSchema, { provider: 'external', ...props }, this.node.path);
    this.variables = {
      url: { env: 'REDIS_URL', value: this.key('url') },
      host: { env: 'REDIS_HOST', value: this.server.host },
      port: { env: 'REDIS_PORT', value: String(this.server.port) },
      password: { env: 'REDIS_PASSWORD', value: this.key('password') },
    };
  }
}

/** The external twin of MinIO: any S3. @throws InvalidInput if an option is not as {@link ExternalObjectStoreSchema} says */
export class ExternalObjectStore extends External {
  readonly storeName = 'minio';
  readonly variables: Store['variables'];
  protected readonly server: z.output<typeof ExternalObjectStoreSchema>;

  constructor(scope: Construct, id: string, props: ExternalObjectStoreProps) {
    super(scope, id, { order: 'minio' });
    this.server = parse(ExternalObjectStoreSchema, { provider: 'external', ...props }, this.node.path);
    const { host, port, tls, bucket, region } = this.server;
    this.variables = {
      ...bucketVariables({ host, port, tls, bucket, region }),
      accessKey: { env: 'MINIO_ACCESS_KEY', value: this.key('user') },
      secretKey: { env: 'MINIO_SECRET_KEY', value: this.key('password') },
    };
  }
}
