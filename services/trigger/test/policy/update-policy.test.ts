import { beforeEach, describe, expect, test } from 'vitest';
import { digest } from '../support/streams.ts';
import { startWorld } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: ReturnType<typeof startWorld>;
const told = () => world.problems.map(({ reason, message }) => `${reason}: ${message}`);

beforeEach(() => {
  world = startWorld();
});

describe('a workload with a minimum age', () => {
  beforeEach(() => world.annotate({ 'trigger.tagstream.io/minimum-age': '2h' }));

  test('gets its image at the moment the digest is that old, without any event, and its owner is told once', async () => {
    await using replica = world.replica();
    world.move('a', HOUR);
    for (let round = 0; round < 3; round++) expect(await replica.look()).toBe('waiting');
    await world.clock.advance(HOUR - 1);
    await replica.idle();
    expect(world.image()).toBe('none');
    await world.clock.advance(1);
    await replica.idle();
    expect(world.image()).toBe('a');
    expect(world.kube.writes).toBe(1);
    expect(told()).toEqual([
      `ImageUpdateWaiting: A new image waits: ${digest('a')} is 2h old at 2026-11-20T13:00:00.000Z (trigger.tagstream.io/minimum-age)`,
    ]);
  });

  test('never gets an image that a newer one has replaced while it waited', async () => {
    await using replica = world.replica();
    world.move('a', HOUR);
    await replica.look();
    await world.clock.advance(30 * MINUTE);
    world.move('b');
    await replica.look();
    await world.clock.advance(90 * MINUTE);
    await replica.idle();
    expect(world.image()).toBe('none');
    await world.clock.advance(30 * MINUTE);
    await replica.idle();
    expect(world.image()).toBe('b');
    expect(told()).toHaveLength(2);
  });

  test('waits until the same time when the service is started anew, and with a second replica is written once', async () => {
    world.move('a', HOUR);
    {
      await using before = world.replica();
      await before.look();
    }
    await world.clock.advance(30 * MINUTE);
    await using one = world.replica();
    await using two = world.replica();
    await Promise.all([one.look(), two.look()]);
    await world.clock.advance(30 * MINUTE);
    await Promise.all([one.idle(), two.idle()]);
    expect(world.image()).toBe('a');
    expect(world.kube.writes).toBe(1);
  });

  test('gets the image at once when the annotation is taken away', async () => {
    await using replica = world.replica();
    world.move('a');
    expect(await replica.look()).toBe('waiting');
    world.annotate({ 'trigger.tagstream.io/minimum-age': undefined });
    expect(await replica.look()).toBe('patched');
  });
});

test('a workload with an update window gets its image when the window opens', async () => {
  await using replica = world.replica();
  world.annotate({ 'trigger.tagstream.io/update-window': '0 22 * * 1-5; 4h; Europe/Berlin' });
  world.move('a', HOUR);
  expect(await replica.look()).toBe('waiting');
  world.move('b');
  expect(await replica.look()).toBe('waiting');
  await world.clock.advance(9 * HOUR - 1);
  await replica.idle();
  expect(world.image()).toBe('none');
  await world.clock.advance(1);
  await replica.idle();
  expect(world.image()).toBe('b');
  world.move('c');
  expect(await replica.look()).toBe('patched');
  expect(told()).toEqual([
    'ImageUpdateWaiting: A new image waits: the window "0 22 * * 1-5; 4h; Europe/Berlin" opens at 2026-11-20T21:00:00.000Z ' +
      '(trigger.tagstream.io/update-window)',
  ]);
});

describe('a workload with a held digest', () => {
  beforeEach(() => world.annotate({ 'trigger.tagstream.io/hold': `${digest('a')} until 2026-11-21T00:00:00Z` }));

  test('keeps what its owner has put in its place, and gets the next digest at once', async () => {
    await using replica = world.replica();
    world.move('a');
    world.write('mine:1', 'kubectl-set');
    expect(await replica.look()).toBe('waiting');
    expect(world.image()).toBe('mine:1');
    world.move('b');
    expect(await replica.look()).toBe('patched');
    expect(world.image()).toBe('b');
  });

  test('gets it when the hold expires', async () => {
    await using replica = world.replica();
    world.move('a');
    await replica.look();
    await world.clock.advance(12 * HOUR - 1);
    await replica.idle();
    expect(world.image()).toBe('none');
    await world.clock.advance(1);
    await replica.idle();
    expect(world.image()).toBe('a');
    expect(told()).toEqual([
      expect.stringContaining('is held until 2026-11-21T00:00:00.000Z or until there is a newer one'),
    ]);
  });
});

test('with a policy that cannot be read nothing is written before it is mended, and the owner is told what is wrong', async () => {
  await using replica = world.replica();
  world.annotate({ 'trigger.tagstream.io/minimum-age': 'a while', 'trigger.tagstream.io/holds': 'x' });
  world.move('a', HOUR);
  expect(await replica.look()).toBe('refused');
  expect(world.image()).toBe('none');
  expect(told()).toEqual([
    expect.stringMatching(/^ImageUpdatePolicyInvalid: .*holds: there is no such.*minimum-age: "a while" is not/),
  ]);
  world.annotate({ 'trigger.tagstream.io/minimum-age': '1m', 'trigger.tagstream.io/holds': undefined });
  expect(await replica.look()).toBe('patched');
});
