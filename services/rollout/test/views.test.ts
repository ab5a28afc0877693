import type { DeploymentConfig, ImageStream, ReplicationController } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { movedTags, viewConfig, viewController, viewStream } from '../src/views.ts';

const config = (spec: object): DeploymentConfig => ({
  metadata: { name: 'web', namespace: 'shop', uid: 'u', managedFields: [{}] } as DeploymentConfig['metadata'],
  spec: {
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    ...spec,
  },
});

const trigger = (name: string, automatic = true) => ({
  type: 'ImageChange',
  imageChangeParams: { automatic, containerNames: ['web'], from: { kind: 'ImageStreamTag', name } },
});

describe('a DeploymentConfig', () => {
  test('is kept with its defaults, the tags it follows, and without managed fields', () => {
    const view = viewConfig(config({ triggers: [trigger('app:1'), trigger('app:1'), trigger('other:2', false)] }));
    expect(view.tags).toEqual(['shop/app:1']);
    expect(view.problems).toEqual([]);
    expect(view.dc.spec.replicas).toBe(0);
    expect(view.dc.metadata).not.toHaveProperty('managedFields');
  });

  test('that is not valid is kept with what is wrong with it', () => {
    expect(viewConfig(config({ replicas: -1 })).problems).toEqual([expect.stringContaining('spec.replicas')]);
  });
});

describe('a ReplicationController', () => {
  const rc = (metadata: object): ReplicationController => ({
    metadata: { name: 'web-1', namespace: 'shop', ...metadata },
    spec: { replicas: 2, selector: { app: 'web' }, template: {} },
  });

  test('without a sign of a DeploymentConfig is not kept', () => {
    expect(viewController(rc({ labels: { app: 'web' } }))).toBeUndefined();
  });

  test.each([
    ['label', { labels: { 'openshift.io/deployment-config.name': 'web' } }],
    ['annotation', { annotations: { 'openshift.io/deployment-config.name': 'web' } }],
    [
      'owner',
      { ownerReferences: [{ apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', name: 'web', uid: 'u' }] },
    ],
  ])('is kept for the DeploymentConfig that its %s names, without its template', (_, metadata) => {
    const view = viewController(rc(metadata));
    expect(view?.configs).toEqual(['shop/web']);
    expect(view?.rc.spec).toEqual({ replicas: 2, selector: { app: 'web' } });
  });
});

test('of an ImageStream what its tags resolve to is kept, and what moved can be told', () => {
  const stream = (tags: Record<string, string>): ImageStream => ({
    metadata: { name: 'app', namespace: 'shop' },
    status: {
      tags: Object.entries(tags).map(([tag, reference]) => ({
        tag,
        items: reference === '' ? [] : [{ created: 'x', dockerImageReference: reference, image: '', generation: 1 }],
      })),
    },
  });
  const before = viewStream(stream({ a: 'one', b: 'two', c: '' }));
  expect([...before].map(([tag, { reference }]) => [tag, reference])).toEqual([
    ['a', 'one'],
    ['b', 'two'],
  ]);
  expect(movedTags(viewStream(stream({ a: 'one', b: 'three', c: 'new' })), before)).toEqual(['b', 'c']);
  expect(movedTags(undefined, before)).toEqual(['a', 'b']);
});
