import type { ObjectReference } from './meta.ts';

/** Reference to an object of the same namespace by its name alone. */
export interface LocalReference {
  name: string;
}

/** `spec.source` of a BuildConfig or Build: what is built. Several of its members may be combined. */
export interface BuildSource {
  type?: 'Git' | 'Binary' | 'Dockerfile' | 'Image' | 'None' | '';
  /** The client sends the source with the request. */
  binary?: { asFile?: string } | null;
  /** A Dockerfile in full, in place of one in the source. */
  dockerfile?: string | null;
  git?: GitBuildSource | null;
  images?: ImageSource[] | null;
  /** Directory of the source that the build works in. */
  contextDir?: string;
  /** Credentials for the git repository. */
  sourceSecret?: LocalReference | null;
  secrets?: { secret: LocalReference; destinationDir?: string }[] | null;
  configMaps?: { configMap: LocalReference; destinationDir?: string }[] | null;
}

export interface GitBuildSource {
  uri: string;
  /** Branch, tag or commit; `master` when empty. */
  ref?: string;
  httpProxy?: string | null;
  httpsProxy?: string | null;
  noProxy?: string | null;
}

/** Files of an image that are copied into the source, or a name for it in a multi-stage Dockerfile. */
export interface ImageSource {
  from: ObjectReference;
  as?: string[] | null;
  paths?: { sourcePath: string; destinationDir: string }[] | null;
  pullSecret?: LocalReference | null;
}

/** Which commit a build is of. */
export interface SourceRevision {
  type?: string;
  git?: GitSourceRevision | null;
}

export interface GitSourceRevision {
  commit?: string;
  author?: SourceControlUser;
  committer?: SourceControlUser;
  message?: string;
}

export interface SourceControlUser {
  name?: string;
  email?: string;
}
