export type { AdminAnswer, AdminPage } from './admin-page.ts';
export { type AdminServer, adminApp, startAdminServer } from './admin-server.ts';
export { type Clock, systemClock } from './clock.ts';
export { closeServer } from './close-server.ts';
export { commonFields } from './common-fields.ts';
export {
  type ConfigDefinition,
  type ConfigField,
  type ConfigOf,
  type ConfigVariable,
  defineConfig,
  type Environment,
  field,
} from './config.ts';
export { ConfigError } from './config-error.ts';
export { kubeOptions, natsOptions } from './connections.ts';
export { GroupIndex } from './group-index.ts';
export { createHealth, type Health, type HealthReport, type HealthState } from './health.ts';
export {
  type KeyedQueue,
  type KeyedQueueOptions,
  keyedQueue,
  type RunFailure,
  type RunResult,
} from './keyed-queue.ts';
export { createLog, type Log, type LogOptions } from './log.ts';
export { createMetrics, DEFAULT_BUCKETS_S, type MetricOptions, type Metrics } from './metrics.ts';
export { reportConnection, reportWatch } from './report-health.ts';
export { backoffMs, type RetryOptions, type RetryPolicy, withRetry } from './retry.ts';
export { runService, type Service, type ServiceConfig, type ServiceContext } from './run-service.ts';
export { countKubeRequests, countMessages } from './shared-metrics.ts';
