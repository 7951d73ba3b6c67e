/** Labels of an object, or a selector by labels. */
export type Labels = Readonly<Record<string, string>>;

/** A map inside a rendered object, of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** A rendered object and where it comes from. */
export interface PlatformObject {
  /** Path of its construct, such as `production/postgres/postgres/deployment`. */
  readonly path: string;
  /** Name of the file that it is written to. */
  readonly file: string;
  /** The object as it will be written. */
  readonly json: Fields & {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  };
}

/** Everything at a dotted path, which leads through all lists on its way. */
export function all(value: unknown, path: string): unknown[] {
  const found: unknown[] = [];
  collect(value, path.split('.'), 0, found);
  return found;
}

function collect(value: unknown, keys: readonly string[], depth: number, found: unknown[]): void {
  const key = keys[depth];
  if (Array.isArray(value)) for (const item of value) collect(item, keys, depth, found);
  else if (key === undefined) found.push(value);
  else if (isMap(value) && value[key] != null) collect(value[key], keys, depth + 1, found);
}

/** The maps at a path. */
export const list = (value: unknown, path: string): Fields[] => all(value, path).filter(isMap);

/** The map at a path; an empty one where there is none. */
export const fields = (value: unknown, path: string): Fields => list(value, path)[0] ?? {};

/** The texts at a path. */
export const texts = (value: unknown, path: string): string[] => all(value, path).filter((item) => typeof item === 'string');

/** The text at a path; an empty one where there is none. */
export const text = (value: unknown, path: string): string => texts(value, path)[0] ?? '';

/** The number at a path. */
export const count = (value: unknown, path: string): number | undefined => all(value, path).find((item) => typeof item === 'number');

/** `Service postgres`. */
export const named = ({ json }: PlatformObject): string => `${json.kind} ${json.metadata.name}`;

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
