import type { ImageStream, TagReference } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import {
  applyRegistryPoll,
  INSECURE_REPOSITORY_ANNOTATION,
  importRequest,
  reconcileSpecTags,
  scheduledTags,
  specHash,
  tagsToImport,
  wantedTag,
  wantedTags,
} from '../src/index.ts';
import { alias, digest, docker, imported, NOW, stream, UID } from './fixtures.ts';

interface Parts {
  readonly spec?: readonly TagReference[];
  readonly tags?: readonly string[];
  readonly listed?: string;
  readonly annotations?: Record<string, string>;
  readonly status?: NonNullable<ImageStream['status']>['tags'];
}

/** A stream that imports `r/web`, of which the status names these tags. */
function importing({ spec = [], tags = ['1.1', 'latest'], listed = 'r/web', annotations = {}, status = [] }: Parts) {
  const made = stream({ generation: 2, spec, status: status ?? [] });
  return {
    ...made,
    metadata: { ...made.metadata, annotations },
    spec: { ...made.spec, dockerImageRepository: 'r/web' },
    status: { ...made.status, repositories: [{ repository: listed, tags: [...tags], checkedAt: NOW, request: '' }] },
  } satisfies ImageStream;
}

const sources = (of: ImageStream) => wantedTags(of).map(({ name, from }) => `${name} ${from?.name ?? '-'}`);

describe('the tags that a stream wants', () => {
  test.each<{ row: string; of: ImageStream; expected: readonly string[] }>([
    {
      row: 'are those of its spec when it imports no repository',
      of: stream({ spec: [docker('a', 'r/a:1')] }),
      expected: ['a r/a:1'],
    },
    { row: 'are also those of its repository', of: importing({}), expected: ['1.1 r/web:1.1', 'latest r/web:latest'] },
    {
      row: 'are as the spec says where it gives a tag of the repository a source',
      of: importing({ spec: [docker('latest', 'r/other:2'), docker('own', 'r/own:1')] }),
      expected: ['1.1 r/web:1.1', 'latest r/other:2', 'own r/own:1'],
    },
    {
      row: 'are of the repository where the spec has only policies for a tag',
      of: importing({ spec: [{ name: 'latest', referencePolicy: { type: 'Local' } }] }),
      expected: ['1.1 r/web:1.1', 'latest r/web:latest'],
    },
    {
      row: 'are no longer those of a repository that the spec has left',
      of: importing({ listed: 'r/old' }),
      expected: [],
    },
  ])('$row', ({ of, expected }) => expect(sources(of)).toEqual(expected));

  test('keep the policies that the spec has for them', () => {
    const of = importing({
      spec: [{ name: 'latest', importPolicy: { scheduled: true, importMode: 'PreserveOriginal' } }],
      annotations: { [INSECURE_REPOSITORY_ANNOTATION]: 'true' },
    });
    expect(wantedTag(of, 'latest')).toMatchObject({ scheduled: true, importMode: 'PreserveOriginal', insecure: true });
    expect(wantedTag(of, '1.1')).toMatchObject({ scheduled: false, importMode: 'Legacy', insecure: true });
  });
});

describe('a tag of an imported repository', () => {
  const first = {
    streamUid: UID,
    tag: 'latest',
    specGeneration: 2,
    basedOn: null,
    outcome: { kind: 'image', image: digest('a'), reference: `r/web@${digest('a')}` },
  } as const;
  const hashIn = (of: ImageStream) => specHash(wantedTag(of, 'latest')!);

  test('is imported once like a DockerImage tag, and on no schedule', () => {
    const of = importing({});
    expect(tagsToImport(of).map(({ tag, from, specGeneration }) => [tag, from, specGeneration])).toEqual([
      ['1.1', 'r/web:1.1', 2],
      ['latest', 'r/web:latest', 2],
    ]);
    expect(scheduledTags(of)).toEqual([]);
  });

  test('gets the image that was found, is then no longer asked for, and moves with a later push', () => {
    const of = importing({ tags: ['latest'] });
    const applied = applyRegistryPoll(of, { ...first, specHash: hashIn(of) }, { now: NOW });
    expect(applied).toMatchObject({ kind: 'applied', changedTags: ['latest'] });
    const after = { ...of, status: applied.kind === 'applied' ? applied.status : null } as ImageStream;
    expect(after.status?.tags).toMatchObject([{ tag: 'latest', items: [{ image: digest('a'), generation: 2 }] }]);
    expect(tagsToImport(after)).toEqual([]);
    expect(reconcileSpecTags(after, { lookupStream: () => undefined, now: NOW }).status).toBeUndefined();

    const request = importRequest(after, 'latest', 'webhook')!;
    const pushed = {
      ...first,
      ...request,
      outcome: { ...first.outcome, image: digest('b'), reference: `r/web@${digest('b')}` },
    };
    expect(applyRegistryPoll(after, pushed, { now: NOW })).toMatchObject({ kind: 'applied', changedTags: ['latest'] });
  });

  test('is handed on to a spec tag that follows it', () => {
    const of = importing({ tags: ['latest'], spec: [alias('stable', 'latest')] });
    expect(applyRegistryPoll(of, { ...first, specHash: hashIn(of) }, { now: NOW })).toMatchObject({
      changedTags: ['latest', 'stable'],
    });
  });

  test('keeps its history when the repository is given up, and answers come too late', () => {
    const of = importing({ listed: 'r/old', status: [{ tag: 'latest', items: [imported('r/old', 'a')] }] });
    expect(applyRegistryPoll(of, { ...first, specHash: 'whatever' }, { now: NOW })).toEqual({
      kind: 'stale',
      why: 'tag-removed',
    });
    expect(reconcileSpecTags(of, { lookupStream: () => undefined, now: NOW }).status).toBeUndefined();
  });
});
