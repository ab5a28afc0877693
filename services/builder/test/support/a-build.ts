import type { Build, ObjectMeta } from '@tagstream/api-types';

/** A Build `shop/web-1`, with what a test says about it. */
export function aBuild(
  spec: Partial<Build['spec']> = {},
  metadata: Partial<ObjectMeta> = {},
  status: Build['status'] = { phase: 'Pending' },
): Build {
  return {
    apiVersion: 'build.openshift.io/v1',
    kind: 'Build',
    metadata: { name: 'web-1', namespace: 'shop', uid: 'uid-1', resourceVersion: '7', ...metadata },
    spec: { strategy: { type: 'Docker', dockerStrategy: {} }, ...spec },
    status,
  };
}
