export { Bootstrap, isGenerated } from './bootstrap';
export { GuardRails } from './guard-rails';
export { type NetworkOptions, NetworkSchema, SecretsSchema } from './schema';
