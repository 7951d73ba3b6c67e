// Makes docs/reference.md from the JSON Schema: every field of an environment file with its type, default and meaning.
const fs = require('node:fs');
const path = require('node:path');

const schema = JSON.parse(fs.readFileSync(path.join(__dirname, '../schema/environment.schema.json'), 'utf8'));

/** What may be written: `"a"`, `"a" \| "b"`, text, a number. */
function typeOf(field) {
  if ('const' in field) return `\`${field.const}\``;
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(' \\| ');
  const branches = field.anyOf ?? field.oneOf;
  if (branches) return [...new Set(branches.map(typeOf))].join(' \\| ');
  if (field.type === 'array') return `list of ${typeOf(field.items)}`;
  if (field.type === 'object') return field.additionalProperties ? `map of ${typeOf(field.additionalProperties)}` : 'map';
  return { string: 'text', integer: 'number', boolean: 'true \\| false' }[field.type] ?? field.type ?? 'anything';
}

const code = (value) => `\`${JSON.stringify(value).replaceAll('|', '\\|')}\``;
const cell = (text) => (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Rows of an object's fields, those of nested objects right after their parent. */
function rows(object, prefix) {
  return Object.entries(object.properties ?? {}).flatMap(([key, field]) => {
    const name = `${prefix}${key}`;
    const required = object.required?.includes(key) && !('default' in field);
    const hasDefault = 'default' in field && !(typeof field.default === 'object' && Object.keys(field.default).length === 0);
    const row = `| \`${name}\` | ${typeOf(field)} | ${required ? 'required' : hasDefault ? code(field.default) : ''} | ${cell(field.description)} |`;
    return [row, ...nested(field, name)];
  });
}

function nested(field, name) {
  if (field.type === 'array') return nested(field.items, `${name}[]`);
  if (field.properties) return rows(field, `${name}.`);
  if (typeof field.additionalProperties === 'object') return nested(field.additionalProperties, `${name}.<name>`);
  return (field.anyOf ?? field.oneOf ?? []).flatMap((branch) => nested(branch, name));
}

/** One chapter for each branch of a field that has several shapes, one for all of it otherwise. */
function chapter(key, field) {
  const head = '| field | type | default | meaning |\n|---|---|---|---|';
  const branches = (field.anyOf ?? field.oneOf)?.filter((branch) => branch.properties);
  const title = `## ${key}\n\n${cell(field.description)}\n`;
  if (!branches?.length) return `${title}\n${head}\n${nested(field, key).join('\n')}\n`;
  const parts = branches.map((branch) => {
    const [discriminator] = Object.entries(branch.properties).find(([, value]) => 'const' in value) ?? [];
    const value = discriminator && branch.properties[discriminator];
    return `### ${key}: ${discriminator} ${value?.const}\n\n${cell(value?.description)}\n\n${head}\n${rows(branch, `${key}.`).join('\n')}\n`;
  });
  return [title, ...parts].join('\n');
}

const { properties, required } = schema.else;
const { stores, ...top } = properties;
const simple = Object.entries(top).filter(([, field]) => nested(field, '').length === 0);
const text = [
  '# Reference of an environment file',
  'Made by `npm run generate` from the schema. A file that `extends` another says the differences only: maps are merged,\nlists and values replaced, and a map that chooses another `provider` or `controller` is replaced whole.\n',
  '## Top level\n',
  '| field | type | default | meaning |\n|---|---|---|---|',
  ...rows({ properties: Object.fromEntries(simple), required }, ''),
  '| `extends` | text |  | Environment file, relative to this one, that this one says the differences to. |\n',
  ...Object.entries(top)
    .filter(([, field]) => nested(field, '').length > 0)
    .map(([key, field]) => chapter(key, field)),
  ...Object.entries(stores.properties).map(([key, field]) => chapter(`stores.${key}`, field)),
].join('\n');
fs.writeFileSync(path.join(__dirname, 'reference.md'), `${text.trimEnd()}\n`);
