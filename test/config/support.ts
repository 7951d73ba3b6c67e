import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { InvalidEnvironment, loadEnvironment } from '../../lib/config';

const memory = z.string().regex(/^\d+[KMG]i$/, { error: 'expected a memory quantity such as 512Mi or 2Gi' });
const Store = z.enum(['postgres', 'redis']);
/** An environment with something of every kind. */
export const schema = z.strictObject({
  name: z.string(),
  domain: z.string(),
  agents: z.record(
    z.string().regex(/^[a-z-]+$/, { error: 'expected lower case letters and "-"' }),
    z.strictObject({
      image: z.string(),
      replicas: z
        .strictObject({ min: z.int().min(1).default(1), max: z.int().default(3) })
        .refine(({ min, max }) => max >= min, { path: ['max'], error: 'expected at least min' })
        .prefault({}),
      uses: z.array(z.union([Store, z.strictObject({ store: Store, url: z.string().optional() })])).default([]),
      env: z.record(z.string(), z.string()).optional(),
      debug: z.boolean().optional(),
    }),
  ),
  stores: z
    .strictObject({
      postgres: z
        .discriminatedUnion('provider', [
          z.strictObject({ provider: z.literal('embedded'), storage: memory.default('50Gi') }),
          z.strictObject({ provider: z.literal('external'), host: z.string(), password: z.int().optional() }),
        ])
        .optional(),
      redis: z.strictObject({ memory: memory.default('1Gi') }).optional(),
    })
    .prefault({}),
});

export const GOOD = `# an environment
name: production
domain: agent.example.com
agents:
  agent:
    image: registry.example.com/agent:1
    replicas:
      min: 3
      max: 10
    uses:
      - redis
      - store: postgres
        url: DATABASE_URL
    debug: true
stores:
  postgres:
    provider: external
    host: db.example.com
  redis: { memory: 2Gi }
`;

/** Lets each test run in an empty folder of its own; the result tells its path. */
export function inFolderOfItsOwn(): () => string {
  const home = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'load-'));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });
  return () => folder;
}

export function write(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(name, '..'), { recursive: true });
    writeFileSync(name, text);
  }
}

/** The problems of the first file. */
export function problems(files: Readonly<Record<string, string | Buffer>>, file = Object.keys(files)[0] ?? ''): readonly string[] {
  write(files);
  try {
    loadEnvironment(file, schema);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    expect(error.message).toBe(error.lines.join('\n'));
    return error.lines;
  }
}
