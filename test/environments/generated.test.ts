import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { EnvironmentSchema } from '../../lib/config';
import { platformOf } from '../../lib/platform';
import { renderFiles } from '../../lib/render';
import { generatedEnvironments } from '../support/generated';
import type { Rendered } from '../support/platform';
import { schemaErrors } from '../support/schemas';

const references = ['dev', 'production'].map((name) => ({
  name,
  yaml: readFileSync(`environments/${name}.yaml`, 'utf8'),
}));

// one name for all, so that most of their documents are the same: each text is read and checked once
const generated = generatedEnvironments(200).map(({ name, yaml }) => ({ name, yaml: yaml.replace(name, 'generated') }));

interface Verdict {
  readonly kind: string;
  readonly errors: string[];
}
const verdicts = new Map<string, Verdict>();

function verdict(document: string): Verdict {
  const known = verdicts.get(document);
  if (known) return known;
  const object: Rendered = parse(document);
  const made = { kind: object.kind, errors: schemaErrors(object) };
  verdicts.set(document, made);
  return made;
}

/** Every valid environment gives a platform whose parts fit together and whose objects the schemas know. */
it.each([...references, ...generated])('$name is sound', ({ yaml }) => {
  const files = renderFiles(platformOf(EnvironmentSchema.parse(parse(yaml))));
  const all = [...files.values()].flatMap((text) => text.split(/^---\n/m)).map(verdict);
  expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  expect(all.filter(({ kind }) => kind === 'Secret')).toEqual([]);
});
