import { Component } from '../../lib/kube';
import { createStores, StoresSchema } from '../../lib/stores';
import { testScope } from './platform';

/** The file of every store that an environment can have, in the order in which they are made. */
export function storeFiles(): string[] {
  const scope = testScope();
  const all = Object.fromEntries(Object.keys(StoresSchema.shape).map((name) => [name, {}]));
  createStores(scope, StoresSchema.parse(all));
  return scope.node.children.filter((child): child is Component => child instanceof Component).map(({ file }) => file);
}
