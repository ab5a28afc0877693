import { beforeAll, describe, expect, test } from 'vitest';
import { complaintAbout, complaintsAbout, type RefusedRow } from './refused.ts';

const stream = (spec: object) => ({
  apiVersion: 'image.openshift.io/v1',
  kind: 'ImageStream',
  metadata: { name: 'web' },
  spec,
});
const tag = (value: object) => stream({ tags: [{ name: 'latest', ...value }] });

const refused: readonly RefusedRow[] = [
  [
    '#59 a stream name with double separators',
    { ...stream({}), metadata: { name: 'a--b' } },
    'metadata.name: must be lower-case letters and digits',
  ],
  [
    '#62 a repository with a tag',
    stream({ dockerImageRepository: 'a/b:c' }),
    'must be a repository without a tag or digest',
  ],
  [
    '#62 a repository with a digest',
    stream({ dockerImageRepository: 'a/b@sha256:00' }),
    'must be a repository without a tag or digest',
  ],
  [
    '#62 a repository with a scheme',
    stream({ dockerImageRepository: 'https://a/b' }),
    'must be a repository: [host[:port]/]path in lower case',
  ],
  [
    '#62 a repository with spaces',
    stream({ dockerImageRepository: 'a b' }),
    'must be a repository: [host[:port]/]path in lower case',
  ],
  [
    '#64 an unknown reference policy',
    tag({ referencePolicy: { type: 'Other' } }),
    'referencePolicy.type: Unsupported value: "Other"',
  ],
  [
    '#64 an unknown import mode',
    tag({ importPolicy: { importMode: 'Invalid' } }),
    'importMode: Unsupported value: "Invalid"',
  ],
  [
    '#65 a schedule for a tag of a stream',
    tag({ from: { kind: 'ImageStreamTag', name: 'a:b' }, importPolicy: { scheduled: true } }),
    'importPolicy.scheduled: Invalid value: only tags of kind DockerImage can be scheduled for import',
  ],
  [
    '#65 a schedule for an image of a stream',
    tag({ from: { kind: 'ImageStreamImage', name: 'a@b' }, importPolicy: { scheduled: true } }),
    'only tags of kind DockerImage can be scheduled for import',
  ],
  [
    'a source without kind',
    tag({ from: { name: 'a' } }),
    'from.kind: Required value: must be "DockerImage", "ImageStreamTag" or "ImageStreamImage"',
  ],
  ['a source of another kind', tag({ from: { kind: 'Image', name: 'a' } }), 'from.kind: Required value: must be'],
  ['a source without name', tag({ from: { kind: 'DockerImage' } }), 'from.name: Required value: a name is required'],
  [
    'a stream tag with two colons',
    tag({ from: { kind: 'ImageStreamTag', name: 'a:b:c' } }),
    'must be <tag> or <stream>:<tag>',
  ],
  [
    'a stream image with two at signs',
    tag({ from: { kind: 'ImageStreamImage', name: 'a@b@c' } }),
    'must be <id> or <stream>@<id>',
  ],
  ['#66 a bad digest', tag({ from: { kind: 'DockerImage', name: 'abc@badid' } }), 'must be a pull spec'],
  ['a pull spec with a scheme', tag({ from: { kind: 'DockerImage', name: 'docker://a/b:c' } }), 'must be a pull spec'],
  ['a tag without a name', stream({ tags: [{}] }), 'spec.tags[0].name: Required value'],
  ['the same tag twice', stream({ tags: [{ name: 'a' }, { name: 'a' }] }), 'spec.tags[1]: Duplicate value'],
];

describe('the API server refuses an ImageStream with', () => {
  let complaints: readonly string[];

  beforeAll(async () => {
    complaints = await complaintsAbout(refused);
  });

  test.each(refused.map(([title, , message], row) => ({ title, message, row })))('$title', ({ message, row }) => {
    expect(complaints[row]).toContain(message);
  });

  test('a misspelt field of a tag', async () => {
    expect(await complaintAbout(tag({ form: {} }))).toContain('unknown field "spec.tags[0].form"');
  });
});
