import { randomUUID } from 'node:crypto';
import type { BuildConfigSpec } from '@tagstream/api-types';
import { instantiateBuild } from '@tagstream/build';
import { GitHook, RegistryPush, WebhookStream } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { accountKubeconfig, applyRights } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { startInProcess } from './controllers.ts';

const patience = { timeout: 20_000, interval: 50 };
const servers = { natsUrl: inject('natsUrl'), kubeconfig: inject('kubeconfig') };
const stack = new AsyncDisposableStack();
let cluster: Cluster;
let name: string;

beforeAll(async () => {
  cluster = stack.use(await startCluster(servers.natsUrl, servers.kubeconfig));
  // With exactly the rights that the manifests give.
  const { kube, namespace, env } = cluster;
  stack.use(await applyRights(kube, 'base/builds-rights.yaml', namespace));
  const account = stack.use(await accountKubeconfig(kube, { namespace, name: 'builds' }, servers.kubeconfig));
  const own = { KUBECONFIG: account.kubeconfig, TAGSTREAM_BUILD_CANCEL_GRACE_SECONDS: '1' };
  stack.use(await startInProcess({ ...env, ...own }));
});
afterAll(() => stack.disposeAsync());
beforeEach(() => {
  name = `bc-${randomUUID().slice(0, 6)}`;
});

const apply = (spec: Partial<BuildConfigSpec> = {}) => cluster.apply(name, spec);
const start = (more: object = {}) =>
  instantiateBuild(
    cluster.kube,
    { metadata: { name }, ...more },
    { namespace: cluster.namespace, clock: { now: Date.now } },
  );
const shows = (...builds: string[]) =>
  expect.poll(() => cluster.builds(name), patience).toEqual(builds.map((text) => `${name}-${text}`));
const toldOf = () =>
  cluster
    .told()
    .filter((text) => text.startsWith(`${name}-`))
    .map((text) => text.slice(name.length + 1));
const enter = (number: number, phase: 'Running' | 'Complete' | 'Failed', more: object = {}) =>
  cluster.enter(`${name}-${number}`, { phase, ...more });
const following = (tag: string) => [
  { type: 'ImageChange', imageChange: { from: { kind: 'ImageStreamTag', name: tag } } },
];

describe('a new BuildConfig', () => {
  test('#143 with ConfigChange gets its first Build, once', async () => {
    await apply({ triggers: [{ type: 'ConfigChange' }] });
    await shows('1 Pending');
    await apply({ triggers: [{ type: 'ConfigChange' }], nodeSelector: { disk: 'ssd' } });
    const build = await cluster.build(`${name}-1`);

    expect(build.spec.triggeredBy).toEqual([{ message: 'Build configuration change' }]);
    await expect.poll(async () => (await cluster.config(name)).status?.lastVersion, patience).toBe(1);
    await start();
    await shows('1 Pending', '2 New');
  });

  test('#143 without ConfigChange gets none', async () => {
    await apply();
    await expect.poll(async () => (await cluster.config(name)).status?.conditions?.[0]?.status, patience).toBe('True');

    expect(await cluster.builds(name)).toEqual([]);
  });

  test('says what OpenShift would have refused in it, and makes no Build', async () => {
    await apply({ source: { git: { uri: 'a b' } }, triggers: [{ type: 'ConfigChange' }] });

    await expect
      .poll(async () => (await cluster.config(name)).status?.conditions, patience)
      .toMatchObject([
        { type: 'Valid', status: 'False', reason: 'Invalid', message: 'spec.source.git.uri: uri is not a valid url' },
      ]);
    await expect.poll(() => cluster.events(name), patience).toContain('InvalidBuildConfig x1');
    expect(await cluster.builds(name)).toEqual([]);
  });

  test('that waits for an image gets its first Build when the image is there', async () => {
    const from = { kind: 'ImageStreamTag', name: `${name}-base:latest` };
    await apply({ strategy: { dockerStrategy: { from } }, triggers: [{ type: 'ConfigChange' }] });
    await expect
      .poll(() => cluster.events(name), patience)
      .toContainEqual(expect.stringContaining('BuildConfigInstantiateFailed'));
    await cluster.moveTag(`${name}-base`, 'latest', 'registry.example.com/base:1');

    await shows('1 Pending');
    expect((await cluster.build(`${name}-1`)).spec.strategy.dockerStrategy?.from).toEqual({
      kind: 'DockerImage',
      name: 'registry.example.com/base:1',
    });
  });
});

describe('a tag that moves', () => {
  test('starts a Build with its image as cause, and the same image none', async () => {
    const triggers = following(`${name}-base:latest`);
    await cluster.moveTag(`${name}-base`, 'latest', 'registry.example.com/base:1');
    await apply({ triggers, runPolicy: 'Parallel' });
    await shows('1 Pending');
    await cluster.moveTag(`${name}-base`, 'latest', 'registry.example.com/base:2');
    await shows('1 Pending', '2 Pending');
    await cluster.moveTag(`${name}-base`, 'latest', 'registry.example.com/base:2');

    expect((await cluster.build(`${name}-2`)).spec.triggeredBy).toMatchObject([
      { message: 'Image change', imageChangeBuild: { imageID: 'registry.example.com/base:2' } },
    ]);
    await expect
      .poll(async () => (await cluster.config(name)).status?.imageChangeTriggers, patience)
      .toMatchObject([{ lastTriggeredImageID: 'registry.example.com/base:2', lastTriggerTime: expect.any(String) }]);
    expect(await cluster.builds(name)).toHaveLength(2);
  });

  test('starts none while the BuildConfig is paused', async () => {
    await apply({ triggers: following(`${name}-base:latest`) });
    const key = { resource: resources.buildConfigs, namespace: cluster.namespace, name };
    const pause = (value: string | null) =>
      cluster.kube.mergePatch(key, { metadata: { annotations: { 'openshift.io/build-config.paused': value } } });
    await pause('true');
    await cluster.moveTag(`${name}-base`, 'latest', 'registry.example.com/base:1');
    // A tag that another BuildConfig follows moves later and has its Build: the first would have had one by then.
    await cluster.apply(`${name}-other`, { triggers: following(`${name}-base:latest`) });
    await expect.poll(() => cluster.builds(`${name}-other`), patience).toHaveLength(1);
    expect(await cluster.builds(name)).toEqual([]);
    await pause(null);

    await shows('1 Pending');
  });

  test('by the output of another Build starts the next one in the chain', async () => {
    const base = `${name}-base`;
    await cluster.repository(base, `registry.example.com/shop/${base}`);
    await cluster.apply(base, {
      output: { to: { kind: 'ImageStreamTag', name: `${base}:latest` } },
      triggers: [{ type: 'ConfigChange' }],
    });
    await apply({
      strategy: { dockerStrategy: { from: { kind: 'ImageStreamTag', name: `${base}:latest` } } },
      triggers: [{ type: 'ImageChange' }],
    });
    await expect.poll(() => cluster.builds(base), patience).toEqual([`${base}-1 Pending`]);
    const digest = `sha256:${'a'.repeat(64)}`;
    await cluster.enter(`${base}-1`, { phase: 'Running' });
    await cluster.enter(`${base}-1`, { phase: 'Complete', digest });

    const hint = { registry: 'registry.example.com', repository: `shop/${base}`, tag: 'latest' };
    await expect
      .poll(
        async () =>
          (await cluster.bus.last(WebhookStream, RegistryPush, { ...RegistryPush.sample, ...hint }))?.event.data,
        patience,
      )
      .toMatchObject({ ...hint, source: 'build', claimedDigest: digest, verified: 'internal' });
    // What the poller and trigger make of that hint.
    await cluster.moveTag(base, 'latest', `registry.example.com/shop/${base}@${digest}`);
    await shows('1 Pending');
  });
});

describe('run policies', () => {
  test('#128 Serial: one after the other', async () => {
    await apply();
    await Promise.all([start(), start(), start()]);
    await shows('1 Pending', '2 New', '3 New');
    await enter(1, 'Running');
    await enter(1, 'Complete');
    await shows('1 Complete', '2 Pending', '3 New');
    await enter(2, 'Failed', { reason: 'FetchSourceFailed' });

    await shows('1 Complete', '2 Failed (FetchSourceFailed)', '3 Pending');
  });

  test('#129 Parallel: all at once', async () => {
    await apply({ runPolicy: 'Parallel' });
    await Promise.all([start(), start(), start()]);

    await shows('1 Pending', '2 Pending', '3 Pending');
  });

  test('#130 SerialLatestOnly: those that wait give way to the newest', async () => {
    await apply({ runPolicy: 'SerialLatestOnly' });
    await start();
    await shows('1 Pending');
    await enter(1, 'Running');
    await start();
    await start();
    await shows('1 Running', '2 Cancelled (CancelledBuild)', '3 New');
    await enter(1, 'Complete');

    await shows('1 Complete', '2 Cancelled (CancelledBuild)', '3 Pending');
  });

  test('#136 a Build without BuildConfig begins at once, and completes', async () => {
    const metadata = { name: `${name}-1`, namespace: cluster.namespace, labels: { buildconfig: '' } };
    const spec = { source: { dockerfile: 'FROM scratch' }, strategy: { type: 'Docker', dockerStrategy: {} } };
    await cluster.kube.create(resources.builds, { metadata, spec } as never);

    await expect.poll(async () => (await cluster.build(`${name}-1`)).status?.phase, patience).toBe('Pending');
    await enter(1, 'Running');
    await enter(1, 'Complete');
    await expect.poll(toldOf, patience).toEqual(['1 New', '1 Pending', '1 Running', '1 Complete']);
  });
});

describe('a Build that a person made', () => {
  test('with an image named by a tag ends with the reason, and holds up nobody', async () => {
    await apply();
    const spec = {
      source: { dockerfile: 'FROM scratch' },
      strategy: { type: 'Docker', dockerStrategy: { from: { kind: 'ImageStreamTag', name: 'base:latest' } } },
    };
    await cluster.kube.create(resources.builds, {
      metadata: { name: `${name}-x`, namespace: cluster.namespace },
      spec,
    } as never);

    await expect
      .poll(async () => (await cluster.build(`${name}-x`)).status, patience)
      .toMatchObject({ phase: 'Error', reason: 'InvalidImageReference' });
  });
});

describe('cancelling', () => {
  test('ends what nobody runs yet, and the next one begins', async () => {
    await apply();
    await Promise.all([start(), start(), start()]);
    await shows('1 Pending', '2 New', '3 New');
    await cluster.cancel(`${name}-2`);
    await shows('1 Pending', '2 Cancelled (CancelledBuild)', '3 New');
    await cluster.cancel(`${name}-1`);

    await shows('1 Cancelled (CancelledBuild)', '2 Cancelled (CancelledBuild)', '3 Pending');
    const { message, completionTimestamp } = (await cluster.build(`${name}-1`)).status ?? {};
    expect(message).toBe('The build was cancelled by the user.');
    expect(completionTimestamp).toBeTruthy();
  });

  test('#134 ends what runs when whoever runs it does not react', async () => {
    await apply();
    await start();
    await shows('1 Pending');
    await enter(1, 'Running');
    await cluster.cancel(`${name}-1`);

    await shows('1 Cancelled (CancelledBuild)');
  });

  test('#134 does nothing to what is complete', async () => {
    await apply();
    await start();
    await start();
    await shows('1 Pending', '2 New');
    await enter(1, 'Running');
    await enter(1, 'Complete');
    await cluster.cancel(`${name}-1`);

    await shows('1 Complete', '2 Pending');
  });
});

describe('where the image goes', () => {
  test('#139 is awaited, and said in the Build', async () => {
    const stream = `${name}-out`;
    await apply({ output: { to: { kind: 'ImageStreamTag', name: `${stream}:v1` } } });
    await start();
    await shows('1 New (InvalidOutputReference)');
    expect((await cluster.build(`${name}-1`)).status?.message).toBe('Output image could not be resolved.');
    await cluster.repository(stream, '');
    await expect
      .poll(() => cluster.events(`${name}-1`), patience)
      .toContainEqual(expect.stringContaining('InvalidOutput'));
    await cluster.repository(stream, 'registry.example.com/shop/out');

    await shows('1 Pending');
    const { status } = await cluster.build(`${name}-1`);
    expect(status?.outputDockerImageReference).toBe('registry.example.com/shop/out:v1');
    expect(status?.message).toBeUndefined();
  });

  test('fails a binary Build, which cannot wait', async () => {
    await apply({ source: { binary: {} }, output: { to: { kind: 'ImageStreamTag', name: 'nowhere:v1' } } });
    await start({ binary: {} });

    await shows('1 Failed (InvalidOutputReference)');
  });
});

describe('what is told', () => {
  test('is every phase once, with facts, and as events of Kubernetes', async () => {
    await apply({ output: { to: { kind: 'DockerImage', name: 'registry.example.com/shop/web:latest' } } });
    await start();
    await shows('1 Pending');
    await enter(1, 'Running');
    await enter(1, 'Complete', { digest: `sha256:${'b'.repeat(64)}` });
    await expect.poll(toldOf, patience).toEqual(['1 New', '1 Pending', '1 Running', '1 Complete']);

    const complete = cluster.progress.find((one) => one.name === `${name}-1` && one.phase === 'Complete');
    expect(complete).toMatchObject({
      namespace: cluster.namespace,
      buildConfig: name,
      number: 1,
      strategy: 'Docker',
      startedAt: expect.any(String),
      durationMs: expect.any(Number),
      output: { reference: 'registry.example.com/shop/web:latest', digest: `sha256:${'b'.repeat(64)}` },
    });
    await expect.poll(() => cluster.events(`${name}-1`), patience).toEqual(['BuildCompleted x1', 'BuildStarted x1']);
  });
});

describe('finished Builds', () => {
  test('#142 are removed but for the newest of each class', async () => {
    await apply({ runPolicy: 'Parallel', successfulBuildsHistoryLimit: 1, failedBuildsHistoryLimit: 1 });
    for (let number = 1; number <= 4; number += 1) await start();
    await shows('1 Pending', '2 Pending', '3 Pending', '4 Pending');
    for (const number of [1, 2]) await enter(number, 'Complete');
    for (const number of [3, 4]) await enter(number, 'Failed');

    await shows('2 Complete', '4 Failed');
  });
});

describe('a Build that is not to be kept', () => {
  test('is told about before it is removed', async () => {
    await apply({ successfulBuildsHistoryLimit: 0 });
    await start();
    await shows('1 Pending');
    await enter(1, 'Running');
    await enter(1, 'Complete');
    await shows();

    await expect.poll(toldOf, patience).toEqual(['1 New', '1 Pending', '1 Running', '1 Complete']);
  });
});

describe('a git hook that was left on the bus', () => {
  test('leads to one Build, however often it is delivered', async () => {
    await apply({ runPolicy: 'Parallel' });
    const hook = { ...GitHook.sample, namespace: cluster.namespace, buildConfig: name };
    await cluster.bus.publish(GitHook, { ...hook, requestId: 'a' });
    await cluster.bus.publish(GitHook, { ...hook, requestId: 'b' });
    await shows('1 Pending', '2 Pending');
    const again = (requestId: string) =>
      instantiateBuild(
        cluster.kube,
        { metadata: { name } },
        { namespace: cluster.namespace, requestId, clock: { now: Date.now } },
      );

    expect((await again('a')).metadata.name).toBe(`${name}-1`);
    expect((await again('b')).spec).toMatchObject({
      revision: { git: { commit: GitHook.sample.revision?.git?.commit } },
      triggeredBy: [{ message: 'GitHub WebHook', githubWebHook: { secret: '<secret>' } }],
    });
  });
});
