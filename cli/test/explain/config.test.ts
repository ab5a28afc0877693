import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { newReplicationController } from '@tagstream/deployment';
import { MINIMUM_AGE_ANNOTATION, REVERTED_ANNOTATION } from '@tagstream/image-stream';
import { describe, expect, test } from 'vitest';
import { explainConfigRollout } from '../../src/explain/rules/config-rollout.ts';
import { explainConfigTriggers } from '../../src/explain/rules/config-triggers.ts';
import { appStream, config, factsOf, image, NOW, said, type Told } from './fixtures.ts';

function params(lastTriggeredImage: string, more: object = {}) {
  const from = { kind: 'ImageStreamTag', name: 'app:latest' };
  return { automatic: true, containerNames: ['web'], from, lastTriggeredImage, ...more };
}

describe('the triggers of a DeploymentConfig are explained', () => {
  test.each<{ row: string; dc: NormalDeploymentConfig; expected: readonly unknown[] } & Omit<Told, 'subject'>>([
    {
      row: 'that has the newest image',
      dc: config(image('a'), params(image('a'))),
      streams: [appStream('a')],
      expected: [
        'OK image: container web has the newest image of app:latest, sha256:aaaaaaaaaaaa, in the pod template',
      ],
    },
    {
      row: 'without an ImageChange trigger',
      dc: config('web:1', undefined),
      expected: [expect.stringMatching(/^PROBLEM trigger: it has no ImageChange trigger.* → .*set triggers dc\/web /)],
    },
    {
      row: 'that follows an image of no stream',
      dc: config('web:1', params('', { from: { kind: 'DockerImage', name: 'web:1' } })),
      expected: [
        'PROBLEM trigger: an ImageChange trigger follows nothing: its from is DockerImage "web:1" → write kind ImageStreamTag and a name like STREAM:TAG',
      ],
    },
    {
      row: 'for a container that is not in the template',
      dc: config('web:1', params('', { containerNames: ['web', 'sidecar'] })),
      streams: [appStream('a')],
      expected: [
        'PROBLEM trigger: the trigger on app:latest is for a container that does not exist: sidecar → name containers of the pod template: kubectl edit dc/web',
      ],
    },
    {
      row: 'for no container',
      dc: config('web:1', params('', { containerNames: [] })),
      streams: [appStream('a')],
      expected: [expect.stringMatching(/^PROBLEM trigger: the trigger on app:latest is for no container: /)],
    },
    {
      row: 'whose tag never had an image',
      dc: config(' ', params('')),
      expected: ['WAITING image: no version is rolled out before app:latest has an image for container web'],
    },
    {
      row: 'whose tag has no image any more',
      dc: config(image('a'), params(image('a'))),
      expected: [
        'WAITING image: container web keeps registry.example.com/shop/web@sha256:aaaaaaaaaaaa until app:latest has an image',
      ],
    },
    {
      row: 'that is not automatic',
      dc: config(image('b'), params(image('b'), { automatic: false })),
      streams: [appStream('ab')],
      expected: [
        'WAITING trigger: the trigger on app:latest is not automatic: container web keeps registry.example.com/shop/web@sha256:bbbbbbbbbbbb, app:latest has sha256:aaaaaaaaaaaa → to take it: tagstream rollout latest dc/web; to have each taken: tagstream set triggers dc/web --auto',
      ],
    },
    {
      row: 'whose owner lets images get older first',
      dc: config(image('b'), params(image('b')), { annotations: { [MINIMUM_AGE_ANNOTATION]: '1h' } }),
      streams: [appStream('ab')],
      expected: [
        expect.stringMatching(
          /^WAITING policy: container web keeps .*; sha256:aaaaaaaaaaaa is 1h old at .*: it is written in 50 minutes → /,
        ),
      ],
    },
    {
      row: 'whose image another tool takes back',
      dc: config('mine:1', params(image('a')), {
        annotations: {
          [REVERTED_ANNOTATION]: JSON.stringify({
            web: { image: image('a'), by: 'helm', count: 2, at: new Date(NOW - 1000).toISOString() },
          }),
        },
      }),
      streams: [appStream('a')],
      expected: [
        expect.stringMatching(
          /^PROBLEM policy: helm has taken back the image of container web 3 times in a row; it is written again in .* → leave the image out of what helm writes/,
        ),
      ],
    },
    {
      row: 'whose image has just come',
      dc: config(image('b'), params(image('b'))),
      streams: [appStream('ab', { agoMs: 1000 })],
      expected: ['WAITING trigger: the image of app:latest, sha256:aaaaaaaaaaaa, is about to be written'],
    },
    {
      row: 'whose image nobody writes',
      dc: config(image('b'), params(image('b'))),
      streams: [appStream('ab')],
      expected: [
        expect.stringMatching(
          /^PROBLEM trigger: app:latest has had sha256:aaaaaaaaaaaa for 10 minutes, and it is not written into container web → see that the service rollout runs/,
        ),
      ],
    },
  ])('$row', ({ row: _, dc, expected, ...told }) => {
    const subject = { kind: 'config', dc, latest: undefined } as const;
    expect(said(explainConfigTriggers(dc, factsOf({ ...told, subject })))).toEqual(expected);
  });
});

/** The ReplicationController of version 1 with a phase, made from a DeploymentConfig that runs an image. */
function version(running: string, phase: string): ReplicationController {
  const rc = newReplicationController(config(running, params(running)));
  const annotations = { ...rc.metadata.annotations, 'openshift.io/deployment.phase': phase };
  return { ...rc, metadata: { ...rc.metadata, annotations } };
}

const progressing = (reason: string, message: string) => ({
  status: {
    conditions: [{ type: 'Progressing', status: 'True' as const, reason, message }],
    details: { message: 'image change' },
  },
});

describe('the rollout of a DeploymentConfig is explained', () => {
  const done = progressing(
    'NewReplicationControllerAvailable',
    'replication controller "web-1" successfully rolled out',
  );
  const failed = progressing('ProgressDeadlineExceeded', 'replication controller "web-1" has failed progressing');

  test.each([
    {
      row: 'that is complete',
      dc: config(image('a'), params(image('a')), done),
      latest: version(image('a'), 'Complete'),
      expected: ['OK rollout: version 1 runs: replication controller "web-1" successfully rolled out (image change)'],
    },
    {
      row: 'that has failed',
      dc: config(image('a'), params(image('a')), failed),
      latest: version(image('a'), 'Failed'),
      expected: [
        'PROBLEM rollout: version 1 has failed: replication controller "web-1" has failed progressing (image change) → kubectl describe rc/web-1; to try again: tagstream rollout retry dc/web',
      ],
    },
    {
      row: 'that is on its way',
      dc: config(image('a'), params(image('a')), { status: { replicas: 1, updatedReplicas: 0 } }),
      latest: version(image('a'), 'Running'),
      expected: [
        'WAITING rollout: version 1 is Running: Waiting for rollout to finish: 0 out of 1 new replicas have been updated...',
      ],
    },
    {
      row: 'that waits for its first image',
      dc: config(' ', params(''), { status: { latestVersion: 0 } }),
      latest: undefined,
      expected: ['WAITING rollout: no version has been rolled out yet'],
    },
    {
      row: 'that is paused',
      dc: config(image('a'), params(image('a')), { ...done, spec: { paused: true } }),
      latest: version(image('b'), 'Complete'),
      expected: [
        'WAITING rollout: it is paused: what is written is not rolled out → tagstream rollout resume dc/web',
        expect.stringMatching(/^OK rollout: version 1 runs/),
      ],
    },
    {
      row: 'whose next version is about to start',
      dc: config(image('a'), params(image('a')), done),
      latest: version(image('b'), 'Complete'),
      expected: [
        'WAITING rollout: the next version is about to start: image change',
        expect.stringMatching(/^OK rollout: version 1 runs/),
      ],
    },
    {
      row: 'that somebody has to start by hand',
      dc: config(image('a'), undefined, done),
      latest: version(image('b'), 'Complete'),
      expected: [
        'WAITING rollout: the pod template is another one than that of version 1, and no trigger rolls it out → tagstream rollout latest dc/web',
        expect.stringMatching(/^OK rollout: version 1 runs/),
      ],
    },
  ])('$row', ({ dc, latest, expected }) => {
    expect(said(explainConfigRollout(dc, latest))).toEqual(expected);
  });
});
