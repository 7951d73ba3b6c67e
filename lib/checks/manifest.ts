import type { Construct } from 'constructs';

/** A map inside a rendered object, of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** A rendered object and where it comes from. */
export interface PlatformObject {
  /** Path of its construct, such as `production/postgres/postgres/deployment`. */
  readonly path: string;
  /** The construct that has made it. */
  readonly scope?: Construct;
  /** Name of the file that it is written to. */
  readonly file: string;
  /** The object as it will be written. */
  readonly json: Fields & {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  };
}

/** API groups of Kubernetes itself: what is in objects of others is not known. */
const BUILT_IN = /^[^.]+$|^(networking|rbac\.authorization|scheduling|storage)\.k8s\.io\//;

/** Whether it is of one of Kubernetes' own kinds. */
export const isBuiltIn = ({ json }: PlatformObject): boolean => BUILT_IN.test(json.apiVersion);

/** `Service postgres`. */
export const named = ({ json }: PlatformObject): string => `${json.kind} ${json.metadata.name}`;

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The maps at a dotted path, which leads through all lists on its way. */
export const list = (value: unknown, path: string): Fields[] => all(value, path).filter(isMap);

/** The map at a path; an empty one where there is none. */
export const fields = (value: unknown, path: string): Fields => list(value, path)[0] ?? {};

/** The texts at a path. */
export const texts = (value: unknown, path: string): string[] => all(value, path).filter((item) => typeof item === 'string');

type Place = readonly [path: string, name: string, map?: Fields];

/** All maps in an object, and its nulls, which have none; an item of a list is called as the list is. */
export function places(parent: object, prefix = '', list = '', found: Place[] = []): Place[] {
  for (const [key, value] of Object.entries(parent)) {
    if (typeof value !== 'object') continue;
    const path = prefix + key;
    const name = Array.isArray(parent) ? list : key;
    if (!Array.isArray(value)) found.push([path, name, value ?? undefined]);
    places(value ?? {}, `${path}.`, name, found);
  }
  return found;
}

function all(value: unknown, path: string): unknown[] {
  const step = (found: unknown[], key: string) => found.flatMap((item) => (isMap(item) ? (item[key] ?? []) : []));
  return path.split('.').reduce(step, [value].flat());
}
