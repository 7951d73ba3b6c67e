import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { z } from 'zod';
import { pathText, showValue, suggestion, validate } from '../kube';
import { Findings, InvalidEnvironment } from './findings';
import { locate, merge, readSource, type Source } from './source';

/**
 * Reads an environment file with what it extends, and validates the whole.
 *
 * @param file relative to the working directory, as it shall appear in problems
 * @returns the environment as its schema has it, and the files that it is made of: itself first, then what it extends
 * @throws InvalidEnvironment with all problems at once
 */
export function loadEnvironment<S extends z.ZodType>(file: string, schema: S): { value: z.output<S>; files: readonly string[] } {
  const findings = new Findings();
  const root = readFile(file, findings, (reason) => new InvalidEnvironment([`${file}: ${reason}`]));
  const outcome = validate(schema, root.data);
  if (outcome.ok && findings.paths.size === 0) return { value: outcome.value, files: findings.files };
  const problems = outcome.ok ? [] : outcome.problems.filter(({ path }) => !findings.paths.has(pathText(path)));
  for (const problem of problems) findings.add(locate(root, problem), problem.path, problem.message);
  throw findings.error();
}

/** What to throw for a file that cannot be read: nothing can be said about the whole then. */
type Refuse = (reason: string) => InvalidEnvironment;

/** What a file says, merged into what it extends. */
function readFile(file: string, findings: Findings, refuse: Refuse): Source {
  findings.files.push(file);
  const source = readSource(file, readText(file, refuse), findings);
  const { at, data } = source;
  if (!('extends' in data)) return source;
  const path = ['extends'];
  const base = readBase(file, data.extends, findings, (reason) => {
    findings.add(locate(source, { path, message: reason }), path, `got ${showValue(data.extends)}, ${reason}`);
    return findings.error();
  });
  delete data.extends;
  return { at, data: merge(base.data, data) };
}

function readBase(file: string, name: unknown, findings: Findings, refuse: Refuse): Source {
  if (typeof name !== 'string') throw refuse('expected the name of a file');
  const base = isAbsolute(name) ? name : join(dirname(file), name);
  const seen = findings.files.findIndex((other) => resolve(other) === resolve(base));
  if (seen !== -1) throw refuse(`expected no circle: ${[...findings.files.slice(seen), base].join(' -> ')}`);
  return readFile(base, findings, refuse);
}

function readText(file: string, refuse: Refuse): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const folder = dirname(file);
    if (code === 'ENOENT') throw refuse(`no such file${suggestion(basename(file), existsSync(folder) ? readdirSync(folder) : [])}`);
    if (code === 'EISDIR') throw refuse('a folder, expected a file');
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw refuse('not UTF-8 text, expected a YAML file');
    throw refuse(`not readable (${code})`);
  }
}
