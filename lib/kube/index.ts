/** The domain-free vocabulary that every room builds with. */
export * from './api-access';
export * from './component';
export * from './cron';
export * from './fields';
export * from './footprint';
export * from './images';
export * from './network';
export * from './pod';
export * from './probe';
export * from './problems';
export * from './quantity';
export * from './store';
export * from './volume';
export * from './workload';
