/** What `repository:tag` says; the tag is what follows the last colon after the last slash. */
export function splitTag(text: string): { readonly repository: string; readonly tag: string | undefined } {
  const colon = text.lastIndexOf(':');
  if (colon <= text.lastIndexOf('/')) return { repository: text, tag: undefined };
  return { repository: text.slice(0, colon), tag: text.slice(colon + 1) };
}

/**
 * What a full reference says without its digest: `host/repository:tag`. The host is there when the first part holds a dot or
 * a colon or is `localhost`; without one it is an image of Docker Hub.
 */
export function splitReference(text: string): {
  readonly host: string;
  readonly repository: string;
  readonly tag: string | undefined;
} {
  const at = text.indexOf('@');
  const { repository: name, tag } = splitTag(at < 0 ? text : text.slice(0, at));
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  const hasHost = slash > 0 && (/[.:]/.test(first) || first === 'localhost');
  return hasHost
    ? { host: first, repository: name.slice(slash + 1), tag }
    : { host: 'docker.io', repository: name, tag };
}
