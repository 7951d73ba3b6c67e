import { AGENT_ALERTS } from './agent-alerts';
import type { AlertTable } from './alert';
import { BACKUP_ALERTS } from './backup-alerts';
import { PLATFORM_ALERTS } from './platform-alerts';
import { STORE_ALERTS } from './store-alerts';

/** Alerts by group and name. */
export const GROUPS: Readonly<Record<string, AlertTable>> = {
  agents: AGENT_ALERTS,
  stores: STORE_ALERTS,
  backups: BACKUP_ALERTS,
  platform: PLATFORM_ALERTS,
};

/** Names of all alerts. */
export const ALERT_NAMES: readonly string[] = Object.values(GROUPS).flatMap((group) => Object.keys(group));
