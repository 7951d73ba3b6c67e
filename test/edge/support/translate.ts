import type { Rendered } from '../../support/platform';

/** Annotations of one object, by their names without the prefix. */
export type Annotations = Readonly<Record<string, string>>;

/** @throws if one of them is unknown: what a translation does not know it would lose silently */
export function annotationsOf({ kind, metadata }: Rendered, prefix: string, known: readonly string[]): Annotations {
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).map(([key, value]) => {
      const [owner, name = ''] = key.split('/');
      if (owner !== prefix || !known.includes(name))
        throw new Error(`${kind} ${metadata.name}: ${key}: "${value}" is not translated, expected one of ${known.join(', ')}`);
      return [name, value];
    }),
  );
}

/** Whether an annotation says so. @throws on what is neither true nor false */
export function isTrue(value: string | undefined): boolean {
  if (value !== 'true' && value !== 'false') throw new Error(`got "${value}", expected true or false`);
  return value === 'true';
}

/** Everything that one Ingress of this library says: it has one host, and one path or none. */
export interface Route {
  readonly name: string;
  readonly namespace: string;
  readonly host: string;
  readonly isTls: boolean;
  readonly path?: { readonly text: string; readonly isExact: boolean; readonly service: string };
}

export function routeOf({ metadata, spec }: Rendered): Route {
  const [rule] = spec.rules;
  const [path] = rule.http?.paths ?? [];
  if (path && path.pathType !== 'Exact' && path.pathType !== 'Prefix') throw new Error(`${metadata.name}: got pathType ${path.pathType}`);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? 'default',
    host: rule.host,
    isTls: spec.tls !== undefined,
    path: path && { text: path.path, isExact: path.pathType === 'Exact', service: path.backend.service.name },
  };
}

export const ingressesOf = (objects: readonly Rendered[]) => objects.filter(({ kind }) => kind === 'Ingress');
