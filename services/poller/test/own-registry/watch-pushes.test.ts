import { RegistryPush } from '@tagstream/events';
import { describe, expect, test } from 'vitest';
import type { Push } from '../../src/handle-hint.ts';
import type { Creation } from '../../src/own-registry/create-stream.ts';
import { type OwnStream, pushedTagView } from '../../src/own-registry/own-stream.ts';
import { ownPushes } from '../../src/own-registry/watch-pushes.ts';
import { HOST, ownStream, registry } from './registry.ts';

function started({
  creation = { kind: 'created' } as Creation,
  stream,
  namespace,
}: {
  readonly creation?: Creation;
  readonly stream?: OwnStream;
  readonly namespace?: string;
} = {}) {
  const created: string[] = [];
  const pushes = ownPushes({
    registry,
    visits: {
      streamOf: () => stream,
      visit(_place, tag) {
        const view = stream && pushedTagView(stream, tag, registry);
        return view && { canonical: view.question.canonical, [Symbol.dispose]() {} };
      },
    },
    async createStream({ namespace: at, stream: name }, tag) {
      created.push(`${at}/${name}:${tag}`);
      return creation;
    },
    namespace,
    told: () => {},
  });
  return { pushes, created };
}

const push = (change: Partial<Push> = {}): Push => ({
  ...RegistryPush.sample,
  registry: HOST,
  repository: 'shop/web',
  tag: 'v1',
  ...change,
});
const none = new AbortController().signal;

describe('a push that is announced', () => {
  test.each<[string, Partial<Push>]>([
    ['under the own host', {}],
    ['under the public name, however spelled', { registry: 'Registry.Example.com' }],
  ])('%s is looked at under the own host', (_what, change) => {
    const { pushes } = started({ stream: ownStream() });
    expect(pushes.visit(push(change))?.canonical).toBe(`${HOST}/shop/web:v1 (pushed)`);
  });

  test.each<[string, Partial<Push>, string | undefined]>([
    ['in another registry', { registry: 'quay.io' }, undefined],
    ['to a repository that belongs to no stream', { repository: 'shop/web/cache' }, undefined],
    ['of a signature', { tag: `sha256-${'a'.repeat(64)}.sig` }, undefined],
    ['in a namespace that is not looked after', {}, 'other'],
  ])('%s concerns nobody', async (_what, change, namespace) => {
    const parts = namespace === undefined ? {} : { namespace };
    expect(started({ stream: ownStream(), ...parts }).pushes.visit(push(change))).toBeUndefined();
    const { pushes, created } = started(parts);
    expect(await pushes.create(push(change), 1, none)).toBeUndefined();
    expect(created).toEqual([]);
  });

  test.each<[string, Creation, number, object | undefined]>([
    ['is looked at as soon as its stream shows', { kind: 'created' }, 1, { kind: 'not-yet', afterMs: 50 }],
    ['is looked at ever later while it does not', { kind: 'created' }, 4, { kind: 'not-yet', afterMs: 400 }],
    ['is done when there shall be no stream', { kind: 'refused', why: 'not-allowed' }, 1, undefined],
    ['may come a moment before the tag', { kind: 'absent' }, 1, { kind: 'answered', digest: null }],
    [
      'comes again when the registry is away',
      { kind: 'unknown', reason: 'away', mayPass: true },
      1,
      { kind: 'failed' },
    ],
    ['is done when the registry refuses', { kind: 'unknown', reason: 'no', mayPass: false }, 1, { kind: 'answered' }],
  ])('to a stream that does not exist %s', async (_what, creation, deliveries, expected) => {
    const { pushes, created } = started({ creation });
    const result = await pushes.create(push(), deliveries, none);
    if (expected === undefined) expect(result).toBeUndefined();
    else expect(result).toMatchObject(expected);
    expect(created).toEqual(['shop/web:v1']);
  });

  test('to a stream that exists creates nothing', async () => {
    const { pushes, created } = started({ stream: ownStream() });
    expect(await pushes.create(push(), 1, none)).toBeUndefined();
    expect(created).toEqual([]);
  });
});
