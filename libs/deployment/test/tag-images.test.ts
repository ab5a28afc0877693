import type { LifecycleHook } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { nextStep } from '../src/index.ts';
import { Cluster, type Seen } from './support/cluster.ts';
import { dcOf, observe, rcOf, START_MS, templateOf } from './support/objects.ts';
import { runToRest, summary } from './support/run.ts';

const to = (name: string, namespace?: string) => ({ kind: 'ImageStreamTag', name, ...(namespace && { namespace }) });
const tagging = (
  failurePolicy: LifecycleHook['failurePolicy'],
  ...tagImages: NonNullable<LifecycleHook['tagImages']>
): LifecycleHook => ({ failurePolicy, tagImages });

/** Version 1 is to be rolled out, with a hook after it. */
function rollingOut(post: LifecycleHook): Cluster {
  const dc = dcOf({ spec: { replicas: 1, strategy: { rollingParams: { post } } }, status: { latestVersion: 1 } });
  return new Cluster(dc, [rcOf(1, 'New', { dc })]);
}

const reasonOf = (cluster: Cluster) => cluster.rc(1).metadata.annotations?.['openshift.io/deployment.status-reason'];

describe('a hook that tags images', () => {
  test("has each tag follow the new version's image, in its own namespace unless another is named", () => {
    const cluster = rollingOut(
      tagging(
        'Abort',
        { containerName: 'web', to: to('app:prod') },
        { containerName: 'web', to: to('app:prod', 'elsewhere') },
      ),
    );
    runToRest(cluster);
    expect(cluster.rolloutPods.tagged).toEqual(['shop/app:prod web:1', 'elsewhere/app:prod web:1']);
    expect(summary(cluster)).toEqual(['v1 Complete r=1']);
    expect(cluster.events.filter((reason) => ['Started', 'Completed'].includes(reason))).toEqual([
      ...['Started', 'Started'],
      'Completed',
    ]);
  });

  test('writes nothing where the tag is as it should be', () => {
    const cluster = rollingOut(tagging('Abort', { containerName: 'web', to: to('app:prod') }));
    cluster.rolloutPods.tags.set('shop/app:prod', 'web:1');
    runToRest(cluster);
    expect(cluster.rolloutPods.tagged).toEqual([]);
    expect(summary(cluster)).toEqual(['v1 Complete r=1']);
  });

  test('that names one tag twice sets it once', () => {
    const entry = { containerName: 'web', to: to('app:prod') };
    const cluster = rollingOut(tagging('Abort', entry, entry));
    runToRest(cluster);
    expect(cluster.rolloutPods.tagged).toEqual(['shop/app:prod web:1']);
  });

  test.each([
    [
      'an unknown container',
      { containerName: 'nobody', to: to('app:prod') },
      "no container named 'nobody' found in rc template",
    ],
    ['a name that is no tag', { containerName: 'web', to: to('app') }, '"app" is not of the form stream:tag'],
  ])('with %s fails, as its failure policy says', (_, entry, why) => {
    const aborting = rollingOut(tagging('Abort', entry));
    runToRest(aborting);
    expect(summary(aborting)).toEqual(['v1 Failed r=0']);
    expect(reasonOf(aborting)).toBe(`the post-hook failed: ${why}`);

    const ignoring = rollingOut(tagging('Ignore', entry));
    runToRest(ignoring);
    expect(summary(ignoring)).toEqual(['v1 Complete r=1']);
  });

  const running = { 'rollout.tagstream.io/hook-post': `started ${new Date(START_MS).toISOString()}` };
  const dc = dcOf({
    spec: { strategy: { rollingParams: { post: tagging('Abort', { containerName: 'web', to: to('app:prod') }) } } },
    status: { latestVersion: 1 },
  });
  const rc = rcOf(1, 'Running', { dc, replicas: 1, annotations: running });

  test('may not write where the deployer of its namespace may not', () => {
    const liveTags = new Map([['shop/app:prod', { kind: 'forbidden', reason: 'not allowed' } as const]]);
    expect(nextStep(observe(dc, [rc], { liveTags }))).toMatchObject({
      annotations: {
        'openshift.io/deployment.phase': 'Failed',
        'openshift.io/deployment.status-reason': 'the post-hook failed: shop/app:prod could not be set: not allowed',
      },
    });
  });

  test('that the API server refuses is a failure', () => {
    const liveTags = new Map([['shop/app:prod', { kind: 'no-stream' } as const]]);
    const action = nextStep(observe(dc, [rc], { liveTags }));
    expect(action).toMatchObject({ kind: 'tag-image', image: 'web:1', restsOn: [{ metadata: { name: 'web-1' } }] });
    const instead = action.kind === 'tag-image' ? action.otherwise?.({ kind: 'refused', message: 'no' }) : undefined;
    expect(instead?.annotations).toMatchObject({ 'openshift.io/deployment.phase': 'Failed' });
  });

  test('does not tag back what a later version has tagged', () => {
    const post = tagging('Abort', { containerName: 'web', to: to('app:prod') });
    const cluster = rollingOut(post);
    let late: Seen | undefined;
    while (cluster.rolloutPods.tagged.length === 0) {
      late = cluster.look();
      cluster.act();
      cluster.readyOne('web-1');
    }
    runToRest(cluster);
    cluster.edit({ template: templateOf('web:2') });
    runToRest(cluster);
    expect(cluster.act(late)).toBe('conflict');
    expect(cluster.rolloutPods.tags.get('shop/app:prod')).toBe('web:2');
  });
});
