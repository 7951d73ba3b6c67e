import { type Document, type LineCounter, visit, type YAMLError } from 'yaml';

/** Our words for the mistakes that people make in YAML, by the parser's code and message; $1 is what it quotes. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^TAB_AS_INDENT.*/, 'got a tab, expected spaces as indentation'],
  [/^MULTIPLE_DOCS.*/, 'got a second document, expected one; remove the "---"'],
  [/^.*Nested mappings.*/, 'got a second "key: value", expected one a line; check the indentation, or quote the text'],
  [/^MULTILINE_IMPLICIT_KEY.*|.*followed by map values$/, 'got no "key: value", expected a key, a colon and a space'],
  [/^.*Missing closing (.).*/, 'got an open quote, expected a closing $1'],
  [/^.*end with a (.)$/, 'got an open bracket, expected a closing $1'],
  [/^.*start at the same column$/, 'got an indentation that fits no line above, expected the column of a neighbour'],
  [/^.*cannot start with.*(.)$/, 'got a text that starts with $1, expected quotes around it'],
  [/^BAD_ALIAS.*|.*alias at node end$/, 'got a text that starts with *, expected quotes around it'],
  [/^.*at node end$/, 'got more text after the end of a value, expected quotes around the whole'],
  [/^NON_STRING_KEY.*/, 'got a map or a list as a key, expected text; quote a text that starts with {'],
  [/^.*Unresolved tag: (?:tag:yaml.org,2002:)?(.*)/, 'got the tag $1, expected a plain value'],
  [/^.*Invalid escape sequence (.*)/, 'got the escape $1, expected \\\\ for a backslash; or use single quotes'],
  [/^.*Comments must.*/, 'got a # right after a value, expected a space before it'],
  [/^.*header includes extra.*/, 'got text after | or >, expected it on the next line'],
  [/^RESOURCE_EXHAUSTION.*/, 'got too many lists or maps inside each other, expected a few levels'],
];

/**
 * What is wrong with the syntax, and at which offset: the first error of each line, because the parser stumbles on over
 * the rest of a line that it did not understand.
 */
export function syntaxErrors(document: Document.Parsed, lines: LineCounter): { offset: number; message: string }[] {
  // a warning about layout is no harm; one about a tag is a value that is not what was written
  const errors = [...document.errors, ...document.warnings.filter(({ code }) => code !== 'BAD_INDENT')];
  const found = errors.map((error) => ({ offset: offsetOf(error, document), message: messageOf(error) }));
  // what is put in last stays: the first of a line
  const byLine = new Map(found.reverse().map((error) => [lines.linePos(error.offset).line, error]));
  return [...byLine.values()];
}

/** The parser learns about an open quote or bracket where it should have ended; people look at where it starts. */
function offsetOf({ message, pos: [offset] }: YAMLError, document: Document.Parsed): number {
  if (!/Missing closing|end with a/.test(message)) return offset;
  let start = offset;
  visit(document, {
    Node: (_, { range }) => {
      if (range?.[1] === offset) start = range[0];
    },
  });
  return start;
}

function messageOf({ code, message }: YAMLError): string {
  const text = `${code} ${message}`;
  const words = WORDS.find(([pattern]) => pattern.test(text));
  return words ? text.replace(...words) : `got broken YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
