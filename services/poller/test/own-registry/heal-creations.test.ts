import { RegistryError } from '@tagstream/registry';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { healCreations } from '../../src/own-registry/heal-creations.ts';
import { ownStream, registry } from './registry.ts';

const INTERVAL = 15 * 60_000;

interface World {
  readonly repositories?: readonly string[] | RegistryError;
  readonly tags?: readonly string[] | RegistryError;
  readonly namespace?: string;
  readonly members?: readonly string[];
}

function started({ repositories = [], tags = ['v1'], namespace, members = ['me'] }: World) {
  const clock = testClock();
  const created: string[] = [];
  const unseen: string[] = [];
  let walks = 0;
  let listings = 0;
  const heal = healCreations({
    registry,
    visits: { streamOf: ({ stream }) => (stream === 'known' ? ownStream() : undefined) },
    async *listRepositories() {
      walks += 1;
      if (repositories instanceof RegistryError) throw repositories;
      yield* repositories;
    },
    async *listTags() {
      listings += 1;
      if (tags instanceof RegistryError) throw tags;
      yield* tags;
    },
    permission: async (name) => (name === 'shop' ? 'allowed' : 'not-allowed'),
    async createStream({ namespace: at, stream }, tag) {
      created.push(`${at}/${stream}:${tag}`);
      return { kind: 'created' };
    },
    intervalMs: INTERVAL,
    clock,
    random: () => 0,
    self: 'me',
    namespace,
    told: () => {},
    unseen: ({ code }) => void unseen.push(code),
    failed: (error) => {
      throw error;
    },
  });
  onTestFinished(() => heal[Symbol.asyncDispose]());
  heal.setMembers(members);
  return { heal, clock, created, unseen, walks: () => walks, listings: () => listings };
}

describe('the catalog of the own registry', () => {
  test('is read once in an interval, and each repository without a stream gets one where the namespace allows it', async () => {
    const repositories = ['other/web', 'shop/known', 'shop/web', 'shop/deep/er', 'tools'];
    const { clock, created, walks, listings } = started({ repositories });
    await clock.advance(INTERVAL);
    expect(created).toEqual(['shop/web:v1']);
    expect([walks(), listings()]).toEqual([1, 1]);
    await clock.advance(INTERVAL);
    expect(walks()).toBe(2);
  });

  test.each<[string, World]>([
    ['has no tags', { tags: [] }],
    ['has signatures only', { tags: [`sha256-${'a'.repeat(64)}.sig`] }],
    ['is gone', { tags: new RegistryError('not_found', 'gone') }],
    ['is in a namespace that is not looked after', { namespace: 'other' }],
  ])('creates nothing for a repository that %s', async (_what, world) => {
    const { clock, created } = started({ repositories: ['shop/web'], ...world });
    await clock.advance(INTERVAL);
    expect(created).toEqual([]);
  });

  test('that cannot be seen is told, and tried at the next turn', async () => {
    const { clock, unseen, walks } = started({ repositories: new RegistryError('not_found', 'no catalog') });
    await clock.advance(2 * INTERVAL);
    expect([unseen, walks()]).toEqual([['not_found', 'not_found'], 2]);
  });

  test('fills a cluster slowly', async () => {
    const repositories = Array.from({ length: 500 }, (_, i) => `shop/web-${i}`);
    const { clock, created } = started({ repositories });
    await clock.advance(INTERVAL);
    expect(created).toHaveLength(100);
  });

  test('is read by one replica, and by another one when that is gone', async () => {
    const members = Array.from({ length: 20 }, (_, i) => `replica-${i}`);
    const { heal, clock, walks } = started({ repositories: ['shop/web'], members });
    await clock.advance(2 * INTERVAL);
    expect(walks()).toBe(0);
    heal.setMembers(['me']);
    await clock.advance(INTERVAL);
    expect(walks()).toBe(1);
  });
});
