import { parseArgs } from 'node:util';
import { EnvironmentSchema, environmentJsonSchema, InvalidEnvironment, loadEnvironment } from './config';
import { InvalidInput, imagesOf, withoutDigest } from './kube';
import { type AgentPlatform, platformOf } from './platform';
import { type Files, renderFiles, summary, UnsoundPlatform, writeFolders } from './render';

const USAGE = `Usage: cdk8s-ai-agent synth FILE... --out DIR
       cdk8s-ai-agent images FILE... [--copies]
       cdk8s-ai-agent schema

synth   renders each environment file into DIR/<name of the environment>/;
        nothing is written unless every file is valid
images  prints every image of the environments, one a line, as it is called
        where it comes from
schema  prints the JSON Schema of an environment file

  --out DIR    folder of the environments' folders
  --copies     only what images.registry has a place for, each with that
               place behind a space
  --help       this text

Exit status: 0 done, 1 a mistake in a file, 2 a mistake in the command.
`;

/** A mistake in the command itself. */
class Misuse extends Error {}

/**
 * Runs a command line.
 *
 * @param argv arguments after the program's name
 * @returns the exit status
 */
export function run(argv: readonly string[]): number {
  try {
    execute(argv);
    return 0;
  } catch (error) {
    const isMisuse = error instanceof Misuse || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isMisuse ? `${(error as Error).message}\n\n${USAGE}` : `${explain(error)}\n`);
    return isMisuse ? 2 : 1;
  }
}

function execute(argv: readonly string[]): void {
  const options = { out: { type: 'string' }, copies: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const [verb, ...files] = positionals;
  const { out, copies } = values;
  if (values.help) process.stdout.write(USAGE);
  else if (verb === 'schema' && files.length === 0) process.stdout.write(`${JSON.stringify(environmentJsonSchema(), null, 2)}\n`);
  else if (verb !== 'synth' && verb !== 'images')
    throw new Misuse(verb ? `unknown command "${positionals.join(' ')}"` : 'expected a command');
  else if (files.length === 0) throw new Misuse(`${verb}: expected at least one environment file`);
  else if (verb === 'images') process.stdout.write(listImages(render(files), copies));
  else if (!out) throw new Misuse('synth: expected --out DIR');
  else synth(files, out);
}

interface Rendered {
  readonly source: string;
  readonly platform: AgentPlatform;
  readonly files: Files;
}

/** Environments by name. Problems of all files are told at once. */
function render(sources: readonly string[]): Map<string, Rendered> {
  const problems: string[] = [];
  const rendered = new Map<string, Rendered>();
  for (const source of sources)
    try {
      const { value } = loadEnvironment(source, EnvironmentSchema);
      const other = rendered.get(value.name)?.source;
      if (other) throw new InvalidEnvironment([`${source}: name: got "${value.name}", which ${other} has too; expected another`]);
      const platform = platformOf(value);
      rendered.set(value.name, { source, platform, files: renderFiles(platform) });
    } catch (error) {
      problems.push(explain(error, source));
    }
  if (problems.length > 0) throw new InvalidEnvironment(problems);
  return rendered;
}

/** Nothing is written before everything is rendered. */
function synth(sources: readonly string[], out: string): void {
  const rendered = render(sources);
  writeFolders(out, new Map([...rendered].map(([name, { files }]) => [name, files])));
  for (const [name, { platform, files }] of rendered) process.stdout.write(summary(platform, `${out}/${name}`, files));
}

/** Lines, sorted, each once. A copy is by tag: what has none is deleted by many registries as left over. */
function listImages(rendered: ReadonlyMap<string, Rendered>, copies = false): string {
  const lines = [...rendered.values()].flatMap(({ platform }) =>
    imagesOf(platform).flatMap(({ from, to }) => (!copies ? from : from === to ? [] : `${from} ${withoutDigest(to)}`)),
  );
  return [...new Set(lines)]
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

/** A user's mistake in our words; anything else is a fault of ours, and says so. */
function explain(error: unknown, file?: string): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof InvalidEnvironment) return message;
  const located = file ? message.replace(/^/gm, `${file}: `) : message;
  if (error instanceof InvalidInput || error instanceof UnsoundPlatform || code) return located;
  return `${located}\nthis may be a fault of cdk8s-ai-agent: please report it with the file`;
}
