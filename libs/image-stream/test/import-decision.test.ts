import type { ImageStream } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import {
  basedOnItem,
  importRequest,
  REPOSITORY_CHECK_ANNOTATION,
  repositoryToImport,
  scheduledTags,
  tagsToImport,
} from '../src/index.ts';
import { digest, docker, failure, imported, item, settled, snapshot, status, stream } from './fixtures.ts';

const names = (requests: readonly { tag: string }[]) => requests.map(({ tag }) => tag);

describe('which tags are to be imported because of their spec', () => {
  const one = docker('v1', 'r/web:1');
  const latest = docker('latest', 'r/web:latest');

  test.each<{ row: string; of: ImageStream; expected: readonly string[] }>([
    { row: '#95 a stream without tags has none', of: stream({}), expected: [] },
    {
      row: '#97 a reference tag is not imported',
      of: stream({ spec: [docker('ref', 'r/web:1', { reference: true })] }),
      expected: [],
    },
    {
      row: '#98 an unknown kind is not imported',
      of: stream({ spec: [{ name: 'odd', from: { kind: 'Other', name: 'r/web:1' } }] }),
      expected: [],
    },
    { row: '#99 a new DockerImage tag is imported', of: stream({ spec: [one] }), expected: ['v1'] },
    {
      row: '#100 only the tag whose spec moved on is imported',
      of: stream({
        generation: 2,
        spec: [one, latest],
        status: [
          settled(one, 1, [imported('r/web', 'a')]),
          settled(docker('latest', 'r/web:old'), 1, [imported('r/web', 'b')]),
        ],
      }),
      expected: ['latest'],
    },
    {
      row: '#101 a failure at the generation of the spec is an answer',
      of: stream({ generation: 2, spec: [one], status: [status('v1', null, { conditions: [failure(2)] })] }),
      expected: [],
    },
    {
      row: '#102 a failure at an earlier generation is none',
      of: stream({ generation: 2, spec: [one], status: [status('v1', null, { conditions: [failure(1)] })] }),
      expected: ['v1'],
    },
    {
      row: '#103 an item at the generation of the spec is an answer',
      of: stream({ generation: 2, spec: [one], status: [status('v1', [imported('r/web', 'a', { generation: 2 })])] }),
      expected: [],
    },
    {
      row: 'a tag that was answered stays answered when another tag of the stream is edited',
      of: stream({
        generation: 9,
        spec: [one],
        status: [settled(one, 2, [imported('r/web', 'a', { generation: 2 })])],
      }),
      expected: [],
    },
    {
      row: 'a tag that follows an image or has no source is not imported',
      of: stream({ spec: [snapshot('snap', 'aa'), { name: 'pushed' }] }),
      expected: [],
    },
    {
      row: 'a name that does not parse, or names a registry only, is left to validation',
      of: stream({ spec: [docker('bad', 'r/web@nodigest'), docker('host', 'registry.example.com')] }),
      expected: [],
    },
    { row: 'tags come in the order of their names', of: stream({ spec: [one, latest] }), expected: ['latest', 'v1'] },
    {
      row: 'a stream without spec and status has none',
      of: { metadata: { name: 'web', namespace: 'shop' } },
      expected: [],
    },
  ])('$row', ({ of, expected }) => {
    expect(names(tagsToImport(of))).toEqual(expected);
  });

  test('#104 a request says what to ask for and what it will be compared with', () => {
    const tag = docker('1.1', 'some/repo:mytag', {
      annotations: { 'importer.image.openshift.io/prefer-arch': 'arm64' },
      importPolicy: { insecure: true, scheduled: true, importMode: 'PreserveOriginal' },
    });
    const newest = imported('some/repo', 'a');
    const of = stream({ generation: 4, spec: [tag], status: [settled(docker('1.1', 'old'), 1, [newest])] });
    expect(tagsToImport(of)).toEqual([
      {
        tag: '1.1',
        from: 'some/repo:mytag',
        specHash: settled(tag, 4, []).observedSpec?.hash,
        specGeneration: 4,
        cause: 'spec',
        insecure: true,
        importMode: 'PreserveOriginal',
        scheduled: true,
        preferredPlatform: { architecture: 'arm64' },
        basedOn: {
          image: digest('a'),
          reference: `some/repo@${digest('a')}`,
          generation: 1,
          created: '2026-11-20T09:00:00.000Z',
        },
      },
    ]);
  });

  test('one tag can be asked for whatever its state, unless it is not one to import', () => {
    const of = stream({ spec: [one, docker('ref', 'r/web', { reference: true })], status: [settled(one, 1, [])] });
    expect(importRequest(of, 'v1', 'webhook')).toMatchObject({ tag: 'v1', cause: 'webhook', specGeneration: 1 });
    expect(importRequest(of, 'ref', 'webhook')).toBeUndefined();
    expect(importRequest(of, 'missing', 'webhook')).toBeUndefined();
  });
});

describe('which tags are asked for at every interval', () => {
  const scheduled = (name: string, from: string) => docker(name, from, { importPolicy: { scheduled: true } });
  const pinned = scheduled('pinned', `mysql@${digest('a')}`);
  const pinned2 = scheduled('pinned2', `mysql@${digest('b')}`);
  const moving = scheduled('moving', 'mysql:latest');

  test.each<{ row: string; of: ImageStream; expected: readonly string[] }>([
    { row: '#106 none without a schedule', of: stream({ spec: [docker('latest', 'mysql')] }), expected: [] },
    {
      row: '#107 a digest that only failed so far',
      of: stream({ spec: [pinned], status: [{ ...settled(pinned, 1, []), conditions: [failure(1)] }] }),
      expected: ['pinned'],
    },
    {
      row: '#108 of two digests only the one that is not imported',
      of: stream({ spec: [pinned, pinned2], status: [settled(pinned, 1, [imported('mysql', 'a')])] }),
      expected: ['pinned2'],
    },
    {
      row: '#109 no digest that is imported at its generation',
      of: stream({ spec: [pinned], status: [settled(pinned, 1, [imported('mysql', 'a')])] }),
      expected: [],
    },
    {
      row: 'a digest that is imported at an earlier generation',
      of: stream({ generation: 3, spec: [pinned], status: [settled(pinned2, 1, [imported('mysql', 'b')])] }),
      expected: ['pinned'],
    },
    {
      row: '#110 a tag, imported or not',
      of: stream({ spec: [moving], status: [settled(moving, 1, [imported('mysql', 'a')])] }),
      expected: ['moving'],
    },
    {
      row: 'no reference tag, no other kind and no name that does not parse',
      of: stream({
        spec: [
          { ...moving, reference: true },
          { ...snapshot('snap', 'aa'), importPolicy: { scheduled: true } },
          scheduled('bad', 'UPPER'),
        ],
      }),
      expected: [],
    },
  ])('$row', ({ of, expected }) => {
    const requests = scheduledTags(of);
    expect(names(requests)).toEqual(expected);
    expect(requests.every(({ cause }) => cause === 'schedule')).toBe(true);
  });
});

describe('whether the whole repository is to be imported', () => {
  const withRepository = (annotations: Record<string, string>): ImageStream => ({
    metadata: { name: 'web', annotations },
    spec: { dockerImageRepository: 'r/web' },
  });

  test('once, while the check annotation is absent or empty', () => {
    expect(repositoryToImport(withRepository({}))).toEqual({ repository: 'r/web', insecure: false });
    expect(repositoryToImport(withRepository({ [REPOSITORY_CHECK_ANNOTATION]: '' }))).toBeDefined();
    expect(repositoryToImport(stream({}))).toBeUndefined();
  });

  test('#96 any text in the check annotation means that it was imported', () => {
    expect(repositoryToImport(withRepository({ [REPOSITORY_CHECK_ANNOTATION]: 'a random error' }))).toBeUndefined();
  });

  test('insecurely only when the annotation is exactly true', () => {
    const insecure = (value: string) =>
      repositoryToImport(withRepository({ 'openshift.io/image.insecureRepository': value }));
    expect(insecure('true')?.insecure).toBe(true);
    expect(insecure('yes')?.insecure).toBe(false);
  });
});

test('an observation names an empty history as null', () => {
  expect(basedOnItem(undefined)).toBeNull();
  expect(basedOnItem(item('r', ''))).toMatchObject({ image: '', reference: 'r' });
});
