import { Postgres, type PostgresProps } from '../../lib/stores/postgres';
import { find, podSpec, rendered } from '../support/platform';
import { consumerOf, makeStore } from './support';

export const make = (props: PostgresProps = {}, context = {}) => makeStore(Postgres, 'postgres', props, context);

/** Settings on the command line, which follow from the consumers. */
export const onCommandLine = (props: PostgresProps, demand = 0): Record<string, string> => {
  const { store } = make(props);
  consumerOf(store, (consumer) => store.connectFrom(consumer, demand));
  const { args } = podSpec(find(rendered(store), 'StatefulSet', 'postgres')).containers[0];
  return Object.fromEntries(args.filter((arg: string) => arg !== '-c').map((arg: string) => arg.split('=')));
};
