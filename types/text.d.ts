/** Scripts and configuration are imported as text: esbuild's text loader in the build, a transform in jest. */
declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.py' {
  const text: string;
  export default text;
}
declare module '*.conf' {
  const text: string;
  export default text;
}

/** Alerts are YAML that the build and jest have parsed. */
declare module '*.yaml' {
  const alerts: readonly import('../lib/observability/alerts').Alert[];
  export default alerts;
}
