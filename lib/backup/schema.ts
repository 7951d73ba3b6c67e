import { z } from 'zod';
import { byteQuantity, cidr, cron, days, dnsLabel, IMAGES, image, secretKey } from '../kube';

const accessMode = z.enum(['ReadWriteOnce', 'ReadWriteMany']);
const folders = z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, { error: 'expected folders such as backups/production' });

const common = {
  schedule: cron().default('0 2 * * *').describe('When backups run, in the time zone of the platform (the guide leaves it to cron).'),
  retention: days().default('7d').describe('How long a backup is kept (guide: find -mtime +7 -delete).'),
  keepAtLeast: z.int().min(1).default(3).describe('Good backups kept at any age: days of failures must not remove the last good one.'),
  scratch: byteQuantity()
    .optional()
    .describe(
      "Most disk of a node that one dump takes, which is reserved; the size of the source's volume (of Redis, its masters' memory) if absent: a dump is no larger.",
    ),
  image: image().default(IMAGES.rclone).describe('Image that packs files, publishes and fetches: a shell, tar and rclone.'),
};

/** Where backups go. */
export const BackupSchema = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('claim').describe('Onto a volume of the cluster.'),
    ...common,
    storage: byteQuantity().default('50Gi').describe('Size of the volume (the guide names none).'),
    storageClass: z.string().optional().describe('StorageClass; the default class of the cluster if absent.'),
    accessMode: accessMode.default('ReadWriteOnce').describe('With ReadWriteOnce, backups on different nodes wait for each other.'),
  }),
  z.strictObject({
    provider: z.literal('s3').describe('Into a bucket of any S3 service.'),
    ...common,
    endpoint: z.url({ protocol: /^https?$/, error: 'expected a URL such as https://s3.example.com' }).describe('Address of the service.'),
    bucket: dnsLabel(63).describe('Name of the bucket; it must exist.'),
    prefix: folders.optional().describe('Folder inside the bucket; its root if absent.'),
    region: z.string().default('us-east-1').describe('Region of the bucket.'),
    accessKey: secretKey().describe('Secret with the access key.'),
    secretKey: secretKey().describe('Secret with the secret key.'),
    cidrs: z.array(cidr()).optional().describe('Address ranges of the service; the public internet if absent.'),
  }),
  z.strictObject({ provider: z.literal('none').describe('No backups.') }),
]);

/** @see BackupSchema */
export type BackupOptions = Exclude<z.output<typeof BackupSchema>, { provider: 'none' }>;
