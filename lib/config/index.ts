export { environmentJsonSchema } from './json-schema';
export { InvalidEnvironment, loadEnvironment } from './load';
export {
  type Environment,
  EnvironmentSchema,
  type PlatformOptions,
  type PlatformProps,
  PlatformSchema,
} from './schema';
