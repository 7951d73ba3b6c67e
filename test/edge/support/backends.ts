import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts three replicas behind each target. */
export async function startBackends(targets: readonly number[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(__dirname, 'backend.js'), ...targets.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

/** Ends a replica by its address. */
export const kill = (address: string): Promise<string> => fetch(`http://10.200.0.1:9000/${address}`).then((answer) => answer.text());
