export { ALERT_NAMES } from './alerts';
export { Observability, type ObservabilityProps } from './observability';
export { type ObservabilityOptions, ObservabilitySchema } from './schema';
