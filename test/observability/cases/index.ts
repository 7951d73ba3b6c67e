import { AGENTS } from './agents';
import { BACKUPS } from './backups';
import type { Cases } from './case';
import { LIMITS } from './limits';
import { PLATFORM } from './platform';
import { POSTGRES } from './postgres';
import { REDIS } from './redis';
import { STORES } from './stores';
import { VOLUMES } from './volumes';

/** What every alert is tested with, by its name. */
export const CASES: Readonly<Record<string, Cases>> = {
  ...AGENTS,
  ...STORES,
  ...POSTGRES,
  ...REDIS,
  ...BACKUPS,
  ...PLATFORM,
  ...LIMITS,
  ...VOLUMES,
};
