export { Bootstrap, isGenerated } from './bootstrap';
export { GuardRails } from './guard-rails';
export { type NetworkOptions, NetworkSchema, type SecretsOptions, SecretsSchema } from './schema';
