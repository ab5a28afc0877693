export { type RateLimit, RegistryError, type RegistryErrorCode, type RegistryErrorDetails } from './errors.ts';
export type { ChildDescriptor, Descriptor, Manifest, Platform } from './manifest.ts';
export { type ManifestKind, manifestKind } from './media-types.ts';
export { createRegistryClient } from './registry-client.ts';
export type {
  CallOptions,
  Clock,
  Credential,
  CredentialProvider,
  CredentialTarget,
  FetchedManifest,
  ListTagsOptions,
  ManifestHead,
  RegistryClient,
  RegistryClientOptions,
  RegistryOperation,
  RequestRecord,
  Timeouts,
} from './types.ts';
