import type { EnvValue } from './pod';
import type { QuantityText } from './quantity';
import type { Volume } from './volume';
import type { Workload } from './workload';

/** One fact that a consumer of a store needs, and the environment variable that the guide calls it by; a text may have `$(VARIABLE)` of an earlier one in it. */
export type StoreVariable = { readonly env: string; readonly value: EnvValue };

/** What an agent can use. An embedded store and its external twin look the same from here: moving is one line. */
export interface Store {
  /** Name in `uses`: `postgres`, `redis`, `memcached`, `chroma`, `minio`. */
  readonly storeName: string;
  /** What a consumer needs to know, by the store's own words: `url`, `host`, `port`. */
  readonly variables: Readonly<Record<string, StoreVariable>>;
  /** What a consumer mounts, by path: the variables name these files. */
  readonly files?: Readonly<Record<string, Volume>>;
  /** Buckets of an object store, which consumers ask for by name. */
  readonly buckets?: readonly string[];
  /** As {@link variables}, for a consumer that gets a key of its own: it may use these buckets, or the first, and no other. */
  variablesFor?(consumer: Workload, buckets?: readonly string[]): Store['variables'];
  /** Connections that it accepts from all consumers together; absent where that is no limit in practice. */
  readonly maxConnections?: number;
  /** Opens the way from a consumer to the store, on both sides, for so many connections at most. */
  connectFrom(consumer: Workload, connections?: number): void;
}

/** Something with data that must be backed up, and how that is done. */
export interface BackupSource {
  /** Name of the backup: `postgres`, `chroma`, `agent-uploads`. */
  readonly backupName: string;
  /** Which scripts dump and restore it. */
  readonly method: 'postgres' | 'redis' | 'redis-cluster' | 'files';
  /** Image that brings the tools of the store. @default - the backup's own image, which has tar */
  readonly image?: string;
  /** Who dumps and restores: the owner of the data. */
  readonly user: { readonly uid: number; readonly gid: number };
  readonly env: Readonly<Record<string, EnvValue>>;
  /** Claim of the data folder: read under `/source` to dump `files`, written under `/target` to restore `files` and `redis`. */
  readonly claim?: string;
  /** Password file that is mounted under `/secrets`. */
  readonly secret?: Volume;
  /** Pods whose node the volume is bound to. */
  readonly besidePods?: Readonly<Record<string, string>>;
  /** Memory that a restore needs, where it is more than a few buffers. */
  readonly restoreMemory?: QuantityText;
  /** What a dump may need for a moment. */
  readonly scratch: string;
  /** Opens the way from the dumping pod to the store. */
  connectFrom?(consumer: Workload): void;
}
