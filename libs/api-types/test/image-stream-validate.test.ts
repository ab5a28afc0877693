import { describe, expect, test } from 'vitest';
import { streamNameProblems, type TagReference, tagReferenceProblems } from '../src/index.ts';

describe('the name of a stream', () => {
  test.each(['foo/bar', 'foo%%bar', 'foo bar', '', '.', '..', 'Upper', 'a..b', '-a', 'a_'])(
    '#59 %j is invalid',
    (name) => {
      expect(streamNameProblems('ns', name)).toMatchObject([{ field: 'metadata.name' }]);
    },
  );

  test('#60 may have letters, digits and single separators', () => {
    expect(streamNameProblems('ns', 'abcdefghijklmnopqrstuvwxyz-0123456789.dot_underscore-dash')).toEqual([]);
  });

  test('#61 has at most 255 characters together with its namespace and the slash', () => {
    const namespace = 'n'.repeat(63);
    expect(streamNameProblems(namespace, 'a'.repeat(191))).toEqual([]);
    expect(streamNameProblems(namespace, 'a'.repeat(192))).toMatchObject([{ field: 'metadata.name' }]);
  });
});

describe('a spec tag', () => {
  const from = { kind: 'DockerImage', name: 'r/web' };
  // Texts outside the allowed values can only come from objects that no schema has seen.
  const tag = (parts: object): TagReference => ({ name: 't', ...parts });

  test.each<{ row: string; given: TagReference; fields: readonly string[] }>([
    { row: 'may be without source', given: tag({}), fields: [] },
    {
      row: 'may have a source whose kind and name are empty',
      given: tag({ from: { kind: '', name: '' } }),
      fields: [],
    },
    {
      row: '#64 needs a known reference policy',
      given: tag({ from, referencePolicy: { type: 'Other' } }),
      fields: ['referencePolicy.type'],
    },
    {
      row: '#64 needs a known import mode',
      given: tag({ from, importPolicy: { importMode: 'Invalid' } }),
      fields: ['importPolicy.importMode'],
    },
    {
      row: 'takes empty policies as the defaults',
      given: tag({ from, importPolicy: { importMode: '' }, referencePolicy: { type: '' } }),
      fields: [],
    },
    {
      row: '#65 with an ImageStreamTag cannot have a schedule',
      given: tag({ from: { kind: 'ImageStreamTag', name: 'a:b' }, importPolicy: { scheduled: true } }),
      fields: ['importPolicy.scheduled'],
    },
    {
      row: '#65 with an ImageStreamImage cannot have a schedule',
      given: tag({ from: { kind: 'ImageStreamImage', name: 'a@b' }, importPolicy: { scheduled: true } }),
      fields: ['importPolicy.scheduled'],
    },
    {
      row: '#65 with a DockerImage can have a schedule',
      given: tag({ from, importPolicy: { scheduled: true } }),
      fields: [],
    },
    { row: 'needs a name with its source', given: tag({ from: { kind: 'DockerImage' } }), fields: ['from.name'] },
    { row: 'needs a kind with its source', given: tag({ from: { name: 'r/web' } }), fields: ['from.kind'] },
  ])('$row', ({ given, fields }) => {
    expect(tagReferenceProblems(given).map(({ field }) => field)).toEqual(
      fields.map((field) => `spec.tags[t].${field}`),
    );
  });
});
