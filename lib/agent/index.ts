export { Agent } from './agent';
export { routesOf } from './runtime';
export { type AgentOptions, type AgentProps, AgentSchema, type UseOptions, UseSchema } from './schema';
