import type { ImageStream, TagReference } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { imageStreamProblems, tagProblems } from '../src/index.ts';
import { alias, digest, docker, imported, item, snapshot, status, stream } from './fixtures.ts';

const fields = (of: ImageStream) => imageStreamProblems(of).map(({ field }) => field);

describe('what is wrong with a stream', () => {
  test('nothing with one that OpenShift accepts', () => {
    const spec = [
      docker('latest', 'quay.io/org/app:1', { importPolicy: { scheduled: true } }),
      docker('pinned', `app@${digest('a')}`, { importPolicy: { scheduled: true } }),
      alias('follow', 'latest'),
      alias('copy', 'other:v1', 'lib'),
      snapshot('snap', 'other@aaaa'),
      { name: 'pushed', annotations: { a: 'b' } },
      docker('own-namespace', 'app', { from: { kind: 'DockerImage', name: 'app', namespace: 'shop' } }),
      docker('registry-reference', 'my.app', { reference: true }),
    ];
    expect(imageStreamProblems(stream({ spec, status: [status('latest', [imported('r/web', 'a')])] }))).toEqual([]);
  });

  test.each(['a/b:tag', `a/b@${digest('a')}`, '-', 'Upper/case'])('#62 the repository %s', (dockerImageRepository) => {
    const of = { ...stream({}), spec: { dockerImageRepository } };
    expect(fields(of)).toEqual(['spec.dockerImageRepository']);
  });

  test('#63 items without a reference, at their places', () => {
    const of = stream({ status: [status('t', [item('', 'a'), item('r/web', 'b'), item('', 'c')])] });
    expect(imageStreamProblems(of)).toEqual([
      { tag: 't', field: 'status.tags[t].items[0].dockerImageReference', message: 'is required' },
      { tag: 't', field: 'status.tags[t].items[2].dockerImageReference', message: 'is required' },
    ]);
  });

  test('items whose reference does not parse', () => {
    const of = stream({ status: [status('t', [item('NOT A REF', 'a')])] });
    expect(fields(of)).toEqual(['status.tags[t].items[0].dockerImageReference']);
  });

  test('#59 a name that is no repository path', () => {
    expect(fields(stream({ name: 'foo bar' }))).toEqual(['metadata.name']);
  });
});

describe('what is wrong with a spec tag', () => {
  test.each<{ row: string; tag: TagReference; field: string }>([
    { row: '#66 a DockerImage with a bad digest', tag: docker('t', 'abc@badid'), field: 'from.name' },
    { row: '#54 an ImageStreamTag with two colons', tag: alias('t', 'a:b:c'), field: 'from.name' },
    { row: 'an ImageStreamTag without a stream before the colon', tag: alias('t', ':b'), field: 'from.name' },
    { row: 'an ImageStreamImage with two @', tag: snapshot('t', 'a@b@c'), field: 'from.name' },
    { row: 'an ImageStreamImage without an id', tag: snapshot('t', 'a@'), field: 'from.name' },
    {
      row: 'a DockerImage in another namespace',
      tag: { name: 't', from: { kind: 'DockerImage', name: 'a/b', namespace: 'lib' } },
      field: 'from.name',
    },
    { row: 'a registry without repository to import from', tag: docker('t', 'my.app'), field: 'from.name' },
    {
      row: '#65 a schedule for an ImageStreamTag',
      tag: { ...alias('t', 'a'), importPolicy: { scheduled: true } },
      field: 'importPolicy.scheduled',
    },
    { row: '#98 an unknown kind', tag: { name: 't', from: { kind: 'Other', name: 'a' } }, field: 'from.kind' },
  ])('$row', ({ tag, field }) => {
    expect(tagProblems(stream({ spec: [tag] }), 't')).toMatchObject([{ tag: 't', field: `spec.tags[t].${field}` }]);
  });

  test('nothing with one that does not exist', () => {
    expect(tagProblems(stream({}), 't')).toEqual([]);
  });
});
