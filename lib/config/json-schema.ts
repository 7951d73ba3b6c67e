import { z } from 'zod';
import { EnvironmentSchema } from './schema';

type JsonSchema = { [key: string]: unknown };

/**
 * The JSON Schema (draft-07, which yaml-language-server reads) of an environment file, for completion and checks in
 * editors. A file that extends another may leave out what the other says.
 */
export function environmentJsonSchema(): JsonSchema {
  const { $schema, ...full } = z.toJSONSchema(EnvironmentSchema, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // zod's bound of safe integers says nothing to a reader
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }) as JsonSchema & { properties: JsonSchema };
  const extension = {
    type: 'string',
    description: 'Environment file, relative to this one, that this one says the differences to.',
  };
  return {
    $schema,
    title: 'Environment of cdk8s-ai-agent',
    if: { required: ['extends'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      ...withoutRequired(full),
      properties: { extends: extension, ...(withoutRequired(full.properties) as JsonSchema) },
    },
    else: full,
  };
}

/** A copy in which nothing is required. */
function withoutRequired(value: unknown): JsonSchema {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'required' && Array.isArray(inner) ? undefined : inner)));
}
