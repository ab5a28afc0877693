import type { DeploymentConfigSpec, DeploymentStrategy } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import type { Action, Phase, RolloutPod } from '../src/index.ts';
import { dcOf, rcOf, START_MS, step } from './support/objects.ts';

const strategy: DeploymentStrategy = {
  type: 'Custom',
  customParams: { image: 'deployer:1', command: ['deploy'], environment: [{ name: 'MODE', value: 'blue' }] },
};
const custom = (spec: Partial<DeploymentConfigSpec> = {}) =>
  dcOf({ spec: { replicas: 1, strategy, ...spec }, status: { latestVersion: 1 } });

interface Situation {
  readonly spec?: Partial<DeploymentConfigSpec>;
  readonly cancelled?: boolean;
  readonly replicas?: number;
  readonly nowMs?: number;
  readonly live?: ReadonlyMap<string, RolloutPod | null>;
}

const cancelled = { 'openshift.io/deployment.cancelled': 'true' };
const goneLive = new Map([['web-1-deploy', null]]);

/** What is done for version 1 in a phase, with these pods there; the status, which comes after that, is left out. */
function act(phase: Phase, pods: readonly RolloutPod[], situation: Situation = {}): Action {
  const dc = custom(situation.spec);
  const { replicas = 0, nowMs = START_MS, live = new Map() } = situation;
  const rc = rcOf(1, phase, { dc, replicas, annotations: situation.cancelled ? cancelled : {} });
  const more = { pods, nowMs, livePods: live };
  const action = step(dc, [rc], more);
  return action.kind === 'write-status' ? step({ ...dc, status: action.status }, [rc], more) : action;
}

function pod(phase: string, name = 'web-1-deploy', metadata: object = {}): RolloutPod {
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      creationTimestamp: '2026-11-21T10:00:00Z',
      labels: { 'openshift.io/deployer-pod-for.name': 'web-1' },
      annotations: { 'openshift.io/deployment.name': 'web-1' },
      ...metadata,
    },
    status: { phase },
  };
}

const phaseOf = (action: Action) =>
  action.kind === 'change-rc' ? action.annotations['openshift.io/deployment.phase'] : undefined;

describe('from phase New', () => {
  test('#25 the pod of the user is made, with what it must know', () => {
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1' }], nodeSelector: { disk: 'fast' }, dnsPolicy: 'Default' },
    };
    const resources = { limits: { cpu: '1' } };
    expect(act('New', [], { spec: { template, strategy: { ...strategy, resources } } })).toMatchObject({
      kind: 'create-pod',
      restsOn: [{ metadata: { name: 'web-1' } }],
      pod: {
        metadata: {
          name: 'web-1-deploy',
          labels: { 'openshift.io/deployer-pod-for.name': 'web-1' },
          annotations: { 'openshift.io/deployment.name': 'web-1', 'openshift.io/deployment-config.name': 'web' },
          ownerReferences: [{ kind: 'ReplicationController', uid: 'rc-uid-1' }],
        },
        spec: {
          containers: [
            {
              name: 'deployment',
              image: 'deployer:1',
              command: ['deploy'],
              env: [
                { name: 'MODE', value: 'blue' },
                { name: 'OPENSHIFT_DEPLOYMENT_NAME', value: 'web-1' },
                { name: 'OPENSHIFT_DEPLOYMENT_NAMESPACE', value: 'shop' },
              ],
              resources,
              imagePullPolicy: 'IfNotPresent',
              terminationMessagePolicy: 'FallbackToLogsOnError',
            },
          ],
          nodeSelector: { disk: 'fast' },
          dnsPolicy: 'Default',
          restartPolicy: 'Never',
          serviceAccountName: 'deployer',
          terminationGracePeriodSeconds: 10,
          activeDeadlineSeconds: 21_600,
          shareProcessNamespace: false,
        },
      },
    });
  });

  test('#25 its name is recorded once it is there', () => {
    expect(act('New', [pod('Pending')])).toMatchObject({
      annotations: {
        'openshift.io/deployment.phase': 'Pending',
        'openshift.io/deployer-pod.name': 'web-1-deploy',
        'openshift.io/deployer-pod.created-at': '2026-11-21 10:00:00 +0000 UTC',
      },
    });
  });

  test('#26 a pod that cannot be made is tried again, with an event', () => {
    const action = act('New', []);
    expect(action).toMatchObject({ onRefusal: { reason: 'FailedCreate', message: 'Error creating deployer pod' } });
    const refusal = { kind: 'refused', message: 'no service account' } as const;
    expect(action.kind === 'create-pod' && action.otherwise?.(refusal)).toBeUndefined();
  });

  test.each([
    ['Pending', 'Pending'],
    ['Running', 'Running'],
    ['Failed', 'Failed'],
    ['Succeeded', 'Complete'],
    ['Unknown', 'Pending'],
  ])('#27 a pod of its own that is %s already makes it %s', (podPhase, expected) => {
    const action = act('New', [pod(podPhase)]);
    expect(phaseOf(action)).toBe(expected);
    expect(action).toMatchObject({ annotations: { 'openshift.io/deployer-pod.name': 'web-1-deploy' } });
  });

  const foreign = pod('Running', 'web-1-deploy', { annotations: { 'openshift.io/deployment.name': 'other-1' } });

  test.each([
    ['#28 a foreign pod of that name', {}, undefined],
    ['#29 with a test configuration a foreign pod of that name', { test: true }, 0],
  ])('%s makes it fail', (_, spec, replicas) => {
    const action = act('New', [foreign], { spec, replicas: 1 });
    expect(action).toMatchObject({
      annotations: {
        'openshift.io/deployment.phase': 'Failed',
        'openshift.io/deployment.status-reason':
          'unrelated pod with the same name as this deployment is already running',
      },
      events: [{ type: 'Warning', reason: 'FailedCreate' }],
    });
    expect(action).not.toHaveProperty(['annotations', 'openshift.io/deployer-pod.name']);
    expect(action.kind === 'change-rc' && action.replicas).toBe(replicas);
  });

  test('#28 so does one without the label, which shows when ours is made', () => {
    const action = act('New', []);
    const instead = action.kind === 'create-pod' ? action.otherwise?.({ kind: 'foreign', message: '' }) : undefined;
    expect(instead?.annotations).toMatchObject({ 'openshift.io/deployment.phase': 'Failed' });
  });

  test('without an image there is nothing to run', () => {
    expect(act('New', [], { spec: { strategy: { type: 'Custom', customParams: {} } } })).toMatchObject({
      annotations: { 'openshift.io/deployment.status-reason': 'customParams.image is not set' },
    });
  });

  test('one that waits for too long fails', () => {
    expect(act('New', [], { nowMs: START_MS + 601_000 })).toMatchObject({
      annotations: { 'openshift.io/deployment.status-reason': 'unable to create deployer pod' },
      events: [
        {
          reason: 'RolloutTimeout',
          message: 'Rollout for "shop/web-1" failed to create deployer pod (timeoutSeconds: 600s)',
        },
      ],
    });
  });
});

describe('afterwards its phase is that of the pod', () => {
  test.each([
    ['Pending', 'Pending'],
    ['Running', 'Running'],
    ['Failed', 'Failed'],
    ['Complete', 'Succeeded'],
    ['Pending', 'Unknown'],
  ] as [Phase, string][])('#30 %s with a pod that is %s: nothing to do', (phase, podPhase) => {
    expect(act(phase, [pod(podPhase)], { replicas: phase === 'Failed' ? 0 : 1 }).kind).toBe('wait');
  });

  test.each([
    ['Pending', 'Running', 'Running'],
    ['Pending', 'Failed', 'Failed'],
    ['Pending', 'Succeeded', 'Complete'],
    ['Running', 'Failed', 'Failed'],
    ['Running', 'Succeeded', 'Complete'],
  ] as [Phase, string, string][])('#39 %s with a pod that is %s: %s', (phase, podPhase, expected) => {
    expect(phaseOf(act(phase, [pod(podPhase)]))).toBe(expected);
  });

  test('#39 a pod that went back says nothing', () => {
    expect(act('Running', [pod('Pending')]).kind).toBe('wait');
  });

  test.each(['Succeeded', 'Failed'])('#31 a test configuration goes to zero when the pod has %s', (podPhase) => {
    expect(act('Running', [pod(podPhase)], { spec: { test: true }, replicas: 1 })).toMatchObject({ replicas: 0 });
  });

  test('#36 #37 a pod that is not in view is looked for before the rollout fails', () => {
    expect(act('Pending', [])).toMatchObject({ kind: 'read-pod', name: 'web-1-deploy' });
    expect(act('Pending', [], { live: new Map([['web-1-deploy', pod('Pending')]]) }).kind).toBe('wait');
  });

  test.each(['Pending', 'Running'] as const)('#37 #38 %s without a pod: Failed', (phase) => {
    expect(act(phase, [], { live: goneLive })).toMatchObject({
      annotations: {
        'openshift.io/deployment.phase': 'Failed',
        'openshift.io/deployment.status-reason': 'deployer pod no longer exists',
      },
      events: [{ reason: 'Failed', message: 'Deployer pod "web-1-deploy" has gone missing' }],
    });
  });

  test('nothing is scaled while the pod runs, and everything is settled after it', () => {
    expect(act('Running', [pod('Running')], { replicas: 5 }).kind).toBe('wait');
    expect(act('Complete', [pod('Succeeded')], { replicas: 5 })).toMatchObject({ why: 'scale', replicas: 1 });
  });
});

describe('cancelled', () => {
  const hook = (name: string) => pod('Running', name);

  test('#32 from New it passes through Pending, whatever the pod does', () => {
    const leaving = pod('Running', 'web-1-deploy', { deletionTimestamp: '2026-11-21T09:00:00Z' });
    expect(phaseOf(act('New', [leaving], { cancelled: true }))).toBe('Pending');
    expect(phaseOf(act('New', [], { cancelled: true, live: goneLive }))).toBe('Pending');
  });

  test('#33 from New leftover pods are deleted first', () => {
    expect(act('New', [pod('Running')], { cancelled: true })).toMatchObject({ kind: 'delete-pod' });
  });

  test.each(['Pending', 'Running', 'Failed'] as const)('#34 in phase %s all of its pods are deleted', (phase) => {
    let pods = [hook('web-1-hook-pre'), hook('web-1-hook-post'), pod('Running')];
    for (let deletions = 0; deletions < 3; deletions++) {
      const action = act(phase, pods, { cancelled: true });
      expect(action.kind).toBe('delete-pod');
      const name = action.kind === 'delete-pod' ? action.pod.metadata.name : '';
      pods = pods.filter(({ metadata }) => metadata.name !== name);
    }
    expect(pods).toEqual([]);
    const end = act(phase, pods, { cancelled: true, live: goneLive });
    expect(end.kind === 'delete-pod').toBe(false);
    if (phase !== 'Failed') expect(end).toMatchObject({ events: [{ reason: 'RolloutCancelled' }] });
  });

  test('#35 but complete, its pods stay', () => {
    const pods = [hook('web-1-hook-pre'), hook('web-1-hook-post'), pod('Succeeded')];
    expect(act('Complete', pods, { cancelled: true, replicas: 1 }).kind).toBe('wait');
  });

  test('a pod that succeeded before is what counts', () => {
    expect(act('Running', [pod('Succeeded')], { cancelled: true })).toMatchObject({
      annotations: { 'openshift.io/deployment.phase': 'Complete' },
      events: [{ reason: 'FailedCancellation', message: 'Succeeded before cancel recorded' }],
    });
  });
});

describe('retried', () => {
  const again = { 'rollout.tagstream.io/attempt': '1' };
  const retried = (pods: readonly RolloutPod[]) => {
    const dc = custom();
    return step(dc, [rcOf(1, 'New', { dc, annotations: again })], { pods, nowMs: START_MS + 3_600_000 });
  };

  test('it gets a new pod in place of the one left over, however old it is', () => {
    expect(retried([pod('Failed')])).toMatchObject({ kind: 'delete-pod' });
    expect(retried([])).toMatchObject({
      kind: 'create-pod',
      pod: { metadata: { annotations: { 'rollout.tagstream.io/attempt': '2' } } },
    });
  });

  test('it takes up the pod of this attempt', () => {
    const annotations = { 'openshift.io/deployment.name': 'web-1', 'rollout.tagstream.io/attempt': '2' };
    expect(retried([pod('Running', 'web-1-deploy', { annotations })])).toMatchObject({
      annotations: { 'openshift.io/deployment.phase': 'Running', 'rollout.tagstream.io/attempt': '2' },
    });
  });
});

test('#40 labels and annotations of the strategy are added and override nothing', () => {
  const labels = { team: 'shop', 'openshift.io/deployer-pod-for.name': 'other' };
  const annotations = { note: 'x', 'openshift.io/deployment.name': 'other' };
  expect(act('New', [], { spec: { strategy: { ...strategy, labels, annotations } } })).toMatchObject({
    pod: {
      metadata: {
        labels: { team: 'shop', 'openshift.io/deployer-pod-for.name': 'web-1' },
        annotations: { note: 'x', 'openshift.io/deployment.name': 'web-1' },
      },
    },
  });
});
