import type { ImageStream, RepositoryTags, StreamCondition } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import {
  applyRepositoryPoll,
  REPOSITORY_CHECK_ANNOTATION,
  type RepositoryObservation,
  repositoryToImport,
} from '../src/index.ts';
import { frozen, NOW, stream, UID } from './fixtures.ts';

const EARLIER = '2026-11-20T10:00:00.000Z';

interface Parts {
  readonly repository?: string;
  readonly annotations?: Record<string, string>;
  readonly listed?: RepositoryTags;
  readonly conditions?: StreamCondition[];
}

function importing({ repository = 'r/web', annotations = {}, listed, conditions }: Parts = {}): ImageStream {
  const made = stream({});
  return frozen({
    ...made,
    metadata: { ...made.metadata, annotations },
    spec: { dockerImageRepository: repository },
    status: { ...(listed && { repositories: [listed] }), ...(conditions && { conditions }) },
  });
}

const listed: RepositoryTags = {
  repository: 'r/web',
  tags: ['1'],
  additionalTags: 0,
  checkedAt: EARLIER,
  request: 'a',
};

describe('a repository is imported', () => {
  const checked = { [REPOSITORY_CHECK_ANNOTATION]: '2026-11-21T10:00:00Z' };
  test.each<{ row: string; of: ImageStream; request?: string; expected: boolean }>([
    { row: 'when nothing says that it was', of: importing(), expected: true },
    { row: 'not when there is none', of: importing({ repository: '' }), expected: false },
    {
      row: '#96 not when the check annotation has any text',
      of: importing({ annotations: { [REPOSITORY_CHECK_ANNOTATION]: 'x' } }),
      expected: false,
    },
    {
      row: 'when the check annotation is empty',
      of: importing({ annotations: { [REPOSITORY_CHECK_ANNOTATION]: '' } }),
      expected: true,
    },
    { row: 'not when the status says that it was', of: importing({ listed }), expected: false },
    { row: 'not by the request that was answered', of: importing({ listed }), request: 'a', expected: false },
    { row: 'again by another request', of: importing({ listed }), request: 'b', expected: true },
    {
      row: 'by a request although the check annotation is there',
      of: importing({ annotations: checked }),
      request: 'a',
      expected: true,
    },
    { row: 'when the spec has taken another one', of: importing({ repository: 'r/other', listed }), expected: true },
  ])('$row', ({ of, request, expected }) => expect(repositoryToImport(of, request) !== undefined).toBe(expected));
});

describe('what a repository contains', () => {
  const found: RepositoryObservation = {
    streamUid: UID,
    repository: 'r/web',
    request: '',
    basedOn: null,
    checkedAt: NOW,
    outcome: { kind: 'tags', tags: ['latest', '1'], additionalTags: 3 },
  };
  const failed: RepositoryObservation = {
    ...found,
    outcome: { kind: 'error', reason: 'InternalError', message: 'r refuses the connection' },
  };

  test('is recorded, with a condition that says how many tags are left out', () => {
    const result = applyRepositoryPoll(importing(), found);
    expect(result).toEqual({
      kind: 'applied',
      status: {
        repositories: [{ repository: 'r/web', tags: ['latest', '1'], additionalTags: 3, checkedAt: NOW, request: '' }],
        conditions: [
          {
            type: 'RepositoryImported',
            status: 'True',
            lastTransitionTime: NOW,
            reason: 'Listed',
            message: '2 of 5 tags of r/web are imported; name others in spec.tags',
          },
        ],
      },
    });
  });

  test('#128 a registry that is not reached leaves no tags and a condition', () => {
    expect(applyRepositoryPoll(importing(), failed)).toMatchObject({
      status: {
        repositories: [{ tags: [], additionalTags: 0 }],
        conditions: [{ status: 'False', reason: 'InternalError', message: 'r refuses the connection' }],
      },
    });
  });

  test('stays when it cannot be listed again', () => {
    const result = applyRepositoryPoll(importing({ listed }), { ...failed, basedOn: EARLIER, request: 'b' });
    expect(result).toMatchObject({ status: { repositories: [{ tags: ['1'], checkedAt: NOW, request: 'b' }] } });
  });

  test('keeps the time of a condition that says the same', () => {
    const condition: StreamCondition = {
      type: 'RepositoryImported',
      status: 'True',
      lastTransitionTime: EARLIER,
      reason: 'Listed',
      message: '',
    };
    const result = applyRepositoryPoll(importing({ listed, conditions: [condition] }), { ...found, basedOn: EARLIER });
    expect(result).toMatchObject({ status: { conditions: [{ lastTransitionTime: EARLIER }] } });
  });

  test.each<{ row: string; of: ImageStream; seen?: Partial<RepositoryObservation>; expected: object }>([
    {
      row: 'delivered twice counts once',
      of: importing({ listed: { ...listed, checkedAt: NOW } }),
      expected: { kind: 'unchanged' },
    },
    {
      row: 'is stale for a stream made anew',
      of: importing(),
      seen: { streamUid: 'other' },
      expected: { kind: 'stale', why: 'other-stream' },
    },
    {
      row: 'is stale when the spec names another repository',
      of: importing({ repository: 'r/other' }),
      expected: { kind: 'stale', why: 'spec-changed' },
    },
    {
      row: 'is stale when somebody else was faster',
      of: importing({ listed }),
      expected: { kind: 'stale', why: 'newer-item' },
    },
  ])('$row', ({ of, seen, expected }) => expect(applyRepositoryPoll(of, { ...found, ...seen })).toEqual(expected));
});
