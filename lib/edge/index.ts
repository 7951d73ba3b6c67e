/** What stands between clients and agents. */
export { Edge } from './edge';
export { type Backend, type ControllerOptions, type EdgeOptions, EdgeSchema, type Route, RouteSchema } from './policy';
