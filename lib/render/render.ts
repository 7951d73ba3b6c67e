import type { AgentPlatform } from '../platform';
import type { Files } from './files';
import { toYaml } from './yaml';

/** A platform whose parts do not fit together. */
export class UnsoundPlatform extends Error {
  override readonly name = 'UnsoundPlatform';

  /** @param findings everything that is wrong, each naming the construct */
  constructor(readonly findings: readonly string[]) {
    super(findings.join('\n'));
  }
}

/**
 * A platform as files: one for each component, objects in the order of their declaration, keys sorted, the same bytes
 * for the same input.
 *
 * @throws UnsoundPlatform with all findings, if parts of the platform do not fit together
 */
export function renderFiles(platform: AgentPlatform): Files {
  const objects = platform.objects();
  const findings = platform.problems(objects);
  if (findings.length > 0) throw new UnsoundPlatform(findings);
  const files = new Map<string, string>();
  for (const { file, json } of objects) {
    const before = files.get(file);
    files.set(file, `${before === undefined ? '' : `${before}---\n`}${toYaml(json)}`);
  }
  return files;
}
