import type { Build } from '@tagstream/api-types';
import { ownAnnotations } from '@tagstream/build';
import { BuildProgressed, parseCloudEvent } from '@tagstream/events';
import type { KubeClient } from '@tagstream/kube';
import { systemClock } from '@tagstream/service';
import { expect, test } from 'vitest';
import { type TellAgainDeps, tellOnce } from '../src/runner/tell-again.ts';
import { aBuild } from './support/a-build.ts';

const never = new AbortController().signal;

function deps(builds: readonly Build[]) {
  const told: { subject: string; text: string; id: string }[] = [];
  const kube = { list: async () => ({ items: [...builds], resourceVersion: '1' }) } as unknown as KubeClient;
  const all: TellAgainDeps = {
    kube,
    bus: {
      storeText: async (subject, text, { id }) => {
        told.push({ subject, text, id });
        return { sequence: told.length, duplicate: false };
      },
    },
    clock: systemClock,
    claimant: { runner: 'builder/me', isAlive: (instance) => instance === 'alive' },
    onTold: () => undefined,
    onTrouble: (error) => {
      throw error;
    },
  };
  return { all, told };
}

const held = (runner: string, phase: 'Running' | 'Complete' = 'Running') =>
  aBuild({}, { annotations: { [ownAnnotations.runner]: runner } }, { phase });

test('a Build whose runner is found dead twice has its start signal told again, under another id', async () => {
  const { all, told } = deps([held('builder/dead')]);

  const suspects = await tellOnce(all, new Set(), never);
  expect(told).toEqual([]);
  await tellOnce(all, suspects, never);

  expect(told).toHaveLength(1);
  expect(told[0]?.subject).toBe('build.pending.shop._');
  const { data, id } = parseCloudEvent(BuildProgressed, told[0]!.text);
  expect(data).toMatchObject({ namespace: 'shop', name: 'web-1', uid: 'uid-1', phase: 'Pending' });
  expect(told[0]?.id).toBe(`${id} after builder/dead`);
});

test.each([
  ['of a live instance', held('builder/alive')],
  ['of this one', held('builder/me')],
  ['of another runner', held('tekton/x')],
  ['of a Job', held('builder/job:web-1-build')],
  ['that is over', held('builder/dead', 'Complete')],
  ['that nobody has claimed', aBuild()],
])('a Build %s is left alone', async (_, build) => {
  const { all, told } = deps([build]);

  await tellOnce(all, await tellOnce(all, new Set(), never), never);

  expect(told).toEqual([]);
});
