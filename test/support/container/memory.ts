import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below a folder. */
export function sizeOf(folder: string): number {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0,
  );
  return sizes.reduce((sum, blocks) => sum + blocks * 512, 0);
}

/** The most that was held while something was done, looked at every 50 ms, and what came of it. */
export async function peakWhile<T>(held: () => number, work: () => Promise<T>): Promise<{ readonly peak: number; readonly outcome: T }> {
  let peak = held();
  const timer = setInterval(() => {
    peak = Math.max(peak, held());
  }, 50);
  try {
    const outcome = await work();
    return { peak: Math.max(peak, held()), outcome };
  } finally {
    clearInterval(timer);
  }
}
