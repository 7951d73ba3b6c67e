import { join } from 'node:path';

/** What an image brings to its containers, told from its Dockerfile: none of them can be pulled here. */
export interface Image {
  /** What ENTRYPOINT comes to; the pod's args follow. A pod's command takes its place. */
  readonly entrypoint?: readonly string[];
  /** CMD: what follows where the pod has no args. */
  readonly args?: readonly string[];
  /** ENV, but for PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** WORKDIR. @default / */
  readonly folder?: string;
  /** STOPSIGNAL. @default SIGTERM */
  readonly stopSignal?: NodeJS.Signals;
  /** Names of its users by UID. */
  readonly users?: Readonly<Record<number, string>>;
  /** Files of this repository that stand in for its own, by path; not below /usr, which is this machine's. */
  readonly files?: Readonly<Record<string, string>>;
  /** Arguments by which its server listens on one address: those who share loopback cannot listen on all of them. */
  readonly listen?: (address: string) => readonly string[];
}

const redis: Image = { folder: '/data', users: { 999: 'redis' }, listen: (address) => ['--bind', address] };

/** Images by the last word of their name. */
export const IMAGES: Readonly<Record<string, Image>> = {
  redis,
  valkey: redis,
  memcached: { entrypoint: ['memcached'], users: { 11211: 'memcache' }, listen: (address) => ['-l', address] },
  postgres: {
    entrypoint: ['/image/docker-entrypoint.sh'],
    args: ['postgres'],
    env: { PGDATA: '/var/lib/postgresql/data' },
    stopSignal: 'SIGINT',
    users: { 70: 'postgres' },
    files: { '/image/docker-entrypoint.sh': join(__dirname, '../../images/postgres-entrypoint.sh') },
    listen: (address) => ['-c', `listen_addresses=${address}`],
  },
  curl: {},
  pgbouncer: { users: { 70: 'postgres' } },
  chroma: { entrypoint: ['chroma'], args: ['run', '/config.yaml'] },
  minio: {
    entrypoint: ['minio'],
    env: {
      MINIO_ROOT_USER_FILE: 'access_key',
      MINIO_ROOT_PASSWORD_FILE: 'secret_key',
      MINIO_CONFIG_ENV_FILE: 'config.env',
      MC_CONFIG_DIR: '/tmp/.mc',
    },
    listen: (address) => ['--address', `${address}:9000`],
  },
  mc: { entrypoint: ['mc'] },
  rclone: { entrypoint: ['rclone'], folder: '/data' },
};

/** The image of a name with registry, tag and digest. */
export function imageOf(name: string, more: Readonly<Record<string, Image>> = {}): Image | undefined {
  const word = name.replace(/@.*/, '').replace(/^.*\//, '').replace(/:.*/, '');
  return more[word] ?? IMAGES[word];
}
