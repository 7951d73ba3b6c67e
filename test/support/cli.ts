import { writeFileSync } from 'node:fs';
import { run } from '../../lib/cli';

/** What a command line printed, and its exit status. */
export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process: the same code as the built program, without the start of a process. */
export function cli(...argv: string[]): CommandResult {
  const printed = { stdout: '', stderr: '' };
  const capture = (stream: 'stdout' | 'stderr') =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    });
  const spies = [capture('stdout'), capture('stderr')];
  try {
    return { status: run(argv), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Writes an environment file of one agent; its path. */
export function environmentFile(file: string, name: string, image = 'registry.test/agent:1'): string {
  writeFileSync(file, `name: ${name}\nagents:\n  agent:\n    image: ${image}\n`);
  return file;
}
