import type { ImageStream } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { type LocalName, localStream, resolveLocalName } from '../src/index.ts';
import { digest, docker, imported, item, NAMESPACE, status, stream } from './fixtures.ts';

const a = imported('quay.io/org/app', 'a');
const found: LocalName = { kind: 'resolved', reference: `quay.io/org/app@${digest('a')}` };
const elsewhere: LocalName = { kind: 'elsewhere' };

interface Options {
  readonly local?: boolean;
  readonly repository?: string;
  readonly latest?: typeof a;
}

/** A stream `app` whose tag `latest` has an image. */
function app({ local = true, repository = '', latest = a }: Options = {}): ImageStream {
  const of = stream({ name: 'app', spec: [docker('latest', 'quay.io/org/app')], status: [status('latest', [latest])] });
  return {
    ...of,
    spec: { ...of.spec, lookupPolicy: { local } },
    status: { ...of.status, dockerImageRepository: repository },
  };
}

function resolve(image: string, of: ImageStream | undefined, force = false): LocalName {
  const known = of && localStream(of);
  const streamOf = (namespace: string, name: string) =>
    namespace === NAMESPACE && name === of?.metadata.name ? known : undefined;
  return resolveLocalName(image, { namespace: NAMESPACE, force, streamOf });
}

describe('the name of an image', () => {
  test.each<{ row: string; image: string; of?: ImageStream; force?: boolean; expected: LocalName }>([
    { row: 'with a tag of a stream that allows it is the image of the tag', image: 'app:latest', expected: found },
    { row: 'without a tag means latest', image: 'app', expected: found },
    {
      row: 'of a stream that does not allow it is left alone',
      image: 'app',
      of: app({ local: false }),
      expected: elsewhere,
    },
    {
      row: 'of a stream that does not allow it is resolved by force',
      image: 'app',
      of: app({ local: false }),
      force: true,
      expected: found,
    },
    { row: 'of no stream is left alone', image: 'other', expected: elsewhere },
    { row: 'of no stream is left alone by force, too', image: 'other', force: true, expected: elsewhere },
    { row: '#200 in a registry is left alone', image: 'integrated.registry/default/app:latest', expected: elsewhere },
    { row: 'with a namespace is left alone', image: 'shop/app', expected: elsewhere },
    {
      row: 'in a registry counts by its last part alone by force',
      image: 'quay.io/org/app:latest',
      force: true,
      expected: found,
    },
    {
      row: 'with a path of three parts has a slash in its name, which no stream has',
      image: 'quay.io/org/team/app',
      force: true,
      expected: elsewhere,
    },
    { row: '#201 by digest is never touched', image: `app@${digest('b')}`, expected: elsewhere },
    {
      row: 'by digest is not touched by force either',
      image: `quay.io/org/app@${digest('b')}`,
      force: true,
      expected: elsewhere,
    },
    { row: 'that is not valid is left to the kubelet', image: 'App:latest', expected: elsewhere },
    { row: 'that is blank is left alone', image: ' ', expected: elsewhere },
    { row: 'with a dot is a registry, not a stream', image: 'my.app:1', force: true, expected: elsewhere },
    {
      row: '#203 with a tag that is not there names the repository of the stream',
      image: 'app:other',
      of: app({ repository: 'integrated.registry:5000/default/test' }),
      expected: { kind: 'resolved', reference: 'integrated.registry:5000/default/test:other' },
    },
    {
      row: 'with a tag that is not there names the repository by force, too',
      image: 'quay.io/x/app:other',
      of: app({ local: false, repository: 'integrated.registry:5000/default/test' }),
      force: true,
      expected: { kind: 'resolved', reference: 'integrated.registry:5000/default/test:other' },
    },
    {
      row: '#204 with a tag that is not there is left alone where the stream does not allow local names',
      image: 'app:other',
      of: app({ local: false, repository: 'integrated.registry:5000/default/test' }),
      expected: elsewhere,
    },
    {
      row: '#205 with a tag that is not there is left alone without a repository',
      image: 'app:other',
      expected: { kind: 'no-image', stream: 'app', tag: 'other' },
    },
    {
      row: 'with a tag that is not there is left alone when the repository does not parse',
      image: 'app:other',
      of: app({ repository: 'not a repository' }),
      expected: { kind: 'no-image', stream: 'app', tag: 'other' },
    },
    {
      row: 'with a tag that is only a reference counts as not there',
      image: 'app',
      of: app({ repository: 'r.example/a/b', latest: item('quay.io/org/app:latest', '') }),
      expected: { kind: 'resolved', reference: 'r.example/a/b:latest' },
    },
    {
      row: 'whose recorded reference does not parse is left alone, whatever the repository',
      image: 'app',
      of: app({ repository: 'r.example/a/b', latest: item('no reference', digest('a')) }),
      expected: elsewhere,
    },
    {
      row: '#198 is the recorded repository with the digest attached in place of its tag',
      image: 'app',
      of: app({ latest: item('integrated.registry/image1/image1:v1', digest('c')) }),
      expected: { kind: 'resolved', reference: `integrated.registry/image1/image1@${digest('c')}` },
    },
  ])('$row', ({ image, of = app(), force = false, expected }) => {
    expect(resolve(image, of, force)).toEqual(expected);
  });

  test('follows the reference policy of the tag', () => {
    const of = stream({
      name: 'app',
      spec: [docker('latest', 'quay.io/org/app', { referencePolicy: { type: 'Local' } })],
      status: [status('latest', [a])],
    });
    const local = { ...of, status: { ...of.status, dockerImageRepository: 'registry.svc:5000/shop/app' } };
    expect(resolve('app', local, true)).toEqual({
      kind: 'resolved',
      reference: `registry.svc:5000/shop/app@${digest('a')}`,
    });
  });

  test('means a stream of the namespace of the object only', () => {
    const known = localStream(app());
    const streamOf = (namespace: string) => (namespace === 'elsewhere' ? known : undefined);
    const context = { namespace: NAMESPACE, force: true, streamOf };
    expect(resolveLocalName('elsewhere/app', context)).toEqual(elsewhere);
    expect(resolveLocalName('app', context)).toEqual(elsewhere);
  });
});
