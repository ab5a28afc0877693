import type { GitHost } from './git-host.ts';
import { gitHosts } from './hosts/index.ts';
import { shown } from './media-type.ts';
import { failure, type Status } from './status.ts';

/** Where a delivery was sent: all that its URL says. */
export interface HookAddress {
  readonly namespace: string;
  readonly name: string;
  readonly secret: string;
  readonly host: GitHost;
}

/**
 * Reads what follows `webhooks/` in the URL: `<secret>/<type>`. OpenShift: exactly two segments, and a type that there is. The
 * answer does not repeat the path, since it may hold a secret in the wrong place.
 */
export function hookAddress(namespace: string, name: string, subpath: string): HookAddress | Status {
  const [secret = '', type = '', ...more] = subpath.split('/');
  if (!subpath.includes('/') || more.length > 0) {
    return failure(400, 'unexpected hook subpath: it must be <secret>/<type>, and the secret without "/"');
  }
  const host = gitHosts.get(type);
  if (host !== undefined) return { namespace, name, secret, host };
  return failure(404, `buildconfighook.build.openshift.io "${shown(type)}" not found`, {
    name: shown(type),
    group: 'build.openshift.io',
    kind: 'buildconfighook',
  });
}
