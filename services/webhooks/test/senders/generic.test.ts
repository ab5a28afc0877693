import { expect, test } from 'vitest';
import { DIGEST, type Row, read, set, summary } from './read-sample.ts';

const rows: Row[] = [
  ['cloudevents', 'structured', () => undefined, ['registry.example.com/shop/web:latest']],
  [
    'cloudevents',
    'batched',
    () => undefined,
    ['registry.example.com/shop/web:latest', 'registry.example.com/shop/web:1.4'],
    { sample: 'batch' },
  ],
  ['cloudevents', 'binary', () => undefined, ['registry.example.com/shop/web:latest'], { sample: 'binary' }],
  [
    'cloudevents',
    'binary, percent-encoded',
    (_b, h) => {
      h['ce-subject'] = 'shop%2Fapi:2';
      return Buffer.alloc(0);
    },
    ['registry.example.com/shop/api:2'],
    { sample: 'binary' },
  ],
  ['cloudevents', 'the subject says what the data does not', set('data', {}), ['registry.example.com/shop/web:latest']],
  [
    'cloudevents',
    'a subject with a port in it',
    (body) => ({ ...body, data: {}, subject: 'host:5000/web:1' }),
    ['-malformed'],
  ],
  [
    'cloudevents',
    'data in base64',
    (body) => ({ ...body, data: undefined, data_base64: btoa(JSON.stringify(body.data)) }),
    ['registry.example.com/shop/web:latest'],
  ],
  [
    'cloudevents',
    'data that is no JSON',
    (body) => ({ ...body, data: undefined, data_base64: btoa('hello') }),
    ['registry.example.com/shop/web:latest'],
  ],
  [
    'cloudevents',
    'the names that AWS uses',
    (body) => ({
      ...body,
      source: 'urn:aws:ecr:eu-west-1:123456789012:repository/shop/web',
      data: { repositoryName: 'shop/web', imageTag: '2', imageDigest: DIGEST },
    }),
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:2'],
  ],
  ['cloudevents', 'a deletion is no push', set('type', 'com.example.image.deleted'), ['-action']],
  [
    'cloudevents',
    'one odd event does not lose the others',
    (body) => ['odd', ...body],
    ['registry.example.com/shop/web:latest', 'registry.example.com/shop/web:1.4', '-malformed'],
    { sample: 'batch' },
  ],
  [
    'cloudevents',
    'a source that is no address names no registry',
    (body) => ({ ...body, source: '/ci', data: {} }),
    ['-no-registry'],
  ],
  ['cdevents', 'published', () => undefined, ['registry.example.com/shop/web:latest']],
  [
    'cdevents',
    'packaged is not published',
    set('data.context.type', 'dev.cdevents.artifact.packaged.0.2.0'),
    ['-action'],
  ],
  ['cdevents', 'a package of another kind is no image', set('data.subject.id', 'pkg:npm/web@1.0.0'), ['-not-image']],
  [
    'cdevents',
    'without a tag',
    set('data.subject.id', `pkg:oci/web@${DIGEST}?repository_url=registry.example.com/shop/web`),
    ['-untagged'],
  ],
  ['native', 'one image', () => undefined, ['registry.example.com/shop/web:latest']],
  [
    'native',
    'several',
    () => ({ images: [{ image: 'quay.io/a/b:1' }, { image: 'nginx:2' }, { image: 'localhost:5000/c:3' }] }),
    ['quay.io/a/b:1', 'docker.io/library/nginx:2', 'localhost:5000/c:3'],
  ],
  ['native', 'a digest beside the tag', set('image', `quay.io/a/b:1@${DIGEST}`), ['quay.io/a/b:1']],
  ['native', 'a digest alone', set('image', `quay.io/a/b@${DIGEST}`), ['-untagged']],
  ['native', 'nothing', () => ({}), ['-malformed']],
];

test.each(rows)('%s: %s', (sender, _rule, change, result, how) => {
  expect(summary(read(sender, change, how))).toEqual(result);
});
