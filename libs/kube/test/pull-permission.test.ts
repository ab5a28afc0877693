import { describe, expect, test } from 'vitest';
import { createPullPermission, KubeError, type RequestOptions } from '../src/index.ts';

const web = { namespace: 'dev', name: 'web' };

/** Permissions that an API server answers as told, with a clock that the test moves. */
function permissions(answer: () => boolean | Error) {
  const bodies: unknown[] = [];
  const clock = { ms: 0, now: () => clock.ms };
  const mayPull = createPullPermission(
    {
      async request(_method: string, _path: string, options?: RequestOptions) {
        bodies.push(options?.body);
        const allowed = answer();
        if (allowed instanceof Error) throw allowed;
        return { status: { allowed } };
      },
    },
    clock,
  );
  return { mayPull, bodies, clock };
}

describe('the permission to pull', () => {
  test('#51 is asked for the default service account of the namespace: get on imagestreams/layers of the stream', async () => {
    const { mayPull, bodies } = permissions(() => true);
    expect(await mayPull('prod', web)).toBeUndefined();
    expect(bodies).toEqual([
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          user: 'system:serviceaccount:prod:default',
          groups: ['system:serviceaccounts', 'system:serviceaccounts:prod', 'system:authenticated'],
          resourceAttributes: {
            namespace: 'dev',
            verb: 'get',
            group: 'image.openshift.io',
            resource: 'imagestreams',
            subresource: 'layers',
            name: 'web',
          },
        },
      },
    ]);
  });

  test('#52 is never asked for within a namespace', async () => {
    const { mayPull, bodies } = permissions(() => false);
    expect(await mayPull('dev', web)).toBeUndefined();
    expect(bodies).toEqual([]);
  });

  test('#55 that is denied says what to grant', async () => {
    const { mayPull } = permissions(() => false);
    expect(await mayPull('prod', web)).toContain(
      'bind the group system:serviceaccounts:prod to the ClusterRole system:image-puller',
    );
  });

  test('#56 is asked for once per stream at a time, and again after a while', async () => {
    let allowed = false;
    const { mayPull, bodies, clock } = permissions(() => allowed);
    await Promise.all([mayPull('prod', web), mayPull('prod', web), mayPull('prod', { ...web, name: 'other' })]);
    expect(bodies).toHaveLength(2);
    allowed = true;
    clock.ms = 9_999;
    expect(await mayPull('prod', web)).toBeDefined();
    clock.ms = 10_000;
    expect(await mayPull('prod', web)).toBeUndefined();
    expect(bodies).toHaveLength(3);
  });

  test('that nobody can tell for now is an error, and asked for again', async () => {
    const { mayPull, bodies } = permissions(() => new KubeError('unavailable', 'connection refused'));
    await expect(mayPull('prod', web)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(mayPull('prod', web)).rejects.toMatchObject({ code: 'unavailable' });
    expect(bodies).toHaveLength(2);
  });

  test('is denied where this service may not ask', async () => {
    const { mayPull } = permissions(() => new KubeError('forbidden', 'no'));
    expect(await mayPull('prod', web)).toContain('may not create subjectaccessreviews');
  });
});
