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
