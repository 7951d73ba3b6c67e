import { z } from 'zod';
import { registry, registryHost } from './fields';

/**
 * Every image that the library names: tag, and digest of the index of all architectures (docs/images.md has the sources).
 * Those without one have no digest that two sources agree on; the closing summary names them.
 */
export const IMAGES = {
  postgres: 'postgres:15.19-alpine@sha256:f7d23353e1b15400d22ebe31189f4d314b87a4c129cc400c8c2d8d4ca127bf81',
  postgresExporter:
    'quay.io/prometheuscommunity/postgres-exporter:v0.20.1@sha256:ac5ec343104fae0e2d84a27bb8d69b38430a11910c5382cad85d478d2bab713e',
  cnpgPostgres: 'ghcr.io/cloudnative-pg/postgresql:15.19-standard-trixie',
  cnpgPgbouncer: 'ghcr.io/cloudnative-pg/pgbouncer:1.25.1',
  barmanSidecar: 'ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.14.0',
  pgbouncer: 'edoburu/pgbouncer:v1.25.2-p0@sha256:7d7a27d9e90985cab5cf42256f5c13a3120baa4b055b69df37beb272b89b2340',
  redis: 'redis:7.4.11-alpine@sha256:ff02b58f971e7d7d156a1267e283fcbbeee91773b6aa36c49dac28ecfe28eadf',
  redisExporter: 'oliver006/redis_exporter:v1.89.0',
  memcached: 'memcached:1.6.45-alpine@sha256:c29847751abb41f4c268c84fb3087fee05d4edcbda44409ccb5086e26148e8a7',
  memcachedExporter: 'quay.io/prometheus/memcached-exporter:v0.16.0',
  chroma: 'chromadb/chroma:1.5.9@sha256:1e0b73a187a28757c572acba508c46f48c9e8b0acaf5c20e6d95cdedce1acdf6',
  minio: 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z@sha256:14cea493d9a34af32f524e538b8346cf79f3321eff8e708c1e2960462bd8936e',
  minioClient: 'quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z@sha256:a7fe349ef4bd8521fb8497f55c6042871b2ae640607cf99d9bede5e9bdf11727',
  rclone: 'rclone/rclone:1.75.0@sha256:b06aed988cf5967de7c25be5925240983981c757f4ed1ac9d2fa659d51d60548',
  curl: 'curlimages/curl:8.16.0@sha256:463eaf6072688fe96ac64fa623fe73e1dbe25d8ad6c34404a669ad3ce1f104b6',
  nginx: 'nginxinc/nginx-unprivileged:1.29.1-alpine@sha256:27985295bdb22a1ef8f712863210bd5877c0f3006494a593e86b3fe0fa55467e',
} as const;

const HUB = 'docker.io';
/** What one mirror stands for: an image in a registry of your own, such as an agent's, stays where it is. */
const PUBLIC = [HUB, 'quay.io', 'ghcr.io', 'registry.k8s.io'];

/** How images are named. */
export const ImagesSchema = z.strictObject({
  registry: z
    .union([registry(), z.record(registryHost(), registry())])
    .optional()
    .describe(`Mirror of ${PUBLIC.join(', ')}, or one for each registry: { quay.io: mirror.example.com/quay }; none if absent.`),
  digests: z
    .boolean()
    .default(true)
    .describe('Whether digests are kept. Off: by tag alone, for nodes that images are loaded into (kind load), which know no digests.'),
});

/** @see ImagesSchema */
export type ImageOptions = z.output<typeof ImagesSchema>;

/** What an image is called where it comes from, and where pods pull it: the same, unless a mirror stands between. */
export interface ImageNames {
  readonly from: string;
  readonly to: string;
}

/** The names of an image. In a mirror it has its own path, without a host: `redis:7` is `mirror.example.com/library/redis:7`. */
export function imageNames(image: string, { registry: mirrors, digests }: ImageOptions): ImageNames {
  const from = digests ? image : withoutDigest(image);
  const [first = '', ...rest] = from.split('/');
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const [host, path] = isHost ? [first, rest.join('/')] : [HUB, from];
  const mirror = typeof mirrors === 'object' ? mirrors[host] : PUBLIC.includes(host) && mirrors;
  return { from, to: mirror ? `${mirror}/${host === HUB && !path.includes('/') ? 'library/' : ''}${path}` : from };
}

/** An image by its tag alone, if it has one. */
export const withoutDigest = (image: string): string => image.replace(/(:[^/@]+)@.*/, '$1');
