export { type AllowedRegistry, parseAllowedRegistry, refuseRegistry } from './allow-list.ts';
export { withAnonymousFallback } from './anonymous-reader.ts';
export { chooseChild } from './choose-child.ts';
export { describeImage, type ImageDetails, type Layer } from './describe-image.ts';
export { type KeyedCredential, parseDockerConfig } from './docker-config.ts';
export { type RateLimit, RegistryError, type RegistryErrorCode, type RegistryErrorDetails } from './errors.ts';
export type { ImageConfig } from './image-config.ts';
export { keyring } from './keyring.ts';
export type { ChildDescriptor, Descriptor, Manifest, Platform } from './manifest.ts';
export { type ManifestKind, manifestKind } from './media-types.ts';
export { type ImageReader, mirroredReader } from './mirrored-reader.ts';
export { type ImportFailure, openshiftReason } from './openshift-reason.ts';
export { credentialsInSecrets, type PullSecret } from './pull-secrets.ts';
export { type Mirror, type MirrorRule, type PullRules, type PullSource, pullSources } from './pull-sources.ts';
export { createRegistryClient, createRegistryTransport } from './registry-client.ts';
export { type ResolvedImage, type ResolveOptions, resolveImage } from './resolve-image.ts';
export type { HttpRequest, HttpResponse, Transport } from './transport.ts';
export type {
  CallOptions,
  Clock,
  Credential,
  CredentialProvider,
  CredentialTarget,
  FetchedManifest,
  ListTagsOptions,
  ManifestHead,
  ProxySettings,
  RegistryClient,
  RegistryClientOptions,
  RegistryOperation,
  RequestRecord,
  Timeouts,
} from './types.ts';
