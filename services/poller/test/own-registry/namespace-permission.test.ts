import type { KubeObject } from '@tagstream/api-types';
import { KubeError } from '@tagstream/kube';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, test } from 'vitest';
import { CREATE_STREAMS, type CreationMode, namespacePermission } from '../../src/own-registry/namespace-permission.ts';

type Found = { readonly label?: string; readonly isGoing?: boolean } | KubeError;

function asked(found: Found, mode: CreationMode) {
  const clock = testClock();
  let reads = 0;
  const get = async <T extends KubeObject>() => {
    reads += 1;
    if (found instanceof KubeError) throw found;
    const { label, isGoing } = found;
    const namespace: KubeObject = {
      metadata: {
        name: 'shop',
        ...(label !== undefined && { labels: { [CREATE_STREAMS]: label } }),
        ...(isGoing && { deletionTimestamp: '2026-11-21T10:00:00Z' }),
      },
    };
    return namespace as T; // what the caller knows of a namespace is what every object has
  };
  return { permission: namespacePermission({ get }, { mode, clock }), clock, reads: () => reads };
}

describe('streams in a namespace', () => {
  test.each<[string, Found, CreationMode, string]>([
    ['may be created where it is labelled so', { label: 'true' }, 'labelled', 'allowed'],
    ['may not where it has no label', {}, 'labelled', 'not-allowed'],
    ['may not where the label says something else', { label: 'yes' }, 'labelled', 'not-allowed'],
    ['may where all namespaces allow it', {}, 'all', 'allowed'],
    ['may not where it says no for itself', { label: 'false' }, 'all', 'not-allowed'],
    ['may not where nobody allows it', { label: 'true' }, 'none', 'not-allowed'],
    ['may not while it is deleted', { label: 'true', isGoing: true }, 'labelled', 'no-namespace'],
    ['may not where there is none', new KubeError('not_found', 'no such namespace'), 'all', 'no-namespace'],
    ['may not where nobody may look', new KubeError('forbidden', 'no right'), 'all', 'forbidden'],
  ])('%s', async (_what, found, mode, expected) => {
    expect(await asked(found, mode).permission('shop')).toBe(expected);
  });

  test('are asked about once for many pushes, and again soon', async () => {
    const { permission, clock, reads } = asked({}, 'labelled');
    for (let i = 0; i < 100; i++) await permission('shop');
    expect(reads()).toBe(1);
    await clock.advance(10_000);
    await permission('shop');
    expect(reads()).toBe(2);
  });

  test('are waited for while the API server does not answer', async () => {
    const { permission } = asked(new KubeError('unavailable', 'connection refused'), 'labelled');
    await expect(permission('shop')).rejects.toThrow('connection refused');
  });
});
