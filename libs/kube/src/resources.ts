import type { Resource } from './resource.ts';

function namespaced(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind, namespaced: true };
}

function clusterScoped(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind, namespaced: false };
}

/** Every kind of object this system reads or writes. */
export const resources = {
  imageStreams: namespaced('image.openshift.io', 'v1', 'imagestreams', 'ImageStream'),
  images: clusterScoped('image.openshift.io', 'v1', 'images', 'Image'),
  deploymentConfigs: namespaced('apps.openshift.io', 'v1', 'deploymentconfigs', 'DeploymentConfig'),
  buildConfigs: namespaced('build.openshift.io', 'v1', 'buildconfigs', 'BuildConfig'),
  builds: namespaced('build.openshift.io', 'v1', 'builds', 'Build'),

  deployments: namespaced('apps', 'v1', 'deployments', 'Deployment'),
  statefulSets: namespaced('apps', 'v1', 'statefulsets', 'StatefulSet'),
  daemonSets: namespaced('apps', 'v1', 'daemonsets', 'DaemonSet'),
  replicaSets: namespaced('apps', 'v1', 'replicasets', 'ReplicaSet'),
  cronJobs: namespaced('batch', 'v1', 'cronjobs', 'CronJob'),
  jobs: namespaced('batch', 'v1', 'jobs', 'Job'),

  replicationControllers: namespaced('', 'v1', 'replicationcontrollers', 'ReplicationController'),
  pods: namespaced('', 'v1', 'pods', 'Pod'),
  services: namespaced('', 'v1', 'services', 'Service'),
  /** Core `v1` events, not those of `events.k8s.io`. */
  events: namespaced('', 'v1', 'events', 'Event'),
  secrets: namespaced('', 'v1', 'secrets', 'Secret'),
  configMaps: namespaced('', 'v1', 'configmaps', 'ConfigMap'),
  serviceAccounts: namespaced('', 'v1', 'serviceaccounts', 'ServiceAccount'),
  namespaces: clusterScoped('', 'v1', 'namespaces', 'Namespace'),
  nodes: clusterScoped('', 'v1', 'nodes', 'Node'),

  leases: namespaced('coordination.k8s.io', 'v1', 'leases', 'Lease'),
  roles: namespaced('rbac.authorization.k8s.io', 'v1', 'roles', 'Role'),
  roleBindings: namespaced('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding'),
  clusterRoles: clusterScoped('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole'),
  clusterRoleBindings: clusterScoped('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding'),
  customResourceDefinitions: clusterScoped(
    'apiextensions.k8s.io',
    'v1',
    'customresourcedefinitions',
    'CustomResourceDefinition',
  ),
  mutatingWebhookConfigurations: clusterScoped(
    'admissionregistration.k8s.io',
    'v1',
    'mutatingwebhookconfigurations',
    'MutatingWebhookConfiguration',
  ),
} as const satisfies Record<string, Resource>;
