import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runInThisContext } from 'node:vm';
import Ajv, { type ErrorObject } from 'ajv';
import { buildSync } from 'esbuild';
import { parseAllDocuments } from 'yaml';

/** The built-in kinds that the library renders, by their API. */
const BUILT_IN: Readonly<Record<string, string>> = {
  v1: 'ConfigMap LimitRange Namespace PersistentVolumeClaim ResourceQuota Secret Service ServiceAccount',
  'apps/v1': 'DaemonSet Deployment StatefulSet',
  'autoscaling/v2': 'HorizontalPodAutoscaler',
  'batch/v1': 'CronJob Job',
  'networking.k8s.io/v1': 'Ingress NetworkPolicy',
  'policy/v1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1': 'ClusterRole ClusterRoleBinding Role RoleBinding',
  'scheduling.k8s.io/v1': 'PriorityClass',
};

/** Fields that kubernetes-models has lost: it takes a field of this name for the description of its schema. */
const LEFT_OUT = new Set(['PriorityClass description']);

const CRDS = resolve(__dirname, '../../imports/crds');

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
}

/** The errors of an object. */
type Validator = (manifest: Manifest) => readonly ErrorObject[];

let validators: ReadonlyMap<string, Validator> | undefined;

/**
 * What the schemas of Kubernetes 1.36 and of our CRDs refuse in an object: fields of a wrong type, value or format,
 * missing fields, and unknown fields on every level. Rules in CEL are not run.
 */
export function schemaErrors(manifest: Manifest): string[] {
  validators ??= load();
  const { apiVersion, kind, metadata } = manifest;
  const validate = validators.get(`${apiVersion} ${kind}`);
  const problems = validate ? problemsOf(manifest, validate) : [`no schema of ${apiVersion} ${kind} is known`];
  return problems.map((problem) => `${kind} ${metadata?.name}: ${problem}`);
}

function problemsOf(manifest: Manifest, validate: Validator): string[] {
  const { view, unread } = watched(manifest);
  const expected = new Map<string, Set<string>>();
  for (const error of validate(view)) {
    const { path, text } = explain(error);
    if (text) expected.set(path, (expected.get(path) ?? new Set()).add(text));
  }
  return [
    ...[...expected].map(([path, texts]) => `${path}: expected ${[...texts].join(' or ')}`),
    ...unread((path) => expected.has(path) || LEFT_OUT.has(`${manifest.kind} ${path}`)).map((path) => `${path}: unknown field`),
  ];
}

/** Where an error is and what the schema asks for there; no text for an error that only sums up others. */
function explain({ instancePath, keyword, params }: ErrorObject): { path: string; text?: string } {
  const keys = instancePath.split('/').slice(1);
  const path = keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')).reduce(step, '');
  switch (keyword) {
    case 'oneOf':
    case 'anyOf':
    case INT_OR_STRING:
      return { path };
    case 'required':
      return { path: step(path, params.missingProperty), text: 'a value' };
    case 'enum':
      return { path, text: params.allowedValues.join(' or ') };
    case 'type':
    case 'format':
      return { path, text: params[keyword] };
    default:
      return { path, text: `${keyword} ${Object.values(params).join(' ')}` };
  }
}

function step(path: string, key: string): string {
  return /^\d+$/.test(key) ? `${path}[${key}]` : `${path}${path && '.'}${key}`;
}

/**
 * A view of an object that remembers what was read. A validator reads every field that its schema has, there or not, and
 * every entry of a map: what it never read is a field that no schema knows.
 */
function watched<T extends object>(root: T): { view: T; unread(isKnown: (path: string) => boolean): string[] } {
  const read = new Map<object, Set<string | symbol>>();
  const look = (value: object): object => {
    const keys = read.get(value) ?? new Set();
    read.set(value, keys);
    const get = (_: object, key: string | symbol): unknown => {
      keys.add(key);
      const child: unknown = Reflect.get(value, key);
      return typeof child === 'object' && child !== null ? look(child) : child;
    };
    return new Proxy(value, { get });
  };
  return {
    view: look(root) as T,
    unread(isKnown) {
      const walk = (value: object, start: string): string[] =>
        Object.entries(value).flatMap(([key, child]) => {
          const path = step(start, key);
          if (child === undefined || isKnown(path)) return [];
          if (!read.get(value)?.has(key)) return [path];
          return typeof child === 'object' && child !== null ? walk(child, path) : [];
        });
      return walk(root, '');
    },
  };
}

function load(): ReadonlyMap<string, Validator> {
  const builtIn = builtInValidators();
  const configMap = builtIn.get('v1 ConfigMap');
  // the schema of a CRD says nothing of metadata, which is the same for all kinds
  const metadata: Validator = ({ metadata }) => configMap?.({ apiVersion: 'v1', kind: 'ConfigMap', metadata }) ?? [];
  return new Map([...builtIn, ...customValidators(metadata)]);
}

type Compiled = ((data: unknown) => boolean) & { errors?: readonly ErrorObject[] | null };

function validator(compiled: Compiled): Validator {
  return (manifest) => (compiled(manifest) ? [] : (compiled.errors ?? []));
}

/** kubernetes-models has them as ES modules: esbuild makes one CommonJS module of those in use, which jest can load. */
function builtInValidators(): ReadonlyMap<string, Validator> {
  const modules = Object.entries(BUILT_IN).flatMap(([api, kinds]) => {
    const [version = '', group = 'core'] = api.split('/').reverse();
    const prefix = `IoK8sApi${capital(group.replace(/\..*/, ''))}${capital(version)}`;
    return kinds.split(' ').map((kind) => ({ kind: `${api} ${kind}`, name: `${prefix}${kind}` }));
  });
  const lines = modules.map(({ name }) => `export { validate as ${name} } from 'kubernetes-models/_schemas/${name}';`);
  const stdin = { contents: lines.join('\n'), resolveDir: __dirname };
  const { outputFiles } = buildSync({ stdin, bundle: true, format: 'cjs', platform: 'node', write: false });
  const module: { exports: Record<string, Compiled> } = { exports: {} };
  runInThisContext(`(module, require) => {${outputFiles[0]?.text}\n}`)(module, require);
  return new Map(modules.map(({ kind, name }) => [kind, validator(module.exports[name] as Compiled)]));
}

function capital(word: string): string {
  return `${word[0]?.toUpperCase()}${word.slice(1)}`;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: object } }[];
  };
}

const INT_OR_STRING = 'x-kubernetes-int-or-string';

function customValidators(metadata: Validator): [string, Validator][] {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, code: { regExp: goPattern } });
  ajv.addKeyword({ keyword: INT_OR_STRING, macro: () => ({ anyOf: [{ type: 'integer' }, { type: 'string' }] }) });
  // reading everything makes everything known
  const readAll = (_: unknown, data: unknown) => JSON.stringify(data) !== '';
  ajv.addKeyword({ keyword: 'x-kubernetes-preserve-unknown-fields', validate: readAll });
  const files = readdirSync(CRDS).filter((name) => name.endsWith('.yaml'));
  const documents = files.flatMap((name) => parseAllDocuments(readFileSync(resolve(CRDS, name), 'utf8')));
  return documents.flatMap((document) => {
    const { group, names, versions } = (document.toJS() as Definition).spec;
    return versions.map(({ name, schema }): [string, Validator] => {
      let validate: Validator | undefined;
      const errors: Validator = (manifest) => {
        validate ??= validator(ajv.compile(schema.openAPIV3Schema));
        return [...validate(manifest), ...metadata(manifest)];
      };
      return [`${group}/${name} ${names.kind}`, errors];
    });
  });
}

/** A pattern in Go's words, where the flag for "any case" stands inside. */
const goPattern = Object.assign((pattern: string) => new RegExp(pattern.replaceAll('(?i)', ''), pattern.includes('(?i)') ? 'i' : ''), {
  code: 'goPattern',
});
