import { describe, expect, test } from 'vitest';
import { type ImageStream, normalizeTag, specTag, specTags } from '../src/index.ts';

describe('a normalised spec tag', () => {
  test('has every default of the API server', () => {
    expect(normalizeTag({ name: 'latest', from: { kind: 'DockerImage', name: 'r/web' } }, 'shop')).toEqual({
      name: 'latest',
      annotations: {},
      from: { kind: 'DockerImage', namespace: 'shop', name: 'r/web' },
      reference: false,
      reimport: false,
      insecure: false,
      scheduled: false,
      importMode: 'Legacy',
      referencePolicy: 'Source',
    });
  });

  test('keeps what is written', () => {
    const written = {
      name: 'latest',
      annotations: { a: 'b' },
      from: { kind: 'ImageStreamTag', name: 'a:b', namespace: 'lib' },
      reference: true,
      generation: 0,
      importPolicy: { insecure: true, scheduled: true, importMode: 'PreserveOriginal' as const },
      referencePolicy: { type: 'Local' as const },
    };
    expect(normalizeTag(written, 'shop')).toEqual({
      name: 'latest',
      annotations: { a: 'b' },
      from: { kind: 'ImageStreamTag', namespace: 'lib', name: 'a:b' },
      reference: true,
      reimport: true,
      insecure: true,
      scheduled: true,
      importMode: 'PreserveOriginal',
      referencePolicy: 'Local',
    });
  });

  test('has no source when kind and name are empty, and asks for an import with generation 0 only', () => {
    expect(normalizeTag({ name: 't', from: { namespace: 'lib' } }, 'shop').from).toBeUndefined();
    expect(normalizeTag({ name: 't', from: null, generation: null }, 'shop').reimport).toBe(false);
    expect(normalizeTag({ name: 't', generation: 3 }, 'shop').reimport).toBe(false);
  });
});

describe('the spec tags of a stream', () => {
  const web: ImageStream = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      tags: [
        { name: 'b', from: { kind: 'DockerImage', name: 'first' } },
        { name: 'a', from: { kind: 'DockerImage', name: 'a' } },
        { name: 'b', from: { kind: 'DockerImage', name: 'second' } },
      ],
    },
  };

  test('come in the order of their names, and of two with the same name the later one counts', () => {
    expect(specTags(web).map(({ name, from }) => [name, from?.name])).toEqual([
      ['a', 'a'],
      ['b', 'second'],
    ]);
    expect(specTag(web, 'b')?.from?.name).toBe('second');
    expect(specTag(web, 'c')).toBeUndefined();
  });

  test('are none when the stream has no spec', () => {
    expect(specTags({ metadata: { name: 'web' } })).toEqual([]);
    expect(specTags({ metadata: { name: 'web' }, spec: { tags: null } })).toEqual([]);
  });
});
