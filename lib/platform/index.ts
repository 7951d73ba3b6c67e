export { platformOf } from './environment';
export { AgentPlatform } from './platform';
