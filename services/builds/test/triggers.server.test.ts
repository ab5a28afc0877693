import { instantiateBuild } from '@tagstream/build';
import { GitHook, RegistryPush, WebhookStream } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { following, newConfig, patience, startBuildsService, type TestConfig } from './builds-service.ts';
import type { Cluster } from './cluster.ts';

let cluster: Cluster;
let bc: TestConfig;
let name: string;

beforeAll(async () => {
  cluster = await startBuildsService();
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(() => {
  bc = newConfig(cluster);
  name = bc.name;
});

describe('a new BuildConfig', () => {
  test('#143 with ConfigChange gets its first Build, once', async () => {
    await bc.apply({ triggers: [{ type: 'ConfigChange' }] });
    await bc.shows('1 Pending');
    await bc.apply({ triggers: [{ type: 'ConfigChange' }], nodeSelector: { disk: 'ssd' } });
    const build = await cluster.build(`${name}-1`);

    expect(build.spec.triggeredBy).toEqual([{ message: 'Build configuration change' }]);
    await expect.poll(async () => (await cluster.config(name)).status?.lastVersion, patience).toBe(1);
    await bc.start();
    await bc.shows('1 Pending', '2 New');
  });

  test('#143 without ConfigChange gets none', async () => {
    await bc.apply();
    await expect.poll(async () => (await cluster.config(name)).status?.conditions?.[0]?.status, patience).toBe('True');

    expect(await cluster.builds(name)).toEqual([]);
  });

  test('says what OpenShift would have refused in it, and makes no Build', async () => {
    await bc.apply({ source: { git: { uri: 'a b' } }, triggers: [{ type: 'ConfigChange' }] });

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
    await bc.apply({ strategy: { dockerStrategy: { from } }, triggers: [{ type: 'ConfigChange' }] });
    await expect
      .poll(() => cluster.events(name), patience)
      .toContainEqual(expect.stringContaining('BuildConfigInstantiateFailed'));
    await cluster.moveTag(`${name}-base`, 'latest', 'registry.example.com/base:1');

    await bc.shows('1 Pending');
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
    await bc.apply({ triggers, runPolicy: 'Parallel' });
    await bc.shows('1 Pending');
    await cluster.moveTag(`${name}-base`, 'latest', 'registry.example.com/base:2');
    await bc.shows('1 Pending', '2 Pending');
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
    await bc.apply({ triggers: following(`${name}-base:latest`) });
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

    await bc.shows('1 Pending');
  });

  test('by the output of another Build starts the next one in the chain', async () => {
    const base = `${name}-base`;
    await cluster.repository(base, `registry.example.com/shop/${base}`);
    await cluster.apply(base, {
      output: { to: { kind: 'ImageStreamTag', name: `${base}:latest` } },
      triggers: [{ type: 'ConfigChange' }],
    });
    await bc.apply({
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
    await bc.shows('1 Pending');
  });
});

describe('a git hook that was left on the bus', () => {
  test('leads to one Build, however often it is delivered', async () => {
    await bc.apply({ runPolicy: 'Parallel' });
    const hook = { ...GitHook.sample, namespace: cluster.namespace, buildConfig: name };
    await cluster.bus.publish(GitHook, { ...hook, requestId: 'a' });
    await cluster.bus.publish(GitHook, { ...hook, requestId: 'b' });
    await bc.shows('1 Pending', '2 Pending');
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
