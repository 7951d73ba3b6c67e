import { App } from 'cdk8s';
import { Agent, type AgentProps } from '../../lib/agent';
import { EnvironmentSchema, type PlatformProps } from '../../lib/config';
import { parse } from '../../lib/kube';
import { AgentPlatform, platformOf } from '../../lib/platform';

export const IMAGE = 'registry.test/agent:1';

/** A platform of one agent and nothing else. */
export function smallPlatform(props: PlatformProps = {}, agent: Partial<AgentProps> = {}): AgentPlatform {
  const platform = new AgentPlatform(new App(), 'small', props);
  new Agent(platform, 'agent', { image: IMAGE, ...agent });
  return platform;
}

/** The platform of an environment, without a file. */
export function platformFrom(environment: object): AgentPlatform {
  return platformOf(parse(EnvironmentSchema, environment, 'it'));
}
