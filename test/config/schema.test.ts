import { readFileSync } from 'node:fs';
import { environmentJsonSchema } from '../../lib/config';

test('schema/ is what the sources say (npm run generate)', () => {
  expect(JSON.parse(readFileSync('schema/environment.schema.json', 'utf8'))).toEqual(environmentJsonSchema());
});
