import { z } from 'zod';
import { amount } from './quantity';

/** The words that schemas of all rooms are made of: one definition and one error text for each kind of value. */

const CPU = /^([1-9]\d*(\.\d+)?|0\.\d*[1-9]\d*|[1-9]\d*m)$/;
const BYTES = /^[1-9]\d*(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)$/;
const HOST = /^(?=.{1,253}$)(?!.*\.\d+$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/;
const SECRET = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const CIDR = new RegExp(`${z.regexes.cidrv4.source}|${z.regexes.cidrv6.source}`);
const IMAGE =
  /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:\w[\w.-]*)?(@sha256:[0-9a-f]{64})?$/;

const REGISTRY_HOST = String.raw`([a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?|[a-z0-9-]+:\d+|localhost)`;

// no rule aborts: zod would then keep back what the rules of whole maps have found
const text = (pattern: RegExp, example: string) => z.string().regex(pattern, { error: `expected ${example}` });

/** A size, with the least that works where less cannot. */
export const byteQuantity = (least = '0', why = '') =>
  text(BYTES, 'a size such as 512Mi or 2Gi').refine((size) => !BYTES.test(size) || amount(size) >= amount(least), {
    error: `expected at least ${least}${why}`,
  });
const CORES = 'cores such as 2 or 500m';
export const cpuQuantity = () => z.union([z.number().min(0.001, `expected ${CORES}`), text(CPU, CORES)], `expected ${CORES}`);
export const hostName = () => text(HOST, 'a host name such as agent.example.com');
/** An IPv4 or IPv6 range. */
export const cidr = () => text(CIDR, 'an address range such as 10.0.0.0/8');
/** A name inside a database: no quoting needed anywhere. */
export const identifier = () => text(/^[a-z_][a-z0-9_]{0,62}$/, 'lower case letters, digits and "_", such as aiagent');
/** Name of an environment variable. */
export const envName = () => text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name such as REDIS_URL');
export const absolutePath = () => text(/^\/[\w./-]*$/, 'an absolute path such as /app/uploads');
export const days = () => text(/^[1-9]\d{0,3}d$/, 'days such as 7d');
export const seconds = () => z.int().min(1);
/** A TCP port that a process without privileges may open. */
export const port = () => z.int().min(1024).max(65535);
/** A name that Kubernetes accepts for every kind of object; short enough for what the library appends. */
export const dnsLabel = (max = 40) =>
  text(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower case letters, digits and "-", such as ai-agent').max(max);
/** A container image that is pinned: by tag other than latest, or by digest. */
export const image = () =>
  text(IMAGE, 'an image such as registry.example.com/ai-agent:1.4.2').refine(
    (name) => !IMAGE.test(name) || name.includes('@sha256:') || (/:[^/:]+$/.test(name) && !name.endsWith(':latest')),
    'expected a pinned image: add a tag other than latest, or a digest',
  );
/** Where images are pulled: a registry, and a folder in it. */
export const registry = () => text(new RegExp(`^${REGISTRY_HOST}(/[a-z0-9._-]+)*$`), 'a registry such as mirror.example.com/prefix');
export const registryHost = () => text(new RegExp(`^${REGISTRY_HOST}$`), 'the host of a registry such as docker.io');
/** One key of a Secret that the user makes. */
export const secretKey = () =>
  z.strictObject({
    secret: text(SECRET, 'the name of a Secret').describe('Name of the Secret, in the namespace of the platform.'),
    key: text(/^[-._a-zA-Z0-9]+$/, 'a key of the Secret').describe('Key inside the Secret.'),
  });

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
