import { describe, expect, test } from 'vitest';
import { viewTags } from '../src/tag-view.ts';
import { digest, streamWith, type TagState, tagWith } from './tags.ts';

const A = digest('a');

describe('the view of a tag', () => {
  test('says what is needed to ask for it and to tell about it', () => {
    expect(tagWith({ image: A, importPolicy: { scheduled: true, insecure: true } })).toMatchObject({
      id: 'uid-1/latest',
      namespace: 'shop',
      stream: 'web',
      streamUid: 'uid-1',
      tag: 'latest',
      from: 'registry.example.com/shop/web:latest',
      pending: false,
      scheduled: true,
      basedOn: { image: A, reference: `registry.example.com/shop/web@${A}`, generation: 1 },
      failure: null,
      question: {
        kind: 'ask',
        registry: 'registry.example.com',
        canonical: 'registry.example.com/shop/web:latest',
        insecure: true,
        importMode: 'Legacy',
      },
    });
  });

  test.each<[string, TagState, boolean]>([
    ['a new tag', {}, true],
    ['an imported tag', { image: A }, false],
    ['a tag whose import failed', { failure: { reason: 'NotFound', message: 'm' } }, false],
    ['an imported tag whose spec changed', { image: A, specChanged: true }, true],
    ['a failed tag whose spec changed', { failure: { reason: 'NotFound', message: 'm' }, specChanged: true }, true],
  ])('%s is pending or not', (_what, state, pending) => {
    expect(tagWith(state).pending).toBe(pending);
  });

  test.each<[string, TagState, boolean]>([
    ['a tag without schedule', { image: A }, false],
    ['a scheduled tag', { image: A, importPolicy: { scheduled: true } }, true],
    [
      'a scheduled digest that was imported',
      { from: `quay.io/a/b@${A}`, image: A, importPolicy: { scheduled: true } },
      false,
    ],
    [
      'a scheduled digest that was not imported yet',
      { from: `quay.io/a/b@${A}`, importPolicy: { scheduled: true } },
      true,
    ],
  ])('%s is asked for at every interval or not', (_what, state, scheduled) => {
    expect(tagWith(state).scheduled).toBe(scheduled);
  });

  test.each([
    ['a URL', 'https://quay.io/a/b', 'URL scheme'],
    ['upper case', 'quay.io/A/b', 'path component "A"'],
    ['a registry alone', 'quay.io', 'names a registry only'],
  ])('%s is a question with a known answer', (_what, from, message) => {
    const view = tagWith({ from });
    expect(view).toMatchObject({ reference: null, pending: true, question: { kind: 'invalid', registry: '' } });
    expect(view.question.kind === 'invalid' && view.question.problem).toContain(message);
  });

  test('tags that are not imported have no view', () => {
    const stream = streamWith({});
    stream.spec = {
      tags: [
        { name: 'pushed' },
        { name: 'pointer', from: { kind: 'DockerImage', name: 'nginx' }, reference: true },
        { name: 'follower', from: { kind: 'ImageStreamTag', name: 'latest' } },
      ],
    };
    expect(viewTags(stream)).toEqual([]);
  });
});

describe('the key of a question', () => {
  const keyOf = (state: TagState) => tagWith(state).question.key;
  const nginx = keyOf({ from: 'nginx' });

  test.each<[string, TagState]>([
    ['spelled in full', { from: 'docker.io/library/nginx:latest' }],
    ['by another name of Docker Hub', { from: 'index.docker.io/library/nginx' }],
    ['in another stream', { from: 'nginx', uid: 'uid-2', name: 'other' }],
    ['with another schedule', { from: 'nginx', importPolicy: { scheduled: true } }],
  ])('the same reference %s is the same question', (_how, state) => {
    expect(keyOf(state)).toBe(nginx);
  });

  test.each<[string, TagState]>([
    ['another tag', { from: 'nginx:1' }],
    ['an insecure registry', { from: 'nginx', importPolicy: { insecure: true } }],
    ['another import mode', { from: 'nginx', importPolicy: { importMode: 'PreserveOriginal' } }],
    ['another architecture', { from: 'nginx', annotations: { 'importer.image.openshift.io/prefer-arch': 'arm64' } }],
  ])('%s makes another question', (_what, state) => {
    expect(keyOf(state)).not.toBe(nginx);
  });

  test('the preferred architecture does not count for a digest', () => {
    const annotations = { 'importer.image.openshift.io/prefer-arch': 'arm64' };
    expect(keyOf({ from: `nginx@${A}`, annotations })).toBe(keyOf({ from: `nginx@${A}` }));
  });
});
