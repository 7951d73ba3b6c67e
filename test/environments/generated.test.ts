import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
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

function objects(yaml: string): Rendered[] {
  const files = renderFiles(platformOf(EnvironmentSchema.parse(parse(yaml))));
  return [...files.values()].flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
}

/** Every valid environment gives a platform whose parts fit together and whose objects the schemas know. */
it.each([...references, ...generatedEnvironments(200)])('$name is sound', ({ yaml }) => {
  const all = objects(yaml);
  expect(all.flatMap(schemaErrors)).toEqual([]);
  expect(all.filter(({ kind }) => kind === 'Secret')).toEqual([]);
});
