import type { ImageStream, TagReference } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { resolveIntent, resolveTag, statusRepositories, type TagIntent } from '../src/index.ts';
import { alias, digest, docker, imported, item, settled, status, stream } from './fixtures.ts';

const local = docker('latest', 'r/web', { referencePolicy: { type: 'Local' } });
const source = docker('latest', 'r/web', { referencePolicy: { type: 'Source' } });
const a = imported('r/web', 'a');

function withRepository(of: ImageStream, dockerImageRepository: string, publicDockerImageRepository = ''): ImageStream {
  return { ...of, status: { ...of.status, dockerImageRepository, publicDockerImageRepository } };
}

describe('what a tag resolves to', () => {
  const having = (spec: readonly TagReference[], newest = a) => stream({ spec, status: [status('latest', [newest])] });

  test.each<{ row: string; of: ImageStream; reference: string | undefined }>([
    {
      row: '#86 the item under policy Source',
      of: withRepository(having([source]), 'test.server/a/b'),
      reference: a.dockerImageReference,
    },
    {
      row: '#87 the item under policy Local without a registry',
      of: having([local]),
      reference: a.dockerImageReference,
    },
    {
      row: '#88 the item under policy Local when it has no image',
      of: withRepository(having([local], item('r/web:1', '')), 'test.server/a/b'),
      reference: 'r/web:1',
    },
    {
      row: '#89 the image in the registry under policy Local',
      of: withRepository(having([local]), 'test.server/a/b'),
      reference: `test.server/a/b@${digest('a')}`,
    },
    {
      row: 'the item under policy Local when the repository does not parse',
      of: withRepository(having([local]), 'not a repository'),
      reference: a.dockerImageReference,
    },
    {
      row: 'the item when the spec tag is gone, whatever its policy was',
      of: withRepository(having([]), 'test.server/a/b'),
      reference: a.dockerImageReference,
    },
    {
      row: 'nothing without items',
      of: stream({ spec: [source], status: [status('latest', null)] }),
      reference: undefined,
    },
    { row: 'nothing without a status tag', of: stream({ spec: [source] }), reference: undefined },
  ])('$row', ({ of, reference }) => {
    expect(resolveTag(of, 'latest')?.reference).toBe(reference);
    expect(resolveTag(of, '')).toEqual(resolveTag(of, 'latest'));
  });

  test('says which image and which entry of the history it is', () => {
    expect(resolveTag(having([source]), 'latest')).toEqual({
      reference: a.dockerImageReference,
      image: digest('a'),
      created: a.created,
    });
  });
});

describe('what a client is told that may wait for a newer image', () => {
  const old = docker('latest', 'r/web:old');
  const lagging = (spec: TagReference) =>
    stream({ generation: 5, spec: [spec], status: [settled(old, 4, [{ ...a, generation: 4 }])] });
  const intent = (of: ImageStream, view: 'newest-intent' | 'most-recent') => resolveIntent(of, 'latest', { view });
  const theItem = (hasNewer: boolean): TagIntent => ({
    kind: 'item',
    reference: a.dockerImageReference,
    image: digest('a'),
    hasNewer,
  });

  test('#90 most recent is the item, marked as overtaken', () => {
    expect(intent(lagging(docker('latest', 'r/web:new')), 'most-recent')).toEqual(theItem(true));
  });

  test('#91 newest intent is what the spec names', () => {
    expect(intent(lagging(docker('latest', 'r/web:new')), 'newest-intent')).toEqual({
      kind: 'source',
      reference: 'r/web:new',
    });
  });

  test('newest intent is to wait when the spec cannot be pulled as it is', () => {
    expect(intent(lagging(local), 'newest-intent')).toEqual({ kind: 'wait' });
    expect(intent(lagging(alias('latest', 'other:v1')), 'newest-intent')).toEqual({ kind: 'wait' });
  });

  test('#92 an item that is newer than the spec, as a push makes it, is the answer', () => {
    const pushed = stream({ generation: 5, spec: [old], status: [settled(old, 4, [{ ...a, generation: 5 }])] });
    expect(intent(pushed, 'newest-intent')).toEqual(theItem(false));
    expect(intent(pushed, 'most-recent')).toEqual(theItem(false));
  });

  test('a tag that was never imported is what its spec names', () => {
    expect(intent(stream({ spec: [source] }), 'most-recent')).toEqual({ kind: 'source', reference: 'r/web' });
  });

  test('#93 an unknown tag is a place in the repository, the public one on request', () => {
    const of = withRepository(stream({}), 'r/t/s', 'public/t/s');
    const view = 'newest-intent';
    expect(resolveIntent(of, 'empty', { view })).toEqual({ kind: 'empty', reference: 'r/t/s:empty' });
    expect(resolveIntent(of, 'empty', { view, preferPublic: true })).toEqual({
      kind: 'empty',
      reference: 'public/t/s:empty',
    });
    expect(resolveIntent(withRepository(of, 'r/t/s'), 'empty', { view, preferPublic: true })).toEqual({
      kind: 'empty',
      reference: 'r/t/s:empty',
    });
  });

  test('#94 without any repository an unknown tag is unknown', () => {
    expect(intent(stream({}), 'newest-intent')).toEqual({
      kind: 'unknown',
      reason: 'no repository is known for tag latest',
    });
  });
});

describe('the repositories in the status', () => {
  const of = (spec: ImageStream['spec'], metadata = { name: 'somerepo', namespace: 'foo' }): ImageStream =>
    spec ? { metadata, spec } : { metadata };

  test('#45 without an integrated registry the repository of the spec is shown', () => {
    expect(statusRepositories(of({ dockerImageRepository: 'a/b' }))).toEqual({ dockerImageRepository: 'a/b' });
  });

  test('a tag or digest of the repository is not shown, what does not parse is', () => {
    expect(statusRepositories(of({ dockerImageRepository: 'a/b:tag' })).dockerImageRepository).toBe('a/b');
    expect(statusRepositories(of({ dockerImageRepository: 'A B' })).dockerImageRepository).toBe('A B');
  });

  test('#46 with one it is the place of the stream there', () => {
    expect(statusRepositories(of({ dockerImageRepository: 'a/b' }), { internalHost: 'registry:5000' })).toEqual({
      dockerImageRepository: 'registry:5000/foo/somerepo',
    });
  });

  test('#47 a stream without namespace counts as one in default', () => {
    const nameless = { name: 'somerepo', namespace: '' };
    expect(statusRepositories(of(undefined, nameless), { internalHost: 'registry:5000' })).toEqual({
      dockerImageRepository: 'registry:5000/default/somerepo',
    });
  });

  test('#48 without registry and repository it is empty', () => {
    expect(statusRepositories(of(undefined))).toEqual({ dockerImageRepository: '' });
  });

  test('#49 an external host adds the public repository', () => {
    const nameless = { name: 'somerepo', namespace: '' };
    expect(statusRepositories(of(undefined, nameless), { externalHost: 'public.example.com' })).toEqual({
      dockerImageRepository: '',
      publicDockerImageRepository: 'public.example.com/somerepo',
    });
    expect(statusRepositories(of(undefined), { externalHost: 'public.example.com' }).publicDockerImageRepository).toBe(
      'public.example.com/foo/somerepo',
    );
  });
});
