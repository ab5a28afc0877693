export { connectKube } from './connect-kube.ts';
export type { ConnectOptions, RequestMetrics } from './connect-options.ts';
export { defaultNamespace } from './default-namespace.ts';
export { type EventRecorder, type EventText, eventRecorder } from './event-recorder.ts';
export type {
  ApplyOptions,
  DeleteOptions,
  GetOptions,
  JsonPatchOperation,
  KubeClient,
  ListOptions,
  ObjectList,
  RequestOptions,
  SelectOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './kube-client.ts';
export { isKubeError, KubeError, type KubeErrorCode, type StatusCause, type StatusDetails } from './kube-error.ts';
export { createPullPermission, type PullPermission, permitEveryPull } from './pull-permission.ts';
export { type EventFacts, recordEvent } from './record-event.ts';
export { apiVersionOf, collectionPath, type ObjectKey, objectPath, type Resource } from './resource.ts';
export { isNewer } from './resource-version.ts';
export { resources } from './resources.ts';
export { watchCache } from './watch-cache.ts';
export type { NamespacedName, WatchCache, WatchCacheOptions, WatchStatus } from './watch-cache-options.ts';
