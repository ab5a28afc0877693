import { BuildError } from '@tagstream/build';
import { KubeError } from '@tagstream/kube';
import { systemClock } from '@tagstream/service';
import { describe, expect, test } from 'vitest';
import type { BuildOrder } from '../../src/git/receive-git-hook.ts';
import { buildStarter } from '../../src/git/start-build.ts';
import { buildConfig } from './git-hooks.ts';

const order: BuildOrder = { namespace: 'shop', request: { metadata: { name: 'web' } }, requestId: 'GitHub 1' };

/** Waits between two tries pass at once, and the limit of the whole never does. */
const passing = (ms: number): Promise<void> => (ms >= 5_000 ? new Promise(() => undefined) : Promise.resolve());

/** An API server that fails as given, and a clock on which no time passes unless told. */
function starter(get: () => Promise<never>, sleep = passing) {
  const other = async () => {
    throw new Error('not expected');
  };
  return buildStarter({ get, list: other, create: other, mergePatch: other }, { ...systemClock, sleep });
}

const fails = (error: unknown) => async () => {
  throw error;
};

describe('a Build that cannot be made', () => {
  test.each([
    ['unavailable', 'later'],
    ['timeout', 'later'],
    ['rate_limited', 'later'],
    ['conflict', 'later'],
    ['forbidden', 'impossible'],
    ['invalid', 'impossible'],
    ['not_found', 'impossible'],
  ] as const)('because of %s is %s', async (code, kind) => {
    expect(await starter(fails(new KubeError(code, code)))(order)).toMatchObject({ kind });
  });

  test.each([
    ['paused', 'impossible'],
    ['unresolved_image', 'impossible'],
    ['wrong_strategy', 'impossible'],
    ['contended', 'later'],
    ['name_taken', 'later'],
  ] as const)('because it is %s is %s', async (code, kind) => {
    expect(await starter(fails(new BuildError(code, code)))(order)).toMatchObject({ kind });
  });

  test('because of a bug is a bug', async () => {
    await expect(starter(fails(new TypeError('x')))(order)).rejects.toThrow(TypeError);
  });

  test('in five seconds is later', async () => {
    const waits: number[] = [];
    const start = starter(
      () => new Promise(() => undefined),
      async (ms) => void waits.push(ms),
    );
    expect(await start(order)).toMatchObject({ kind: 'later' });
    expect(waits).toEqual([5_000]);
  });

  test('at first is made at the second try', async () => {
    let tries = 0;
    const start = starter(async () => {
      throw ++tries === 1 ? new KubeError('unavailable', 'starting') : new BuildError('paused', 'paused');
    });
    expect(await start(order)).toMatchObject({ kind: 'impossible' });
    expect(tries).toBe(2);
  });

  test('because it is paused says so in OpenShift’s words', async () => {
    const paused = buildConfig([]);
    paused.metadata.annotations = { 'openshift.io/build-config.paused': 'True' };
    const start = buildStarter(
      {
        get: async () => paused as never,
        list: async () => ({ items: [], resourceVersion: '1' }),
        create: fails(new Error('not expected')),
        mergePatch: fails(new Error('not expected')),
      },
      { ...systemClock, sleep: passing },
    );
    const started = await start(order);
    expect(started.kind === 'impossible' && started.error.message).toBe(
      "can't instantiate from BuildConfig shop/web: BuildConfig is paused",
    );
  });
});
