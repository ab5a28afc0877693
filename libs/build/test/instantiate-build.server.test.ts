import { randomUUID } from 'node:crypto';
import type { Build, BuildConfig, BuildRequest, ImageStream } from '@tagstream/api-types';
import { connectKube, isKubeError, type KubeClient, resources } from '@tagstream/kube';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type BuildApi, cloneBuild, instantiateBuild } from '../src/index.ts';
import { config, digest } from './fixture.ts';

const namespace = `build-${randomUUID().slice(0, 8)}`;
const clock = { now: Date.now };
/** The garbage collector looks every 30 s for kinds of objects that it does not know yet. */
const collected = { timeout: 45_000 };
let kube: KubeClient;
let name: string;

beforeAll(async () => {
  kube = await connectKube({ userAgent: 'test', kubeconfig: inject('kubeconfig') });
  await kube.create(resources.namespaces, { metadata: { name: namespace } });
});
afterAll(async () => {
  await kube.delete({ resource: resources.namespaces, name: namespace });
  await kube[Symbol.asyncDispose]();
});
beforeEach(async () => {
  name = `bc-${randomUUID().slice(0, 8)}`;
  await create({});
});

const base = { kind: 'ImageStreamTag', name: 'base:latest' };
const following = { triggers: [{ type: 'ImageChange', imageChange: { from: base } }] };
const create = (spec: object) =>
  kube.create<BuildConfig>(resources.buildConfigs, { ...config(spec), metadata: { name, namespace } });
const key = () => ({ resource: resources.buildConfigs, namespace, name });
const read = () => kube.get<BuildConfig>(key());
const lastVersion = async () => (await read()).status?.lastVersion;
const builds = async () => {
  const { items } = await kube.list<Build>(resources.builds, { namespace, labelSelector: `buildconfig=${name}` });
  return items.map(({ metadata }) => metadata.name).sort();
};
const request = (more: Partial<BuildRequest> = {}): BuildRequest => ({ metadata: { name }, ...more });
const start = (api: BuildApi, requestId?: string, more: Partial<BuildRequest> = {}) =>
  instantiateBuild(api, request(more), { namespace, requestId, clock });

/** The process dies at its n-th write: before the API server has it, or after it was done. */
function dyingAt(write: number, when: 'before' | 'after'): BuildApi {
  let writes = 0;
  const through = async <T>(call: () => Promise<T>): Promise<T> => {
    writes += 1;
    if (writes === write && when === 'before') throw new Error('killed');
    const result = await call();
    if (writes === write) throw new Error('killed');
    return result;
  };
  return {
    get: (...args) => kube.get(...args),
    list: (...args) => kube.list(...args),
    create: (...args) => through(() => kube.create(...args)),
    mergePatch: (...args) => through(() => kube.mergePatch(...args)),
  };
}

describe('making a Build', () => {
  test('#118 gives it the next number, and says so in the BuildConfig', async () => {
    const made = await start(kube);

    expect(made).toMatchObject({
      metadata: { name: `${name}-1`, namespace, ownerReferences: [{ name, controller: true }] },
      status: { phase: 'New' },
    });
    expect(await lastVersion()).toBe(1);
    expect((await start(kube)).metadata.name).toBe(`${name}-2`);
  });

  test('#121, images #191 is refused while an image stream is missing, without a trace', async () => {
    await kube.mergePatch(key(), { spec: { strategy: { dockerStrategy: { from: base } } } });

    await expect(start(kube)).rejects.toMatchObject({ code: 'unresolved_image' });
    expect(await builds()).toEqual([]);
    expect(await lastVersion()).toBe(0);
  });

  test('of a BuildConfig that is not there is refused', async () => {
    name = 'none';

    await expect(start(kube)).rejects.toMatchObject({ code: 'not_found', httpStatus: 404 });
  });

  test('records which images its triggers have led to', async () => {
    const stream = { metadata: { name: 'base', namespace } } satisfies ImageStream;
    await kube.create(resources.imageStreams, stream);
    const reference = `registry.example.com/base@${digest('a')}`;
    const item = {
      created: '2026-11-21T09:00:00.000Z',
      dockerImageReference: reference,
      image: digest('a'),
      generation: 1,
    };
    await kube.mergePatch(
      { resource: resources.imageStreams, namespace, name: 'base' },
      { status: { tags: [{ tag: 'latest', items: [item] }] } },
      { subresource: 'status' },
    );
    await kube.mergePatch(key(), { spec: following });
    const byImage = { triggeredByImage: { kind: 'DockerImage', name: reference }, from: base };
    await start(kube, undefined, byImage);

    expect((await read()).status?.imageChangeTriggers).toMatchObject([
      {
        from: { namespace, name: 'base:latest' },
        lastTriggeredImageID: reference,
        lastTriggerTime: expect.any(String),
      },
    ]);
    await expect(start(kube, undefined, byImage)).rejects.toMatchObject({ code: 'already_triggered' });
  });

  test('by ten at once gives ten numbers without a gap', async () => {
    await Promise.all(Array.from({ length: 10 }, () => start(kube)));

    expect(await builds()).toEqual(Array.from({ length: 10 }, (_, i) => `${name}-${i + 1}`).sort());
    expect(await lastVersion()).toBe(10);
  });

  test('by ten at once for one delivery makes one', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => start(kube, 'delivery-1')));

    expect(new Set(made.map(({ metadata }) => metadata.uid)).size).toBe(1);
    expect(await builds()).toEqual([`${name}-1`]);
    expect(await lastVersion()).toBe(1);
  });

  test('once for the first one only, when two want the first', async () => {
    const results = await Promise.allSettled([1, 2, 3].map(() => start(kube, undefined, { lastVersion: 0 })));

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'version_mismatch' });
    }
    expect(await builds()).toEqual([`${name}-1`]);
  });
});

describe('a process that is killed while it makes a Build', () => {
  const moments = [1, 2].flatMap((write) =>
    (['before', 'after'] as const).map((when) => [`${when} write ${write}`, write, when] as const),
  );
  test.each(moments)(
    '%s leaves nothing behind that the repeated delivery does not complete',
    async (_, write, when) => {
      await expect(start(dyingAt(write, when), 'delivery-1')).rejects.toThrow('killed');
      await start(kube, 'delivery-1');

      expect(await builds()).toEqual([`${name}-1`]);
      expect(await lastVersion()).toBe(1);
    },
  );

  test.each(moments)('%s does not keep others from making theirs', async (_, write, when) => {
    await expect(start(dyingAt(write, when), 'delivery-1')).rejects.toThrow('killed');
    await start(kube, 'delivery-2');
    await start(kube, 'delivery-1');

    expect(await builds()).toEqual([`${name}-1`, `${name}-2`]);
    expect(await lastVersion()).toBe(2);
  });
});

describe('a name that is taken', () => {
  const taken = (more: Partial<Build['metadata']>) =>
    kube.create<Build>(resources.builds, {
      metadata: { name: `${name}-1`, namespace, ...more },
      spec: { source: { dockerfile: 'FROM a' }, strategy: { type: 'Docker', dockerStrategy: {} } },
    });

  test('by a Build of an earlier BuildConfig of that name is waited for', async () => {
    const owner = { apiVersion: 'build.openshift.io/v1', kind: 'BuildConfig', name, uid: 'earlier', controller: true };
    // The finalizer keeps it from being collected at once.
    const held = { finalizers: ['tagstream.io/test'] };
    await taken({ ownerReferences: [owner], annotations: { 'openshift.io/build.number': '1' }, ...held });

    await expect(start(kube)).rejects.toMatchObject({ code: 'name_taken', retryable: true });
    const first = { resource: resources.builds, namespace, name: `${name}-1` };
    await kube.mergePatch(first, { metadata: { finalizers: null } });
    await expect
      .poll(
        () =>
          start(kube).then(
            ({ metadata }) => metadata.name,
            () => '',
          ),
        collected,
      )
      .toBe(`${name}-1`);
  }, 60_000);

  test('by a Build that was left without owner is passed over', async () => {
    await taken({ annotations: { 'openshift.io/build.number': '1' } });

    expect((await start(kube)).metadata.name).toBe(`${name}-2`);
  });
});

describe('repeating a Build', () => {
  test('#126 gives it the next number of its BuildConfig', async () => {
    await start(kube);
    const repeated = await cloneBuild(kube, { metadata: { name: `${name}-1` } }, { namespace, clock });

    expect(repeated.metadata).toMatchObject({
      name: `${name}-2`,
      annotations: { 'openshift.io/build.clone-of': `${name}-1`, 'openshift.io/build.number': '2' },
    });
    expect(await lastVersion()).toBe(2);
  });

  test('works when the BuildConfig is gone', async () => {
    await start(kube);
    await kube.delete(key(), { propagationPolicy: 'Orphan' });
    await expect.poll(() => read().catch((error) => isKubeError(error, 'not_found')), collected).toBe(true);
    const repeated = await cloneBuild(kube, { metadata: { name: `${name}-1` } }, { namespace, clock });

    expect(repeated.metadata.name).toMatch(new RegExp(`^${name}-1-[0-9]{10}$`));
  }, 60_000);

  test('of a Build that is not there is refused', async () => {
    await expect(cloneBuild(kube, { metadata: { name: 'none-1' } }, { namespace, clock })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
