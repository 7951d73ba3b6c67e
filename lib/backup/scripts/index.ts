/** Scripts by the names of their files. */
export { default as 'dump-files.sh' } from './dump-files.sh';
export { default as 'dump-postgres.sh' } from './dump-postgres.sh';
export { default as 'dump-redis.sh' } from './dump-redis.sh';
export { default as 'fetch.sh' } from './fetch.sh';
export { default as 'publish.sh' } from './publish.sh';
export { default as 'restore-files.sh' } from './restore-files.sh';
export { default as 'restore-postgres.sh' } from './restore-postgres.sh';
export { default as 'restore-redis.sh' } from './restore-redis.sh';
export { default as 'restore-redis-cluster.sh' } from './restore-redis-cluster.sh';
