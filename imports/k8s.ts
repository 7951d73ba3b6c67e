/** The typed Kubernetes 1.27 classes that cdk8s-plus-27 ships: one copy, so that its L2 and our L1 objects are the same. */
export * from 'cdk8s-plus-27/lib/imports/k8s';
