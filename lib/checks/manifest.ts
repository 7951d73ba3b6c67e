/** Labels of an object, or a selector by labels. */
export type Labels = Readonly<Record<string, string>>;

/** A map inside a rendered object, of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** A rendered object, as it will be written. */
export interface Manifest extends Fields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
}

/** A rendered object and where it comes from. */
export interface PlatformObject {
  /** Path of its construct, such as `production/postgres/postgres/deployment`. */
  readonly path: string;
  /** Name of the file that it is written to. */
  readonly file: string;
  readonly json: Manifest;
}

/** What stands at a dotted path; undefined where the path leads nowhere. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((parent, key) => (isMap(parent) ? parent[key] : undefined), value);
}

/** The map at a path; an empty one where there is none. */
export function fields(value: unknown, path: string): Fields {
  const found = at(value, path);
  return isMap(found) ? found : {};
}

/** The maps in the list at a path; none where there is no list. */
export function list(value: unknown, path: string): readonly Fields[] {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter(isMap) : [];
}

/** The texts in the list at a path. */
export function texts(value: unknown, path: string): readonly string[] {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
}

/** The text at a path; an empty one where there is none. */
export function text(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
}

/** The number at a path. */
export function count(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === 'number' ? found : undefined;
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Service postgres`. */
export function named({ json }: PlatformObject): string {
  return `${json.kind} ${json.metadata.name}`;
}

/** One line of the report: which construct and object, what is wrong, and what to do. */
export function finding(object: PlatformObject, problem: string): string {
  return `${object.path}: ${named(object)}: ${problem}`;
}
