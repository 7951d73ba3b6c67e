// Makes docs/reference.md from the JSON Schema: every field of an environment file with its type, default and meaning;
// and the table of docs/edge.md from the abilities of the controllers.
const fs = require('node:fs');
const path = require('node:path');
const { buildSync } = require('esbuild');

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

/** What `lib/edge` exports; bundled, for it is TypeScript. */
function edgeRoom() {
  const options = { bundle: true, write: false, platform: 'node', packages: 'external' };
  const [{ text: code }] = buildSync({ ...options, entryPoints: [path.join(__dirname, '../lib/edge/index.ts')] }).outputFiles;
  const module = { exports: {} };
  new Function('module', 'require', code)(module, require);
  return module.exports;
}

/** The table, and under it the words of what is not exact. */
function abilitiesTable({ CONTROLLERS, FEATURES }) {
  const names = Object.keys(CONTROLLERS);
  const mark = (ability) => (ability === 'exact' ? '=' : ability.nearest ? '~' : '-');
  const lines = Object.entries(FEATURES).map(
    ([feature, { title }]) => `| ${cell(title)} | ${names.map((name) => mark(CONTROLLERS[name].abilities[feature])).join(' | ')} |`,
  );
  const words = names.map((name) => {
    const inexact = Object.entries(CONTROLLERS[name].abilities).filter(([, ability]) => ability !== 'exact');
    const items = inexact.map(([feature, { nearest, refused }]) => {
      const text = nearest?.replace(/\{(\w+)\}/g, '`$1`') ?? `not: expected ${refused}`;
      return `- ${FEATURES[feature].title}: ${text}`;
    });
    return `### ${name}\n\n${items.join('\n')}\n`;
  });
  const head = `| | ${names.join(' | ')} |\n|---|${'---|'.repeat(names.length)}`;
  return `${head}\n${lines.join('\n')}\n\n${words.join('\n')}`;
}

const edgeFile = path.join(__dirname, 'edge.md');
const edge = fs.readFileSync(edgeFile, 'utf8');
const [before, rest] = edge.split('<!-- abilities -->\n');
const after = rest.slice(rest.indexOf('<!-- /abilities -->'));
fs.writeFileSync(edgeFile, `${before}<!-- abilities -->\n\n${abilitiesTable(edgeRoom())}\n${after}`);
