/**
 * The target of the `rel="next"` link of a `Link` header (RFC 8288), as written; undefined when there is none. A registry
 * points to the next page of tags with it (OCI distribution specification, "Listing Tags").
 */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, target, params] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*"?next"?\s*(?:[;,]|$)/i.test(params as string)) return target;
  }
  return undefined;
}
