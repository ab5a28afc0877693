/**
 * An image reference in parts, `[registry/][namespace/]name[:tag][@digest]`, split the way OpenShift splits it: after the
 * registry the first path component is the namespace and all the rest is the name. An absent part is the empty string.
 * The parts keep the writer's spelling; defaults are applied by `normalForm` only.
 */
export interface ImageReference {
  /** Host with optional port as written: `quay.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  readonly namespace: string;
  /** Rest of the path, may hold slashes. Empty for a reference that names a registry only. */
  readonly name: string;
  readonly tag: string;
  /** `sha256:…`, or empty. */
  readonly digest: string;
}
