/** What stands between clients and agents. */
export { FEATURES } from './abilities';
export { Edge } from './edge';
export {
  type Backend,
  CONTROLLERS,
  type ControllerOptions,
  type EdgeOptions,
  EdgeSchema,
  type Route,
  RouteSchema,
} from './policy';
