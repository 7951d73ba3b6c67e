export { InvalidEnvironment } from './findings';
export * from './load';
export * from './schema';
