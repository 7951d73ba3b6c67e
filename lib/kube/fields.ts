import { z } from 'zod';
import { BYTES_PATTERN, CPU_PATTERN } from './quantity';

/** The words that schemas of all rooms are made of: one definition and one error text for each kind of value. */

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const HOST = /^(?=.{1,253}$)(?!.*\.\d+$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/;
const CIDR =
  /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!\/)|(?=\/))){4}\/(3[0-2]|[12]?\d)$|^(?!:[^:]|.*(::.*::|:::|[^:]:\/))(?=.*::|([^:]+:){7}[^:])[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}\/(12[0-8]|1[01]\d|[1-9]?\d)$/;
const IMAGE =
  /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:\w[\w.-]*)?(@sha256:[0-9a-f]{64})?$/;

/** Bytes of memory or disk: `512Mi`, `50Gi`. */
export const byteQuantity = () => z.string().regex(BYTES_PATTERN, { error: 'expected a size such as 512Mi or 2Gi' });

/** Cores: `2`, `500m`. */
export const cpuQuantity = () => z.union([z.number().min(0.001, CORES), z.string().regex(CPU_PATTERN, CORES)], CORES);
const CORES = { error: 'expected cores such as 2 or 500m' };

/** A name that Kubernetes accepts for every kind of object; short enough for what the library appends. */
export const dnsLabel = (max = 40) =>
  z
    .string()
    .max(max, { error: `expected at most ${max} characters`, abort: true })
    .regex(DNS_LABEL, { error: 'expected lower case letters, digits and "-", such as ai-agent' });

/** A DNS host name with at least one dot. */
export const hostName = () => z.string().regex(HOST, { error: 'expected a host name such as agent.example.com' });

/** An IPv4 or IPv6 range. */
export const cidr = () => z.string().regex(CIDR, { error: 'expected an address range such as 10.0.0.0/8' });

/** A container image that is pinned: by tag other than latest, or by digest. */
export const image = () =>
  z
    .string()
    .regex(IMAGE, { error: 'expected an image such as registry.example.com/ai-agent:1.4.2', abort: true })
    .refine((text) => text.includes('@sha256:') || (/:[^/:]+$/.test(text) && !text.endsWith(':latest')), {
      error: 'expected a pinned image: add a tag other than latest, or a digest',
    });

/** A name inside a database: no quoting needed anywhere. */
export const identifier = () =>
  z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, { error: 'expected lower case letters, digits and "_", such as aiagent' });

/** Name of an environment variable. */
export const envName = () => z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected a name such as REDIS_URL' });

/** Whole seconds, at least one. */
export const seconds = () => z.int().min(1);

/** A TCP port that a process without privileges may open. */
export const port = () => z.int().min(1024).max(65535);

/** An absolute path inside a container. */
export const absolutePath = () => z.string().regex(/^\/[\w./-]*$/, { error: 'expected an absolute path such as /app/uploads' });

/** How long something is kept: days or weeks. */
export const days = () => z.string().regex(/^[1-9]\d{0,3}d$/, { error: 'expected days such as 7d' });

/** One key of a Secret that the user makes. */
export const secretKey = () =>
  z.strictObject({
    secret: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, { error: 'expected the name of a Secret' })
      .describe('Name of the Secret, in the namespace of the platform.'),
    key: z
      .string()
      .regex(/^[-._a-zA-Z0-9]+$/, { error: 'expected a key of the Secret' })
      .describe('Key inside the Secret.'),
  });

const CRON_FIELD = [
  [0, 59, ''],
  [0, 23, ''],
  [1, 31, ''],
  [1, 12, 'jan feb mar apr may jun jul aug sep oct nov dec'],
  [0, 6, 'sun mon tue wed thu fri sat'],
] as const;

function cronPart(text: string, [low, high, names]: (typeof CRON_FIELD)[number]): boolean {
  const words = names.split(' ');
  const value = (word: string) =>
    words.includes(word.toLowerCase()) ? low + words.indexOf(word.toLowerCase()) : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  const match = /^(\*|(\w+)(?:-(\w+))?)(?:\/0*[1-9]\d{0,2})?$/.exec(text);
  if (!match) return false;
  if (match[1] === '*') return true;
  const from = value(match[2] ?? '');
  const to = match[3] === undefined ? from : value(match[3]);
  return from >= low && to <= high && from <= to;
}

/** Whether Kubernetes accepts a schedule: five fields within their ranges, or one of the `@` words. */
export function isCron(text: string): boolean {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(text)) return true;
  const fields = text.trim().split(/\s+/);
  return fields.length === 5 && CRON_FIELD.every((range, index) => (fields[index] ?? '').split(',').every((part) => cronPart(part, range)));
}

/** A CronJob schedule. */
export const cron = () => z.string().refine(isCron, { error: 'expected five fields such as "0 2 * * *" (minute hour day month weekday)' });

/** An IANA time zone, checked against the ones that this Node knows. */
export const timeZone = () => z.string().refine(isTimeZone, { error: 'expected a time zone such as Etc/UTC or Asia/Shanghai' });

function isTimeZone(name: string): boolean {
  if (name === 'Etc/UTC') return true; // the default; asking ICU costs milliseconds
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    // Node takes any case, the files that Kubernetes reads have one
    const isOtherCase = known !== name && known.toLowerCase() === name.toLowerCase();
    return /^(UTC|[A-Z]\w+\/)/.test(name) && !isOtherCase;
  } catch {
    return false;
  }
}
