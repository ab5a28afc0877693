import type { ImageStream } from '@tagstream/api-types';
import type { EventData, RepositoryPoll } from '@tagstream/events';
import { applyRepositoryPoll, INSECURE_REPOSITORY_ANNOTATION } from '@tagstream/image-stream';
import { RegistryError } from '@tagstream/registry';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { IMPORT_NOW } from '../../src/annotations.ts';
import { admitEverything } from '../../src/registry-access/admission.ts';
import type { ListTags } from '../../src/repositories/list-repository.ts';
import { createRepositoryImports } from '../../src/repositories/repository-imports.ts';
import { type RepositoryView, viewRepository } from '../../src/repositories/repository-view.ts';

type Poll = EventData<typeof RepositoryPoll>;
type Answer = readonly string[] | RegistryError;

const dead = new RegistryError('unavailable', 'registry.example.com refuses the connection');

const streamOf = (repository = 'registry.example.com/shop/web', annotations = {}): ImageStream => ({
  metadata: { namespace: 'shop', name: 'web', uid: 'uid-1', generation: 1, annotations },
  spec: { dockerImageRepository: repository },
});

/** Imports of one stream against a registry that answers with the next of these, and then with the last one again. */
function started(
  answers: readonly Answer[],
  options: { readonly maxTags?: number; readonly members?: readonly string[] } = {},
) {
  const clock = testClock();
  const polls: Poll[] = [];
  const asked: { namespace: string; insecure: boolean }[] = [];
  const pauses: [string, number][] = [];
  let stream: ImageStream = streamOf();
  let view: RepositoryView | undefined;
  let storing = true;
  const listTags: ListTags = async function* (namespace, _repository, { insecure }) {
    asked.push({ namespace, insecure });
    const answer = answers[Math.min(asked.length, answers.length) - 1] ?? [];
    if (answer instanceof RegistryError) throw answer;
    yield* answer;
  };
  const imports = createRepositoryImports({
    listTags,
    async publish(poll) {
      if (!storing) throw new Error('NATS is away');
      polls.push(poll);
    },
    clock,
    random: () => 0,
    maxTags: options.maxTags ?? 50,
    self: 'me',
    pause: (registry, ms) => void pauses.push([registry, ms]),
    telemetry: { listed: () => undefined, unpublished: () => undefined },
  });
  onTestFinished(() => imports[Symbol.asyncDispose]());
  imports.setMembers(options.members ?? ['me']);
  const show = (next: ImageStream) => {
    const before = view;
    stream = next;
    view = viewRepository(stream, admitEverything);
    imports.update(view, before);
    return clock.advance(0);
  };
  return {
    clock,
    polls,
    asked,
    pauses,
    imports,
    show,
    store: (works: boolean) => {
      storing = works;
    },
    /** Does to the status what a finding says, as its consumer does. */
    apply(poll: Poll) {
      const result = applyRepositoryPoll(stream, poll);
      if (result.kind !== 'applied') throw new Error(`the finding does not apply: ${JSON.stringify(result)}`);
      return show({ ...stream, status: { ...stream.status, ...result.status } });
    },
    annotate: (annotations: Record<string, string>) =>
      show({ ...stream, metadata: { ...stream.metadata, annotations } }),
  };
}

const tagsIn = (polls: readonly Poll[]) =>
  polls.map(({ outcome }) => (outcome.kind === 'tags' ? outcome.tags.join(' ') : outcome.reason));

describe('a repository that a stream imports', () => {
  test('is listed once, whatever else happens to the stream', async () => {
    const { show, apply, polls, asked, clock } = started([['1', 'latest']]);
    await show(streamOf());
    expect(polls).toMatchObject([
      {
        namespace: 'shop',
        stream: 'web',
        streamUid: 'uid-1',
        repository: 'registry.example.com/shop/web',
        basedOn: null,
        outcome: { kind: 'tags', tags: ['latest', '1'], additionalTags: 0 },
      },
    ]);
    await apply(polls[0]!);
    await clock.advance(24 * 3600_000);
    expect(asked).toHaveLength(1);
  });

  test('#130 is imported in the order in which its tags are wanted, the rest is counted', async () => {
    const { show, polls } = started([['v1', 'other', 'v2', '3', '3.1', 'abc']], { maxTags: 5 });
    await show(streamOf());
    expect(polls[0]?.outcome).toEqual({ kind: 'tags', tags: ['3.1', '3', 'abc', 'other', 'v1'], additionalTags: 1 });
  });

  test('is asked insecurely when the stream says so, and what is no tag is left out', async () => {
    const { show, asked, polls } = started([['ok', '', '../x', 'a'.repeat(129)]]);
    await show(streamOf('registry.example.com/shop/web', { [INSECURE_REPOSITORY_ANNOTATION]: 'true' }));
    expect(asked).toEqual([{ namespace: 'shop', insecure: true }]);
    expect(tagsIn(polls)).toEqual(['ok']);
  });

  test('#128 that is not reached is told and tried again with growing waits, told again only when it is', async () => {
    const { show, apply, polls, asked, clock } = started([dead, dead, ['1']]);
    await show(streamOf());
    expect(polls[0]?.outcome).toEqual({
      kind: 'error',
      reason: 'InternalError',
      message: 'Internal error occurred: registry.example.com/shop/web: registry.example.com refuses the connection',
    });
    await apply(polls[0]!);
    await clock.advance(2_000);
    expect([asked.length, polls.length]).toEqual([2, 1]);
    await clock.advance(4_000);
    expect(tagsIn(polls)).toEqual(['InternalError', '1']);
    await apply(polls[1]!);
    await clock.advance(24 * 3600_000);
    expect(asked).toHaveLength(3);
  });

  test('is given up after about an hour of failures, until somebody asks', async () => {
    const { show, apply, annotate, polls, asked, clock } = started([dead]);
    await show(streamOf());
    await apply(polls[0]!);
    await clock.advance(48 * 3600_000);
    const tries = asked.length;
    expect(tries).toBe(13);
    await annotate({ [IMPORT_NOW]: 'please' });
    expect(asked).toHaveLength(tries + 1);
    expect(polls[1]).toMatchObject({ request: 'please', basedOn: polls[0]?.checkedAt });
  });

  test('is listed again by another request, not by the same one', async () => {
    const { show, apply, annotate, polls } = started([['1'], ['1', '2.0']]);
    await show(streamOf());
    await apply(polls[0]!);
    await annotate({ [IMPORT_NOW]: 'a' });
    expect(tagsIn(polls)).toEqual(['1', '2.0 1']);
    await apply(polls[1]!);
    await annotate({ [IMPORT_NOW]: 'a', other: 'changed' });
    expect(polls).toHaveLength(2);
  });

  test('is listed again when a success was overtaken by an earlier failure', async () => {
    const { show, apply, polls, clock } = started([dead, ['1']]);
    await show(streamOf());
    await clock.advance(2_000);
    expect(tagsIn(polls)).toEqual(['InternalError', '1']);
    await apply(polls[0]!);
    expect(polls[2]).toMatchObject({ basedOn: polls[0]?.checkedAt, outcome: { tags: ['1'] } });
  });

  test('is listed again while what was found is neither stored nor shown', async () => {
    const { show, store, polls, clock } = started([['1']]);
    store(false);
    await show(streamOf());
    store(true);
    await clock.advance(1_000);
    expect(tagsIn(polls)).toEqual(['1']);
    await clock.advance(11 * 60_000);
    expect(tagsIn(polls)).toEqual(['1', '1']);
  });

  test('that is no repository is told without asking anybody', async () => {
    const { show, apply, polls, asked, clock } = started([['1']]);
    await show(streamOf('registry.example.com/shop/web:1'));
    expect(tagsIn(polls)).toEqual(['Invalid']);
    await apply(polls[0]!);
    await clock.advance(24 * 3600_000);
    expect([asked.length, polls.length]).toEqual([0, 1]);
  });

  test('leaves its registry alone when that asks for it', async () => {
    const limited = new RegistryError('rate_limited', 'too many requests', { retryAfterMs: 30_000 });
    const { show, pauses, asked, clock } = started([limited, ['1']]);
    await show(streamOf());
    expect(pauses).toEqual([['registry.example.com', 30_000]]);
    await clock.advance(29_000);
    expect(asked).toHaveLength(1);
    await clock.advance(2_000);
    expect(asked).toHaveLength(2);
  });

  test('is listed by its owner only, and by the next one when that is gone', async () => {
    const { show, polls, imports, clock } = started([['1']], { members: ['other'] });
    await show(streamOf());
    expect(polls).toEqual([]);
    imports.setMembers(['me']);
    await clock.advance(0);
    expect(tagsIn(polls)).toEqual(['1']);
  });

  test('is forgotten with its stream', async () => {
    const { imports, show, asked, clock } = started([dead]);
    await show(streamOf());
    imports.update(undefined, viewRepository(streamOf(), admitEverything));
    await clock.advance(24 * 3600_000);
    expect(asked).toHaveLength(1);
  });
});
