import type { TagReference } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { isHealed, pushedTagView, viewOwnStream } from '../../src/own-registry/own-stream.ts';
import { digest } from '../tags.ts';
import { HOST, itemOf, ownStream, pushedTag, registry, streamOf } from './registry.ts';

const from = (name: string, kind = 'DockerImage'): TagReference => ({ name: 'latest', from: { kind, name } });

describe('a tag of the repository of a stream', () => {
  test.each<[string, TagReference | undefined, 'none' | 'elsewhere' | 'itself']>([
    ['that the spec does not name has no source', undefined, 'none'],
    ['that the spec names without a source has none', { name: 'latest' }, 'none'],
    ['imported from elsewhere has that source', from('quay.io/shop/web'), 'elsewhere'],
    ['that follows another tag has that source', from('stable', 'ImageStreamTag'), 'elsewhere'],
    ['imported from another tag of the repository has that source', from(`${HOST}/shop/web:v1`), 'elsewhere'],
    [
      'that is a reference to this very place is never imported',
      { ...from(`${HOST}/shop/web`), reference: true },
      'elsewhere',
    ],
    ['imported from this very place is the import of it', from(`${HOST}/shop/web:latest`), 'itself'],
    ['imported from this very place, spelled otherwise, too', from('Registry.local:5000/shop/web'), 'itself'],
    ['whose source makes no sense has a source', from('a..b'), 'elsewhere'],
  ])('%s', (_what, tag, source) => {
    const view = viewOwnStream(streamOf({ spec: tag ? [tag] : [], status: [pushedTag('latest', 'a')] }), registry);
    expect(view.tags.get('latest')?.source).toBe(source);
    expect(pushedTagView(view, 'latest', registry) === undefined).toBe(source === 'itself');
  });

  test('of a repository that is imported as a whole, and is this one, is the import of it', () => {
    const stream = {
      ...streamOf(),
      spec: { dockerImageRepository: `${HOST}/shop/web` },
      status: { repositories: [{ repository: `${HOST}/shop/web`, tags: ['v1'], checkedAt: '2026-11-20T09:00:00Z' }] },
    };
    expect(viewOwnStream(stream, registry).tags.get('v1')?.source).toBe('itself');
  });

  test.each<[string, Parameters<typeof ownStream>[0], boolean]>([
    ['that is new', {}, true],
    ['that was pushed before', { status: [pushedTag('latest', 'a')] }, true],
    ['that the spec once gave a source', { status: [{ tag: 'latest', items: [itemOf('r/web', 'a')] }] }, true],
    ['that is imported from elsewhere', { spec: [from('r/web')] }, false],
    [
      'that is imported from elsewhere and was pushed before',
      { spec: [from('r/web')], status: [pushedTag('latest', 'a')] },
      true,
    ],
    [
      'that is imported from this very place',
      { spec: [from(`${HOST}/shop/web`)], status: [pushedTag('latest', 'a')] },
      false,
    ],
  ])('%s is looked at without an announcement, or is not', (_what, parts, expected) => {
    expect(isHealed(ownStream(parts), 'latest')).toBe(expected);
  });

  test('is asked for under the own host, apart from imports, and answers to no spec', () => {
    expect(pushedTagView(ownStream({ status: [pushedTag('v1', 'a')] }), 'v1', registry)).toMatchObject({
      id: 'uid-1 v1',
      from: `${HOST}/shop/web:v1`,
      specHash: 'pushed',
      specGeneration: 0,
      pending: false,
      scheduled: false,
      basedOn: { image: digest('a') },
      pushed: { image: digest('a') },
      question: {
        canonical: `${HOST}/shop/web:v1 (pushed)`,
        repository: `${HOST}/shop/web`,
        registry: HOST,
        insecure: true,
        importMode: 'PreserveOriginal',
      },
    });
  });
});
