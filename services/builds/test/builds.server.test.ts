import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newConfig, patience, startBuildsService, type TestConfig } from './builds-service.ts';
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

describe('run policies', () => {
  test('#128 Serial: one after the other', async () => {
    await bc.apply();
    await Promise.all([bc.start(), bc.start(), bc.start()]);
    await bc.shows('1 Pending', '2 New', '3 New');
    await bc.enter(1, 'Running');
    await bc.enter(1, 'Complete');
    await bc.shows('1 Complete', '2 Pending', '3 New');
    await bc.enter(2, 'Failed', { reason: 'FetchSourceFailed' });

    await bc.shows('1 Complete', '2 Failed (FetchSourceFailed)', '3 Pending');
  });

  test('#129 Parallel: all at once', async () => {
    await bc.apply({ runPolicy: 'Parallel' });
    await Promise.all([bc.start(), bc.start(), bc.start()]);

    await bc.shows('1 Pending', '2 Pending', '3 Pending');
  });

  test('#130 SerialLatestOnly: those that wait give way to the newest', async () => {
    await bc.apply({ runPolicy: 'SerialLatestOnly' });
    await bc.start();
    await bc.shows('1 Pending');
    await bc.enter(1, 'Running');
    await bc.start();
    await bc.start();
    await bc.shows('1 Running', '2 Cancelled (CancelledBuild)', '3 New');
    await bc.enter(1, 'Complete');

    await bc.shows('1 Complete', '2 Cancelled (CancelledBuild)', '3 Pending');
  });

  test('#136 a Build without BuildConfig begins at once, and completes', async () => {
    const metadata = { name: `${name}-1`, namespace: cluster.namespace, labels: { buildconfig: '' } };
    const spec = { source: { dockerfile: 'FROM scratch' }, strategy: { type: 'Docker', dockerStrategy: {} } };
    await cluster.kube.create(resources.builds, { metadata, spec } as never);

    await expect.poll(async () => (await cluster.build(`${name}-1`)).status?.phase, patience).toBe('Pending');
    await bc.enter(1, 'Running');
    await bc.enter(1, 'Complete');
    await expect.poll(bc.toldOf, patience).toEqual(['1 New', '1 Pending', '1 Running', '1 Complete']);
  });
});

describe('a Build that a person made', () => {
  test('with an image named by a tag ends with the reason, and holds up nobody', async () => {
    await bc.apply();
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
    await bc.apply();
    await Promise.all([bc.start(), bc.start(), bc.start()]);
    await bc.shows('1 Pending', '2 New', '3 New');
    await cluster.cancel(`${name}-2`);
    await bc.shows('1 Pending', '2 Cancelled (CancelledBuild)', '3 New');
    await cluster.cancel(`${name}-1`);

    await bc.shows('1 Cancelled (CancelledBuild)', '2 Cancelled (CancelledBuild)', '3 Pending');
    const { message, completionTimestamp } = (await cluster.build(`${name}-1`)).status ?? {};
    expect(message).toBe('The build was cancelled by the user.');
    expect(completionTimestamp).toBeTruthy();
  });

  test('#134 ends what runs when whoever runs it does not react', async () => {
    await bc.apply();
    await bc.start();
    await bc.shows('1 Pending');
    await bc.enter(1, 'Running');
    await cluster.cancel(`${name}-1`);

    await bc.shows('1 Cancelled (CancelledBuild)');
  });

  test('#134 does nothing to what is complete', async () => {
    await bc.apply();
    await bc.start();
    await bc.start();
    await bc.shows('1 Pending', '2 New');
    await bc.enter(1, 'Running');
    await bc.enter(1, 'Complete');
    await cluster.cancel(`${name}-1`);

    await bc.shows('1 Complete', '2 Pending');
  });
});

describe('where the image goes', () => {
  test('#139 is awaited, and said in the Build', async () => {
    const stream = `${name}-out`;
    await bc.apply({ output: { to: { kind: 'ImageStreamTag', name: `${stream}:v1` } } });
    await bc.start();
    await bc.shows('1 New (InvalidOutputReference)');
    expect((await cluster.build(`${name}-1`)).status?.message).toBe('Output image could not be resolved.');
    await cluster.repository(stream, '');
    await expect
      .poll(() => cluster.events(`${name}-1`), patience)
      .toContainEqual(expect.stringContaining('InvalidOutput'));
    await cluster.repository(stream, 'registry.example.com/shop/out');

    await bc.shows('1 Pending');
    const { status } = await cluster.build(`${name}-1`);
    expect(status?.outputDockerImageReference).toBe('registry.example.com/shop/out:v1');
    expect(status?.message).toBeUndefined();
  });

  test('fails a binary Build, which cannot wait', async () => {
    await bc.apply({ source: { binary: {} }, output: { to: { kind: 'ImageStreamTag', name: 'nowhere:v1' } } });
    await bc.start({ binary: {} });

    await bc.shows('1 Failed (InvalidOutputReference)');
  });
});

describe('what is told', () => {
  test('is every phase once, with facts, and as events of Kubernetes', async () => {
    await bc.apply({ output: { to: { kind: 'DockerImage', name: 'registry.example.com/shop/web:latest' } } });
    await bc.start();
    await bc.shows('1 Pending');
    await bc.enter(1, 'Running');
    await bc.enter(1, 'Complete', { digest: `sha256:${'b'.repeat(64)}` });
    await expect.poll(bc.toldOf, patience).toEqual(['1 New', '1 Pending', '1 Running', '1 Complete']);

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
    await bc.apply({ runPolicy: 'Parallel', successfulBuildsHistoryLimit: 1, failedBuildsHistoryLimit: 1 });
    for (let number = 1; number <= 4; number += 1) await bc.start();
    await bc.shows('1 Pending', '2 Pending', '3 Pending', '4 Pending');
    for (const number of [1, 2]) await bc.enter(number, 'Complete');
    for (const number of [3, 4]) await bc.enter(number, 'Failed');

    await bc.shows('2 Complete', '4 Failed');
  });
});

describe('a Build that is not to be kept', () => {
  test('is told about before it is removed', async () => {
    await bc.apply({ successfulBuildsHistoryLimit: 0 });
    await bc.start();
    await bc.shows('1 Pending');
    await bc.enter(1, 'Running');
    await bc.enter(1, 'Complete');
    await bc.shows();

    await expect.poll(bc.toldOf, patience).toEqual(['1 New', '1 Pending', '1 Running', '1 Complete']);
  });
});
