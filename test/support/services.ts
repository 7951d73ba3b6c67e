import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keep } from './figures';
import { onPath } from './sh';

const required = process.env.REQUIRE_TIERS?.split(/[\s,]+/).some((tier) => ['services', 'cluster'].includes(tier)) ?? false;

/** Where Debian has the programs of PostgreSQL: on nobody's PATH. */
export const POSTGRES_PROGRAMS = '/usr/lib/postgresql/15/bin';

/** Whether a program is here. bwrap is if it can make a sandbox: some containers forbid that. */
export function installed(program: string): boolean {
  if (program !== 'bwrap') return onPath(program) !== undefined || existsSync(join(POSTGRES_PROGRAMS, program));
  const args = ['--unshare-user', '--uid', '999', '--unshare-pid', '--ro-bind', '/', '/', '--proc', '/proc', 'true'];
  return spawnSync('bwrap', args).status === 0;
}

/**
 * Tests that need what may not be here, such as programs: without it they are skipped by name. With
 * REQUIRE_TIERS=services, or cluster, they run, and fail.
 */
export function needs(...needed: readonly (string | boolean)[]): { it: jest.It; describe: jest.Describe } {
  const run = required || needed.every((each) => (typeof each === 'string' ? installed(each) : each));
  return run ? { it, describe } : { it: it.skip as jest.It, describe: describe.skip as jest.Describe };
}

/**
 * What `probe` gives once it gives something: asked again for as long as a slow machine may take.
 *
 * @throws Error after so many seconds, with what `probe` threw last
 */
export async function eventually<T>(what: string, probe: () => T | undefined | Promise<T | undefined>, seconds = 30): Promise<T> {
  let last: unknown;
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    try {
      const outcome = await probe();
      if (outcome !== undefined) return outcome;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${seconds} s in vain for ${what}`, { cause: last });
}

/** Keeps a figure for docs/reliability.md: of which server, what was measured, and its value with a unit. */
export function figure(server: string, what: string, value: string): void {
  keep(process.env.SERVICES_FIGURES ?? '', server, what, value);
}
