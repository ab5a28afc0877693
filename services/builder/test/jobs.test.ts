import { expect, test } from 'vitest';
import { buildJob, type JobSettings } from '../src/job/build-job.ts';
import { decideJob, type Job, type JobPod } from '../src/job/decide-job.ts';
import { aBuild } from './support/a-build.ts';

const settings: JobSettings = {
  image: 'tagstream/builder:1',
  env: { NATS_URL: 'nats://nats:4222' },
  workDir: '/work',
  inputs: '/inputs',
  userNamespace: true,
  serviceAccount: 'builder',
  accountSecrets: ['account'],
};

const job = (...conditions: { type: string; status: string; reason?: string }[]): Job => ({
  metadata: { name: 'web-1-build' },
  status: { conditions },
});
const failed = (reason = 'BackoffLimitExceeded') => job({ type: 'Failed', status: 'True', reason });
const pod = (status: NonNullable<JobPod['status']>): JobPod => ({ metadata: { name: 'web-1-build-x' }, status });
const running = aBuild({}, {}, { phase: 'Running' });
const exited = (code: number, reason = 'Error') =>
  pod({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: code, reason } } }] });

test.each<[string, Parameters<typeof decideJob>, object]>([
  ['a Build that is over needs nothing', [aBuild({}, {}, { phase: 'Failed' }), failed(), []], { kind: 'nothing' }],
  ['#132 a claimed Build without Job gets one', [aBuild(), undefined, []], { kind: 'create' }],
  ['a Job that works needs nothing', [running, job(), []], { kind: 'nothing' }],
  [
    '#134 a cancelled Build loses its Job and says so',
    [aBuild({}, {}, { phase: 'Running', cancelled: true }), job(), []],
    { kind: 'end', removeJob: true, change: { phase: 'Cancelled', reason: 'CancelledBuild' } },
  ],
  [
    '#135 a failed pod that could not say why',
    [running, failed(), [exited(1)]],
    { kind: 'end', change: { phase: 'Failed', reason: 'GenericBuildFailed' } },
  ],
  [
    '#137 Running and its Job is gone',
    [running, undefined, []],
    { kind: 'end', change: { phase: 'Error', reason: 'BuildPodDeleted' } },
  ],
  [
    'its pod was deleted under the Job',
    [running, failed(), []],
    { kind: 'end', change: { phase: 'Error', reason: 'BuildPodDeleted' } },
  ],
  [
    '#140 a container that ran out of memory',
    [running, failed(), [exited(137, 'OOMKilled')]],
    { kind: 'end', change: { phase: 'Failed', reason: 'OutOfMemoryKilled' } },
  ],
  [
    '#140 a pod that was evicted, with its message',
    [running, failed(), [pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource' })]],
    { kind: 'end', change: { phase: 'Failed', reason: 'BuildPodEvicted', message: 'The node was low on resource' } },
  ],
  [
    'a Job that took longer than its deadline',
    [running, failed('DeadlineExceeded'), [exited(143)]],
    { kind: 'end', change: { phase: 'Failed', message: expect.stringContaining('completionDeadlineSeconds') } },
  ],
  [
    'a pod that ended well without saying so',
    [running, job({ type: 'Complete', status: 'True' }), [exited(0)]],
    { kind: 'end', change: { phase: 'Error', reason: 'NoBuildContainerStatus' } },
  ],
])('%s', (_, args, expected) => {
  expect(decideJob(...args)).toMatchObject(expected);
});

test('a Job belongs to its Build, runs one pod once, and knows its deadline, nodes and resources', () => {
  const build = aBuild({
    completionDeadlineSeconds: 60,
    nodeSelector: { zone: 'a' },
    resources: { limits: { memory: '1Gi' } },
    output: { pushSecret: { name: 'push' } },
    source: { configMaps: [{ configMap: { name: 'settings' } }] },
  });

  const made = buildJob(build, settings);

  expect(made.metadata).toMatchObject({
    name: 'web-1-build',
    namespace: 'shop',
    labels: { 'openshift.io/build.name': 'web-1' },
    ownerReferences: [{ kind: 'Build', name: 'web-1', uid: 'uid-1', controller: true }],
  });
  expect(made.spec).toMatchObject({
    backoffLimit: 0,
    activeDeadlineSeconds: 60,
    template: {
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: 'builder',
        hostUsers: false,
        nodeSelector: { 'kubernetes.io/os': 'linux', zone: 'a' },
        volumes: [
          { name: 'work' },
          { secret: { secretName: 'push', optional: true } },
          { secret: { secretName: 'account', optional: true } },
          { configMap: { name: 'settings', optional: true } },
        ],
        containers: [
          {
            name: 'docker-build',
            image: 'tagstream/builder:1',
            args: ['run', 'shop/web-1'],
            resources: { limits: { memory: '1Gi' } },
            env: expect.arrayContaining([
              { name: 'TAGSTREAM_BUILDER_JOB', value: 'web-1-build' },
              { name: 'TAGSTREAM_BUILDER_ACCOUNT_SECRETS', value: 'account' },
              { name: 'NATS_URL', value: 'nats://nats:4222' },
            ]),
            volumeMounts: [
              { mountPath: '/work' },
              { mountPath: '/inputs/secrets/push', readOnly: true },
              { mountPath: '/inputs/secrets/account', readOnly: true },
              { mountPath: '/inputs/configmaps/settings', readOnly: true },
            ],
          },
        ],
      },
    },
  });
});

test('without user namespaces of the runtime the pod runs as an ordinary user', () => {
  const made = buildJob(aBuild(), { ...settings, userNamespace: false });

  expect(made.spec).toMatchObject({
    template: { spec: { containers: [{ securityContext: { runAsUser: 1000 } }] } },
  });
  expect(JSON.stringify(made)).not.toContain('hostUsers');
});
