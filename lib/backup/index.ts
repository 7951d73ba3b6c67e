export { Backup } from './backup';
export { type BackupOptions, BackupSchema } from './schema';
