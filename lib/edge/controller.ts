import { amount, type Problem } from '../kube';
import type { Edge, Entry } from './edge';
import type { Route } from './policy';

/** How one controller says what the edge is to do: in annotations of Ingresses, one for each route. */
export interface Controller {
  readonly description: string;
  /** What it is called where the cluster must bring it, and where it usually runs under which IngressClass. */
  readonly software: string;
  readonly namespace: string;
  readonly className: string;
  /** What all its annotations begin with. */
  readonly prefix: string;
  /** Annotations of a route. */
  route(entry: Entry, edge: Edge): Annotations;
  /** Annotations of an Ingress for each host, which then has the certificate in place of the routes. */
  host?(edge: Edge): Annotations;
  /** What it cannot express. */
  problems(edge: Edge): Problem[];
  /** What else the cluster must bring, and what is expressed nearly; false is nothing. */
  requirements?(edge: Edge): (string | false)[];
  approximations(edge: Edge): (string | false)[];
}

/** Annotations without their prefix; those without a value are left out. */
export type Annotations = Readonly<Record<string, string | number | boolean | undefined>>;
export type Headers = Readonly<Record<string, string>>;

/** Status of a refused request: clients know 429 as "slow down", while the guide's 503 looks like an outage. */
export const TOO_MANY_REQUESTS = 429;

export const HSTS = 'strict-transport-security';

/** nginx waits no longer than 75 seconds for a connection; this is its default. */
const LONGEST_CONNECT = 60;

/** Headers without those of some names, in whatever case. */
export function without(headers: Headers, names: readonly string[]): Headers {
  const gone = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.has(name.toLowerCase())));
}

/** Annotations of the timeouts: both nginx controllers name them alike, one wants a unit. */
export function timeouts({ timeout }: Route, unit: 's' | ''): Annotations {
  return {
    'proxy-connect-timeout': `${Math.min(timeout, LONGEST_CONNECT)}${unit}`,
    'proxy-read-timeout': `${timeout}${unit}`,
    'proxy-send-timeout': `${timeout}${unit}`,
  };
}

/** A quantity of bytes as nginx writes it: `100Mi` is `100m`. */
export function nginxSize(quantity: string): string {
  const bytes = Math.ceil(amount(quantity));
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20}m`;
  return bytes % 2 ** 10 === 0 ? `${bytes / 2 ** 10}k` : String(bytes);
}
