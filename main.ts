import { run } from './lib/cli';

// Environment files in, one folder of plain YAML for each of them out. lib/cli.ts has the command line.
process.exitCode = run(process.argv.slice(2));
