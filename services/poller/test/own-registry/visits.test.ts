import type { ImageStream, TagReference } from '@tagstream/api-types';
import { RegistryPoll } from '@tagstream/events';
import { applyRegistryPoll } from '@tagstream/image-stream';
import { type TestClock, testClock } from '@tagstream/service/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/ask.ts';
import type { Poll } from '../../src/memory.ts';
import { type OwnStream, viewOwnStream } from '../../src/own-registry/own-stream.ts';
import { createVisits, type Visits } from '../../src/own-registry/visits.ts';
import { createPollLoop, type PollLoop } from '../../src/poll-loop.ts';
import { createViewTracker } from '../../src/registry-access/view-tracker.ts';
import { type TagView, viewTags } from '../../src/tag-view.ts';
import { quietLoop } from '../quiet-loop.ts';
import { digest } from '../tags.ts';
import { HOST, pushedTag, registry, streamOf } from './registry.ts';

const place = { namespace: 'shop', stream: 'web' };
const none = new AbortController().signal;
const hint = { deliveryId: 'd1', receivedAt: '2026-11-21T10:00:00.000Z' };

const found = (hexDigit: string): Answer => {
  const image = digest(hexDigit);
  const manifest = { digest: image, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
  return { kind: 'found', finding: { kind: 'image', image, manifest } };
};

describe('a visit at a tag of the repository of a stream', () => {
  let clock: TestClock;
  let loop: PollLoop;
  let visits: Visits;
  let published: Poll[];
  let asked: string[];
  let answer: () => Promise<Answer>;
  let current: ImageStream;
  let own: OwnStream | undefined;
  let imports: readonly TagView[];

  beforeEach(() => {
    clock = testClock('2026-11-21T10:00:00.000Z');
    published = [];
    asked = [];
    answer = async () => found('a');
    own = undefined;
    imports = [];
    loop = createPollLoop({
      ...quietLoop,
      clock,
      random: () => 0,
      async ask(question, isKnown) {
        asked.push(question.canonical);
        const given = await answer();
        if (given.kind !== 'found' || !isKnown(given.finding.image)) return given;
        return { kind: 'same', digest: given.finding.manifest.digest, image: given.finding.image };
      },
      publisher: {
        async publish(poll) {
          expect(RegistryPoll.problems(poll)).toEqual([]);
          published.push(poll);
          return { duplicate: false };
        },
      },
    });
    loop.setMembers(['self']);
    visits = createVisits(
      registry,
      createViewTracker(() => undefined, loop.update),
    );
    show(streamOf());
  });
  afterEach(() => loop[Symbol.asyncDispose]());

  /** What the watch shows of the stream. */
  function show(stream: ImageStream): void {
    current = stream;
    const next = viewOwnStream(stream, registry);
    const nextImports = viewTags(stream);
    loop.update(nextImports, imports);
    visits.update(next, own);
    own = next;
    imports = nextImports;
  }

  /** Does to the status what an observation says, as its consumer does, and shows it. */
  function apply(poll: Poll | undefined): string {
    if (poll === undefined) throw new Error('nothing was published');
    const result = applyRegistryPoll(current, poll, { now: clock.iso() });
    if (result.kind === 'applied') show({ ...current, status: result.status });
    return result.kind;
  }

  async function look(tag = 'v1') {
    using visit = visits.visit(place, tag);
    return await loop.look(visit?.canonical ?? '', { cause: 'webhook', hint }, none);
  }

  test('is one HEAD and one message, and nothing when nothing is new', async () => {
    expect(await look()).toEqual([{ kind: 'answered', digest: digest('a') }]);
    expect(published).toMatchObject([
      {
        tag: 'v1',
        from: `${HOST}/shop/web:v1`,
        basedOn: null,
        pushed: { replaces: null },
        cause: 'webhook',
        hint,
        outcome: { reference: `${HOST}/shop/web@${digest('a')}` },
      },
    ]);
    expect(apply(published[0])).toBe('applied');
    await look();
    expect([asked.length, published.length]).toEqual([2, 1]);
    answer = async () => found('b');
    await look();
    expect(published[1]).toMatchObject({ basedOn: { image: digest('a') }, pushed: { replaces: digest('a') } });
    expect(apply(published[1])).toBe('applied');
  });

  test('leaves nothing behind, however many there are at a time', async () => {
    using first = visits.visit(place, 'v1');
    {
      using second = visits.visit(place, 'v1');
      expect(second?.canonical).toBe(first?.canonical);
      expect(loop.targets).toBe(1);
    }
    expect(loop.targets).toBe(1);
    first?.[Symbol.dispose]();
    expect(loop.targets).toBe(0);
    expect(visits.visit({ ...place, stream: 'gone' }, 'v1')).toBeUndefined();
  });

  test('tells no failure, and says what came of it', async () => {
    const finding = { kind: 'error', reason: 'InternalError', message: 'away' } as const;
    answer = async () => ({ kind: 'failed', finding, code: 'unavailable', mayPass: true });
    expect(await look()).toEqual([{ kind: 'failed', reason: 'unavailable' }]);
    expect(published).toEqual([]);
  });

  test('that the tag moves under is made anew, so that what is told was compared with the newest item', async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    answer = () => promise;
    const looked = look();
    await clock.advance(0);
    show(streamOf({ status: [pushedTag('v1', 'b')] }));
    answer = async () => found('c');
    resolve(found('b'));
    await looked;
    expect(published).toMatchObject([{ pushed: { replaces: digest('b') }, outcome: { image: digest('c') } }]);
  });

  test('does not move imports of the same place by other streams, which have their own times', async () => {
    const elsewhere: TagReference = { name: 'copy', from: { kind: 'DockerImage', name: `${HOST}/shop/web:v1` } };
    const other = streamOf({ name: 'other', uid: 'uid-2', spec: [elsewhere] });
    loop.update(viewTags(other), []);
    await clock.advance(1);
    published.length = 0;
    answer = async () => found('b');
    await look();
    expect(published.map(({ stream }) => stream)).toEqual(['web']);
  });

  test('that moves a tag with another source is no reason to import that again', async () => {
    const spec: TagReference[] = [{ name: 'v1', from: { kind: 'DockerImage', name: 'quay.io/shop/web:v1' } }];
    show(streamOf({ spec }));
    await clock.advance(1);
    expect(apply(published[0])).toBe('applied');
    answer = async () => found('b');
    await look();
    expect(apply(published[1])).toBe('applied');
    expect(current.status?.tags?.[0]?.items).toMatchObject([
      { dockerImageReference: `${HOST}/shop/web@${digest('b')}` },
      { dockerImageReference: `quay.io/shop/web@${digest('a')}` },
    ]);
    answer = async () => found('a');
    await clock.advance(60 * 60_000);
    expect(published).toHaveLength(2);
  });
});
