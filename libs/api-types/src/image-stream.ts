import type { ConditionStatus, KubeObject, ObjectReference } from './meta.ts';

/** `image.openshift.io/v1` ImageStream. */
export interface ImageStream extends KubeObject {
  spec?: ImageStreamSpec | null;
  status?: ImageStreamStatus | null;
}

export interface ImageStreamSpec {
  lookupPolicy?: { local?: boolean } | null;
  /** Whole-repository import source, without tag or digest. */
  dockerImageRepository?: string;
  tags?: TagReference[] | null;
}

/** An element of `spec.tags`: what a tag should follow. */
export interface TagReference {
  name: string;
  annotations?: Record<string, string> | null;
  from?: ObjectReference | null;
  /** True: record the reference as it is, never import it. */
  reference?: boolean;
  generation?: number | null;
  importPolicy?: TagImportPolicy;
  referencePolicy?: { type?: 'Source' | 'Local' | '' };
}

export interface TagImportPolicy {
  insecure?: boolean;
  scheduled?: boolean;
  importMode?: 'Legacy' | 'PreserveOriginal' | '';
}

export interface ImageStreamStatus {
  dockerImageRepository?: string;
  publicDockerImageRepository?: string;
  tags?: NamedTagEventList[] | null;
  /** The repositories whose tags are imported as a whole, and which tags these were when they were listed. */
  repositories?: RepositoryTags[] | null;
  /** What became of the stream as a whole. OpenShift has conditions for single tags only. */
  conditions?: StreamCondition[] | null;
  /** What `kubectl get` shows under TAGS, the latest change first: a printer column cannot compute it. */
  tagSummary?: string;
  /** `created` of the newest item of all tags, for the column UPDATED. */
  lastUpdated?: string;
}

/** An element of `status.tags`: the history of a tag, newest first. */
export interface NamedTagEventList {
  tag: string;
  items?: TagEvent[] | null;
  conditions?: TagEventCondition[] | null;
  /**
   * Which spec tag the newest item or condition answers to, and at which generation it was first seen. OpenShift keeps
   * this in `spec.tags[].generation`; here the spec stays the user's alone.
   */
  observedSpec?: { hash: string; generation: number };
  /**
   * Digest that was last taken over from the stream's own repository in the cluster's registry. A push is news only when the
   * registry shows another one there, so that repeating its announcement moves nothing.
   */
  pushedImage?: string;
}

/** An element of `status.repositories`: what a repository was found to contain. */
export interface RepositoryTags {
  /** As written in the spec. */
  repository: string;
  /** The tags that are imported because they are in the repository, the most wanted first. */
  tags?: string[] | null;
  /** How many more there were. */
  additionalTags?: number;
  /** When the repository was listed, or could not be. */
  checkedAt: string;
  /** The request by annotation that this answers, empty for none. */
  request?: string;
}

/** `RepositoryImported`: whether the tags of `spec.dockerImageRepository` are known. */
export interface StreamCondition {
  type: 'RepositoryImported';
  status: ConditionStatus;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

export interface TagEvent {
  /** Instant with milliseconds, unique within its tag. */
  created: string;
  dockerImageReference: string;
  /** Digest, empty for a tag that is only a reference. */
  image: string;
  generation: number;
}

export interface TagEventCondition {
  type: 'ImportSuccess';
  status: ConditionStatus;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
  generation: number;
}
