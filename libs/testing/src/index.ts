export { describeBuildRunnerContract } from './build-runner/contract.ts';
export type { RunnerInstance } from './build-runner/runner-place.ts';
export { type AccountKubeconfig, accountKubeconfig } from './cluster/account-kubeconfig.ts';
export { type AppliedRights, applyRights, type RightsObject } from './cluster/apply-rights.ts';
export type { CrashPoint } from './cluster/crashing-client.ts';
export { type OwnNamespace, openNamespace, openPlace, type Place } from './cluster/open-place.ts';
export { type InProcess, runInProcess } from './cluster/run-in-process.ts';
export { type ConnectProxy, startConnectProxy } from './connect-proxy.ts';
export {
  type FakeAuth,
  type FakeBehaviour,
  type FakeRequest,
  type FakeRequestKind,
  wellBehaved,
} from './fake-registry/behaviour.ts';
export { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from './fake-registry/start-fake-registry.ts';
export { testCertificate } from './fake-registry/test-certificate.ts';
export { buildImage, type ImageOptions } from './image/build-image.ts';
export { buildIndex } from './image/build-index.ts';
export { deleteTag, type PushOptions, pushImage } from './image/push-image.ts';
export type { TarFile } from './image/tar.ts';
export {
  type ImageFormat,
  sha256,
  type TestBlob,
  type TestImage,
  type TestIndex,
  type TestPlatform,
} from './image/test-image.ts';
export { describeRegistryContract } from './registry-contract.ts';
