export type { OnProgress, Progress } from './build-tool.ts';
export { applyCrds } from './control-plane/apply-crds.ts';
export {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from './control-plane/control-plane.ts';
export type { ControlPlanePart } from './control-plane/plan.ts';
export { areToolsThere, buildTools, ensureDebianTools } from './ensure-debian-tools.ts';
export { findTool, missingTools } from './find-tool.ts';
export { freePort } from './free-port.ts';
export { type GitServer, startGitServer } from './git-server.ts';
export type { LogLine } from './log-lines.ts';
export { type NatsOptions, type NatsServer, startNats } from './nats.ts';
export { type RegistryOptions, type RegistryServer, startRegistry } from './registry.ts';
export type { ServerProcess } from './server-process.ts';
export { ServersError, type ServersErrorCode } from './servers-error.ts';
export { type ServiceName, type ServiceOptions, type ServiceProcess, startService } from './service-process.ts';
export { type SharedServers, startSharedServers } from './shared-servers.ts';
export { cacheDir, type Environment } from './tool-cache.ts';
export type { BuiltTool } from './versions.ts';
