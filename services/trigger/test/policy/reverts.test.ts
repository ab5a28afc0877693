import { parseReverts, REVERTED_ANNOTATION } from '@tagstream/image-stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Replica, startWorld } from './world.ts';

const MINUTE = 60_000;

let world: ReturnType<typeof startWorld>;
const told = () => world.problems.map(({ reason, message }) => `${reason}: ${message}`);
const record = () => parseReverts({ [REVERTED_ANNOTATION]: world.annotation(REVERTED_ANNOTATION) ?? '{}' }).get('web');

beforeEach(() => {
  world = startWorld();
  world.move('a', MINUTE);
});

/** A GitOps tool compares, and has what stands in Git written. */
async function revert(replica: Replica) {
  await world.clock.advance(5000);
  world.write('git:1', 'argocd-controller');
  return await replica.look();
}

describe('a workload whose image a GitOps tool takes back', () => {
  test('gets it back at once twice, then after waits that grow, and its owner is told once by whom and what to do', async () => {
    await using replica = world.replica();
    expect(await replica.look()).toBe('patched');
    expect(record()).toBeUndefined();
    expect(await revert(replica)).toBe('patched');
    expect(record()).toMatchObject({ by: 'argocd-controller', count: 1 });
    expect(await revert(replica)).toBe('patched');
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      expect(await revert(replica)).toBe('waiting');
      await world.clock.advance(minutes * MINUTE - 1000);
      await replica.idle();
      expect(world.image(), `${minutes} minutes`).toBe('git:1');
      await world.clock.advance(1000);
      await replica.idle();
      expect(world.image(), `${minutes} minutes`).toBe('a');
    }
    expect(record()).toMatchObject({ count: 10 });
    const [first, ...more] = told();
    expect(first).toMatch(/^ImageUpdateReverted: The image of container web is taken back by argocd-controller/);
    expect(first).toContain('RespectIgnoreDifferences=true');
    expect(new Set(more)).toEqual(new Set([first])); // again when the Event is about to expire
    expect(more.length).toBeLessThanOrEqual(3);
  });

  test('has the record written with the image, in one patch', async () => {
    await using replica = world.replica();
    await replica.look();
    expect(world.kube.writes).toBe(1);
    await revert(replica);
    expect(world.kube.writes).toBe(2);
  });

  test('is counted once, however often the write is overtaken', async () => {
    await using replica = world.replica();
    await replica.look();
    let overtakings = 5;
    const overtake = () => {
      world.annotate({ other: String(overtakings) });
      overtakings -= 1;
      if (overtakings > 0) world.kube.meanwhile.write = overtake;
    };
    world.kube.meanwhile.write = overtake;
    expect(await revert(replica)).toBe('patched');
    expect(record()).toMatchObject({ count: 1 });
  });

  test('waits on where another replica left off, or one that was started anew', async () => {
    {
      await using before = world.replica();
      await before.look();
      await revert(before);
      await revert(before);
      await revert(before);
    }
    await using after = world.replica();
    expect(await after.look()).toBe('waiting');
    await world.clock.advance(MINUTE);
    await after.idle();
    expect(world.image()).toBe('a');
    expect(record()).toMatchObject({ count: 3 });
  });

  test('is known by what this replica wrote when the tool replaces the object, annotations and all', async () => {
    await using replica = world.replica();
    await replica.look();
    for (let round = 0; round < 2; round++) {
      world.annotate({ [REVERTED_ANNOTATION]: undefined });
      expect(await revert(replica)).toBe('patched');
    }
    world.annotate({ [REVERTED_ANNOTATION]: undefined });
    expect(await revert(replica)).toBe('waiting');
  });

  test('goes on waiting when the tag moves meanwhile, and gets the newest image then', async () => {
    await using replica = world.replica();
    await replica.look();
    for (let round = 0; round < 3; round++) await revert(replica);
    world.move('b');
    expect(await replica.look()).toBe('waiting');
    await world.clock.advance(MINUTE);
    await replica.idle();
    expect(world.image()).toBe('b');
  });

  test('is written at once again when the fight has ended, and nothing of it stays on the object', async () => {
    await using replica = world.replica();
    await replica.look();
    for (let round = 0; round < 3; round++) await revert(replica);
    await world.clock.advance(MINUTE);
    await replica.idle();
    expect(record()).toMatchObject({ count: 3 });
    await world.clock.advance(2 * 60 * MINUTE);
    world.move('b');
    expect(await replica.look()).toBe('patched');
    expect(world.annotation(REVERTED_ANNOTATION)).toBeUndefined();
    expect(await revert(replica)).toBe('patched');
    expect(record()).toMatchObject({ count: 1 });
  });
});

test('a tag that moves back and forth is no fight, and leaves nothing on the object', async () => {
  await using replica = world.replica();
  for (const image of 'abababab') {
    world.move(image);
    expect(await replica.look()).toBe('patched');
  }
  expect(record()).toBeUndefined();
  expect(told()).toEqual([]);
});

test('with nothing but newer images nothing is ever read or written besides the images', async () => {
  await using replica = world.replica();
  for (const image of 'abcd') {
    world.move(image);
    await replica.look();
  }
  expect(world.kube.reads).toBe(0);
  expect(world.kube.writes).toBe(4);
});
