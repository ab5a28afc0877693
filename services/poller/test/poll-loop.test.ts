import { nextTurn, RegistryPoll, turnOffset } from '@tagstream/events';
import { type TestClock, testClock } from '@tagstream/service/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Answer, Ask } from '../src/ask.ts';
import { MAX_LOOKS_PER_REGISTRY } from '../src/looks-in-wait.ts';
import { CONFIRM_WITHIN_MS, type Poll } from '../src/memory.ts';
import { createPollLoop, type PollLoop } from '../src/poll-loop.ts';
import type { TagView } from '../src/tag-view.ts';
import { quietLoop } from './quiet-loop.ts';
import { digest, type TagState, tagWith } from './tags.ts';

const A = digest('a');
const B = digest('b');
const MIN = 60_000;
const none = new AbortController().signal;
const look = { cause: 'webhook', hint: { deliveryId: 'd1', receivedAt: '2026-11-21T10:00:00.000Z' } } as const;

const found = (image: string): Answer => ({
  kind: 'found',
  finding: {
    kind: 'image',
    image,
    manifest: { digest: image, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
  },
});
const refused = (reason: string, mayPass = false): Answer => ({
  kind: 'failed',
  mayPass,
  code: mayPass ? 'unavailable' : 'not_found',
  finding: { kind: 'error', reason, message: `because of ${reason}` },
});

describe('the poll loop', () => {
  let clock: TestClock;
  let loop: PollLoop;
  let published: Poll[];
  let asked: string[];
  /** What each registry answers at present; a promise keeps it waiting. */
  let answers: Map<string, Answer | Promise<Answer>>;
  let storing: (poll: Poll) => Promise<void>;

  const ask: Ask = async (question, isKnown, signal) => {
    asked.push(question.canonical);
    const fixed = answers.get(question.canonical) ?? answers.get(question.registry) ?? found(A);
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const answer = await Promise.race([fixed, stopped]);
    return answer.kind === 'found' && isKnown(answer.finding.image)
      ? { kind: 'same', image: answer.finding.image, digest: answer.finding.manifest.digest }
      : answer;
  };

  beforeEach(() => {
    clock = testClock('2026-11-21T10:00:00.000Z');
    published = [];
    asked = [];
    answers = new Map();
    storing = async () => undefined;
    loop = createPollLoop({
      ask,
      publisher: {
        publish: async (poll) => {
          expect(RegistryPoll.problems(poll)).toEqual([]);
          await storing(poll);
          published.push(poll);
          return { duplicate: false };
        },
      },
      clock,
      random: () => 0,
      ...quietLoop,
    });
    loop.setMembers([quietLoop.self]);
  });
  afterEach(() => loop[Symbol.asyncDispose]());

  /** Brings in tags, then changes of them. */
  const known = new Map<string, TagView>();
  afterEach(() => known.clear());
  async function bring(...states: TagState[]) {
    const tags = states.map(tagWith);
    loop.update(
      tags,
      tags.flatMap((tag) => known.get(tag.id) ?? []),
    );
    for (const tag of tags) known.set(tag.id, tag);
    await clock.advance(0);
  }

  /** Waits until the reference that the tags of these tests have has had its turn. */
  async function untilTurn() {
    const offset = turnOffset('registry.example.com/shop/web:latest');
    await clock.advance(nextTurn(offset, 15 * MIN, clock.now()) - clock.now());
  }

  test('imports a new tag at once and tells what it found, compared with what, and why', async () => {
    await bring({});
    expect(published).toEqual([
      {
        namespace: 'shop',
        stream: 'web',
        streamUid: 'uid-1',
        tag: 'latest',
        from: 'registry.example.com/shop/web:latest',
        specHash: tagWith({}).specHash,
        specGeneration: 2,
        basedOn: null,
        cause: 'spec',
        checkedAt: '2026-11-21T10:00:00.000Z',
        outcome: {
          kind: 'image',
          image: A,
          reference: `registry.example.com/shop/web@${A}`,
          manifest: { digest: A, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
        },
      },
    ]);
  });

  test('asks nobody about a tag that is up to date and has no schedule', async () => {
    await bring({ image: A });
    await clock.advance(60 * MIN);
    expect(asked).toEqual([]);
  });

  test('asks about a scheduled tag once per interval and tells nothing while it stays', async () => {
    await bring({ image: A, importPolicy: { scheduled: true } });
    await clock.advance(15 * MIN);
    expect(asked).toHaveLength(1);
    await clock.advance(30 * MIN);
    expect(asked).toHaveLength(3);
    expect(published).toEqual([]);
  });

  test('tells when a scheduled tag moved, compared with the newest item', async () => {
    answers.set('registry.example.com', found(B));
    await bring({ image: A, importPolicy: { scheduled: true } });
    await untilTurn();
    expect(published).toMatchObject([{ cause: 'schedule', basedOn: { image: A }, outcome: { image: B } }]);
  });

  test('tells the same answer once until the status shows it, and again when it still does not after a while', async () => {
    answers.set('registry.example.com', found(B));
    await bring({ image: A, importPolicy: { scheduled: true } });
    await untilTurn();
    await loop.look('registry.example.com/shop/web:latest', look, none);
    expect(asked).toHaveLength(2);
    expect(published).toHaveLength(1);
    await clock.advance(CONFIRM_WITHIN_MS);
    expect(published.map(RegistryPoll.id)).toEqual([RegistryPoll.id(published[0]!), RegistryPoll.id(published[0]!)]);
    await bring({ image: B, importPolicy: { scheduled: true } });
    await clock.advance(60 * MIN);
    expect(published).toHaveLength(2);
  });

  test('looks once more when the status moved to something else than was told', async () => {
    await bring({ image: A });
    answers.set('registry.example.com', found(B));
    await loop.look('registry.example.com/shop/web:latest', look, none);
    answers.set('registry.example.com', found(digest('d')));
    await bring({ image: digest('c') });
    expect(published.slice(1)).toMatchObject([
      { cause: 'request', basedOn: { image: digest('c') }, outcome: { image: digest('d') } },
    ]);
  });

  test('looks once more when the registry went back before what was told arrived in the status', async () => {
    const reference = 'registry.example.com/shop/web:latest';
    await bring({ image: A });
    answers.set('registry.example.com', found(B));
    await loop.look(reference, look, none);
    answers.set('registry.example.com', found(A));
    await loop.look(reference, look, none);
    expect(published).toHaveLength(1);
    await bring({ image: B });
    expect(published.slice(1)).toMatchObject([{ cause: 'request', basedOn: { image: B }, outcome: { image: A } }]);
  });

  test('asks once for one reference in many streams, however it is spelled', async () => {
    await bring(
      { from: 'nginx' },
      { from: 'docker.io/library/nginx:latest', uid: 'uid-2' },
      { from: 'nginx:latest', uid: 'uid-3' },
    );
    expect(asked).toEqual(['docker.io/library/nginx:latest']);
    expect(published.map(({ outcome }) => outcome.kind === 'image' && outcome.reference)).toEqual([
      `nginx@${A}`,
      `docker.io/library/nginx@${A}`,
      `nginx@${A}`,
    ]);
  });

  test('a tag without schedule stays where it is while another with the same reference moves', async () => {
    answers.set('registry.example.com', found(B));
    await bring({ image: A }, { image: A, uid: 'uid-2', importPolicy: { scheduled: true } }, { uid: 'uid-3' });
    await clock.advance(15 * MIN);
    expect(new Set(published.map(({ streamUid }) => streamUid))).toEqual(new Set(['uid-2', 'uid-3']));
  });

  test('a look asks at once, and the answer carries the push that led to it', async () => {
    await bring({ image: A });
    answers.set('registry.example.com', found(B));
    const results = await loop.look('registry.example.com/shop/web:latest', look, none);
    expect(results).toEqual([{ kind: 'answered', digest: B }]);
    expect(published).toMatchObject([{ cause: 'webhook', hint: { deliveryId: 'd1' }, outcome: { image: B } }]);
  });

  test('a look at a reference that nobody follows finds nobody', async () => {
    await bring({ image: A });
    expect(await loop.look('registry.example.com/shop/web:other', look, none)).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('looks that wait together are answered by one request, one that comes later by another', async () => {
    await bring({ image: A });
    const gate = Promise.withResolvers<Answer>();
    answers.set('registry.example.com', gate.promise);
    const reference = 'registry.example.com/shop/web:latest';
    const first = loop.look(reference, look, none);
    await clock.advance(0);
    const later = [loop.look(reference, look, none), loop.look(reference, look, none)];
    answers.set('registry.example.com', found(B));
    gate.resolve(found(A));
    expect(await first).toEqual([{ kind: 'answered', digest: A }]);
    expect(await Promise.all(later)).toEqual([[{ kind: 'answered', digest: B }], [{ kind: 'answered', digest: B }]]);
    expect(asked).toHaveLength(2);
  });

  test('a look ends with its signal while the check goes on', async () => {
    await bring({ image: A });
    const gate = Promise.withResolvers<Answer>();
    answers.set('registry.example.com', gate.promise);
    const stop = new AbortController();
    const looking = loop.look('registry.example.com/shop/web:latest', look, stop.signal);
    stop.abort(new Error('too long'));
    await expect(looking).rejects.toThrow('too long');
    gate.resolve(found(B));
    await expect.poll(() => published.length).toBe(1);
  });

  test('a dead registry delays only itself', async () => {
    answers.set('dead.example.com', Promise.withResolvers<Answer>().promise);
    const dead = Array.from({ length: 5 }, (_, i) => ({ uid: `dead-${i}`, from: `dead.example.com/a/b:${i}` }));
    await bring(...dead, { uid: 'alive', from: 'quay.io/a/b:1' });
    expect(published.map(({ from }) => from)).toEqual(['quay.io/a/b:1']);
    expect(asked.filter((reference) => reference.startsWith('dead'))).toHaveLength(2); // its own two places
  });

  test('only so many looks wait for one registry', async () => {
    answers.set('dead.example.com', Promise.withResolvers<Answer>().promise);
    await bring({ from: 'dead.example.com/a/b:1', image: A });
    const stop = new AbortController();
    const looks = Array.from({ length: MAX_LOOKS_PER_REGISTRY }, () =>
      loop.look('dead.example.com/a/b:1', look, stop.signal).catch(() => 'stopped'),
    );
    expect(await loop.look('dead.example.com/a/b:1', look, none)).toEqual([{ kind: 'busy' }]);
    stop.abort();
    expect(new Set(await Promise.all(looks))).toEqual(new Set(['stopped']));
  });

  test('a registry that asks to be left alone is left alone, others are not', async () => {
    answers.set('slow.example.com', {
      ...refused('InternalError', true),
      code: 'rate_limited',
      pauseMs: 5 * MIN,
    } as Answer);
    await bring({ uid: 'one', from: 'slow.example.com/a/b:1' });
    await bring({ uid: 'two', from: 'slow.example.com/a/b:2' }, { uid: 'three', from: 'quay.io/a/b:1' });
    expect(asked).toEqual(['slow.example.com/a/b:1', 'quay.io/a/b:1']);
    const [paused] = await loop.look('slow.example.com/a/b:2', look, none);
    expect(paused).toEqual({ kind: 'paused', untilMs: clock.now() + 5 * MIN });
    answers.set('slow.example.com', found(A));
    await clock.advance(5 * MIN);
    expect(published.map(({ from, outcome }) => `${from} ${outcome.kind}`).sort()).toEqual([
      'quay.io/a/b:1 image',
      'slow.example.com/a/b:1 error',
      'slow.example.com/a/b:1 image',
      'slow.example.com/a/b:2 image',
    ]);
  });

  test('a refusal that was asked for is told once and not asked for again', async () => {
    answers.set('registry.example.com', refused('NotFound'));
    await bring({});
    expect(published).toMatchObject([{ cause: 'spec', outcome: { kind: 'error', reason: 'NotFound' } }]);
    await bring({ failure: { reason: 'NotFound', message: 'because of NotFound' } });
    await clock.advance(60 * MIN);
    expect(asked).toHaveLength(1);
  });

  test('a failure that may pass is tried again with growing waits, told once, and its end is told', async () => {
    answers.set('registry.example.com', refused('InternalError', true));
    await bring({});
    await bring({ failure: { reason: 'InternalError', message: 'because of InternalError' } });
    await clock.advance(2_000 + 4_000 + 8_000);
    expect(asked).toHaveLength(4);
    expect(published).toHaveLength(1);
    answers.set('registry.example.com', found(A));
    await clock.advance(16_000);
    expect(published.slice(1)).toMatchObject([{ outcome: { kind: 'image', image: A } }]);
  });

  test('a scheduled check that fails is told although an image is known, and so is its success', async () => {
    const scheduled = { importPolicy: { scheduled: true }, image: A };
    answers.set('registry.example.com', refused('NotFound'));
    await bring(scheduled);
    await untilTurn();
    expect(published).toMatchObject([{ cause: 'schedule', outcome: { reason: 'NotFound' } }]);
    await bring({ ...scheduled, failure: { reason: 'NotFound', message: 'because of NotFound' } });
    await untilTurn();
    expect(published).toHaveLength(1);
    answers.set('registry.example.com', found(A));
    await untilTurn();
    expect(published.slice(1)).toMatchObject([{ outcome: { kind: 'image', image: A } }]);
  });

  test('what could not be published is found out and published later', async () => {
    storing = async () => Promise.reject(new Error('no connection'));
    await bring({});
    expect(published).toEqual([]);
    storing = async () => undefined;
    await clock.advance(1_000);
    expect(published).toHaveLength(1);
  });

  test('a look whose answer could not be published fails', async () => {
    await bring({ image: A });
    answers.set('registry.example.com', found(B));
    storing = async () => Promise.reject(new Error('no connection'));
    await expect(loop.look('registry.example.com/shop/web:latest', look, none)).rejects.toThrow('no connection');
  });

  test('a tag that is removed or follows something else is not asked for any more', async () => {
    await bring({ image: A, importPolicy: { scheduled: true } });
    await bring({ image: A, importPolicy: { scheduled: true }, from: 'quay.io/a/b:1' });
    asked.length = 0;
    await clock.advance(15 * MIN);
    expect(asked).toEqual(['quay.io/a/b:1']);
    loop.update([], [...known.values()]);
    expect(loop.targets).toBe(0);
    await clock.advance(60 * MIN);
    expect(asked).toHaveLength(1);
  });

  test('an answer is never compared with what the status shows only since the registry was asked', async () => {
    await bring({ image: A });
    const gate = Promise.withResolvers<Answer>();
    answers.set('registry.example.com', gate.promise);
    const looking = loop.look('registry.example.com/shop/web:latest', look, none);
    await clock.advance(0);
    answers.set('registry.example.com', found(B));
    await bring({ image: B });
    gate.resolve(found(digest('c')));
    await looking;
    await clock.advance(0);
    expect(asked).toHaveLength(2);
    expect(published).toEqual([]);
  });

  test('a spec that changes while the registry is asked gets an answer of its own', async () => {
    await bring({ image: A });
    const gate = Promise.withResolvers<Answer>();
    answers.set('registry.example.com', gate.promise);
    const looking = loop.look('registry.example.com/shop/web:latest', look, none);
    await clock.advance(0);
    answers.set('registry.example.com', found(B));
    await bring({ image: A, specChanged: true });
    gate.resolve(found(A));
    await looking;
    await clock.advance(0);
    expect(published).toMatchObject([{ cause: 'spec', outcome: { image: B } }]);
  });

  test('what another replica owns is left to it, but a hint that arrived here is handled', async () => {
    loop.setMembers(['another']);
    await bring({});
    await clock.advance(60 * MIN);
    expect(asked).toEqual([]);
    await loop.look('registry.example.com/shop/web:latest', look, none);
    expect(published).toHaveLength(1);
  });
});
