import type { ImageStream } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/explain.ts';
import { factsOf, said } from './fixtures.ts';

const REPOSITORY = 'registry.example.com/shop/web';
const at = '2026-11-21T11:00:00Z';

function explained(spec: object, status: object = {}) {
  const stream = { metadata: { name: 'app', namespace: 'shop' }, spec, status } as ImageStream;
  return said(explain(factsOf({ subject: { kind: 'tags', stream, tags: [] }, streams: [stream] })));
}

describe('a stream is explained', () => {
  test('that has no tags', () => {
    expect(explained({})).toEqual([
      'PROBLEM tag: it has no tags, so that nothing can follow it → tagstream tag IMAGE app:TAG --scheduled',
    ]);
  });

  test('that imports a repository: before it is listed, when it is, and when it cannot be', () => {
    const spec = { dockerImageRepository: REPOSITORY };
    const listed = { repository: REPOSITORY, tags: ['latest', 'v1'], additionalTags: 3, checkedAt: at };
    const message = 'no access';
    const failed = { type: 'RepositoryImported', status: 'False', reason: 'Unauthorized', message };

    expect(explained(spec)).toEqual([
      `WAITING tag: the tags of ${REPOSITORY}, which app imports as a whole, are not listed yet`,
    ]);
    expect(explained(spec, { repositories: [listed] })).toEqual([
      `OK tag: app imports 2 tags of ${REPOSITORY}, and 3 more that are not imported`,
    ]);
    expect(explained(spec, { conditions: [failed] })).toEqual([
      expect.stringMatching(
        /^PROBLEM tag: the tags of .* could not be listed: no access \(Unauthorized\) → give the namespace/,
      ),
    ]);
  });
});
