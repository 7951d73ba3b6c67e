/** What stands between clients and agents. */
export { Edge, type EdgeProps } from './edge';
export {
  type Backend,
  type ControllerOptions,
  type EdgeOptions,
  EdgeSchema,
  host,
  type Route,
  RouteSchema,
  SECURITY_HEADERS,
} from './policy';
