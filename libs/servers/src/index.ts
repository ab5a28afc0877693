export type { OnProgress, Progress } from './build-tool.ts';
export { applyCrds } from './control-plane/apply-crds.ts';
export {
  type ControlPlane,
  type ControlPlaneOptions,
  type ControlPlanePart,
  startControlPlane,
} from './control-plane/control-plane.ts';
export { type NatsOptions, type NatsServer, startNats } from './nats.ts';
export { type RegistryOptions, type RegistryServer, startRegistry } from './registry.ts';
export { ServersError, type ServersErrorCode } from './servers-error.ts';
export { type SharedServers, startSharedServers } from './shared-servers.ts';
