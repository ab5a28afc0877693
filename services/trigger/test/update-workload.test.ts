import type { ImageStream, KubeObject } from '@tagstream/api-types';
import { KubeError, type PullPermission, permitEveryPull } from '@tagstream/kube';
import { testClock } from '@tagstream/service/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import type { UpdateGate } from '../src/policy/update-gate.ts';
import { createProblemReports, type Problem } from '../src/workload/problem-reports.ts';
import { sharedRead } from '../src/workload/shared-read.ts';
import { updateWorkload } from '../src/workload/update-workload.ts';
import { type WorkloadView, workloadObject } from '../src/workload/workload-view.ts';
import { MemoryKube } from './support/memory-kube.ts';
import { item, stream } from './support/streams.ts';
import { recordedTelemetry } from './support/told.ts';
import { deployment, FIRST_IMAGE, triggers, viewOf, webKey } from './support/workloads.ts';

const object = workloadObject(webKey);
const pullSpec = (hexDigit: string) => item(hexDigit, 0).dockerImageReference;
const clock = testClock();

/** Lets everything through: policies and fights have tests of their own. */
const openGate: UpdateGate = {
  judge: async ({ changes }) => ({ changes }),
  wrote: () => {},
  settled: () => {},
  gone: () => {},
};

let kube: MemoryKube;
/** What the watch cache has; undefined: what the API server has. */
let cached: WorkloadView | undefined;
let streams: Map<string, ImageStream>;
let problems: Problem[];
let told: string[];
let mayPull: PullPermission;
let update: () => ReturnType<typeof updateWorkload>;

const streamAt = (hexDigit: string) => stream({ tags: { latest: [item(hexDigit, 1)] } });
const put = (...args: Parameters<typeof deployment>) => kube.put(object, deployment(...args));
const containers = (): { image?: string }[] =>
  kube.read<KubeObject & { spec: { template: { spec: { containers: { image?: string }[] } } } }>(object).spec.template
    .spec.containers;
const images = () => containers().map(({ image }) => image);

beforeEach(() => {
  kube = new MemoryKube();
  cached = undefined;
  streams = new Map([['shop/web', streamAt('a')]]);
  problems = [];
  mayPull = permitEveryPull;
  const recorded = recordedTelemetry();
  told = recorded.told;
  const reports = createProblemReports(clock, async (_key, problem) => {
    problems.push(problem);
    return true;
  });
  const read = sharedRead(async (id) => streams.get(id));
  put();
  update = () =>
    updateWorkload(
      {
        kube,
        cached: () => cached ?? viewOf(kube.read(object)),
        readStream: ({ namespace, name }) => read(`${namespace}/${name}`),
        mayPull: (namespace, source) => mayPull(namespace, source),
        problems: reports,
        wrote: () => {},
        gate: openGate,
        changedFrom: () => undefined,
        inTurn: (write) => write(),
        telemetry: recorded.telemetry,
      },
      webKey,
    );
});

describe('a workload', () => {
  test('gets the image that its tag stands for, and keeps everything else', async () => {
    put([
      { name: 'web', image: 'none', args: ['--verbose'] },
      { name: 'sidecar', image: 'proxy:1' },
    ]);
    expect(await update()).toBe('patched');
    expect(containers()).toEqual([
      { name: 'web', image: pullSpec('a'), args: ['--verbose'] },
      { name: 'sidecar', image: 'proxy:1' },
    ]);
  });

  test('that has the image already is not written', async () => {
    put([{ name: 'web', image: pullSpec('a') }]);
    expect(await update()).toBe('unchanged');
    expect(kube.writes).toBe(0);
  });

  test('gets all its images in one write', async () => {
    streams.set('shop/proxy', stream({ tags: { '1': [item('c', 1)] } }));
    const annotation = triggers({
      'web:latest': FIRST_IMAGE,
      'proxy:1': 'spec.template.spec.containers[?(@.name=="proxy")].image',
    });
    put(
      [
        { name: 'web', image: 'none' },
        { name: 'proxy', image: 'none' },
      ],
      annotation,
    );
    expect(await update()).toBe('patched');
    expect(images()).toEqual([pullSpec('a'), pullSpec('c')]);
    expect(kube.writes).toBe(1);
  });

  test('waits for a stream or tag that does not exist yet, and is no error', async () => {
    streams.clear();
    expect(await update()).toBe('unchanged');
    streams.set('shop/web', stream({ tags: { latest: [] } }));
    expect(await update()).toBe('unchanged');
    expect(problems).toEqual([]);
  });

  test('that is gone needs nothing', async () => {
    cached = viewOf(deployment());
    kube.remove(object);
    expect(await update()).toBe('gone');
  });
});

describe('a workload that others write', () => {
  test('is read and computed anew when it changed since it was cached', async () => {
    cached = viewOf(deployment());
    put([
      { name: 'other', image: 'other:1' },
      { name: 'web', image: 'none' },
    ]);
    expect(await update()).toBe('patched');
    expect(images()).toEqual([pullSpec('a'), 'none']);
    expect(told).toEqual(['conflicted workload', 'patched Deployment']);
  });

  test('never gets an older image by a replica that read the stream before it moved', async () => {
    cached = viewOf(kube.read(object));
    kube.meanwhile.write = () => {
      // Another replica, woken by the move from a to b, is faster than this one with its patch to a.
      streams.set('shop/web', streamAt('b'));
      put([{ name: 'web', image: pullSpec('b') }]);
    };
    expect(await update()).toBe('unchanged');
    expect(images()).toEqual([pullSpec('b')]);
    expect(kube.writes).toBe(0);
  });

  test('that no longer has triggers when it is read again is left alone', async () => {
    cached = viewOf(deployment());
    const { annotations: _removed, ...metadata } = deployment().metadata;
    kube.put(object, { ...deployment(), metadata } as KubeObject);
    expect(await update()).toBe('gone');
    expect(images()).toEqual(['none']);
  });

  test('without end is busy, after a bounded number of rounds', async () => {
    const overtake = () => {
      put();
      kube.meanwhile.write = overtake;
    };
    kube.meanwhile.write = overtake;
    expect(await update()).toBe('busy');
    expect(kube.reads).toBeLessThanOrEqual(10);
  });
});

describe('triggers that cannot be followed', () => {
  test('an annotation that is no JSON is told to the owner, and nothing is written', async () => {
    put(undefined, '{"from": oops}');
    expect(await update()).toBe('refused');
    expect(problems).toEqual([
      {
        uid: 'uid-1',
        reason: 'ImageTriggerInvalid',
        message: expect.stringMatching(
          /^The annotation image.openshift.io\/triggers cannot be followed: the value is not JSON/,
        ),
      },
    ]);
    expect(kube.reads + kube.writes).toBe(0);
  });

  test('a container that does not exist keeps the other images from being written', async () => {
    put(undefined, triggers({ 'web:latest': FIRST_IMAGE, 'web:': 'spec.template.spec.containers[7].image' }));
    expect(await update()).toBe('refused');
    expect(problems[0]?.message).toContain('containers[7].image');
    expect(images()).toEqual(['none']);
  });

  test.each(['invalid', 'forbidden'] as const)(
    'a write that is refused as %s is told and not tried again',
    async (code) => {
      let tries = 0;
      kube.jsonPatch = async () => {
        tries += 1;
        throw new KubeError(code, 'no such luck');
      };
      expect(await update()).toBe('refused');
      expect(tries).toBe(1);
      expect(problems).toMatchObject([
        { reason: 'ImageUpdateRefused', message: expect.stringContaining('no such luck') },
      ]);
    },
  );

  test('are told once, however often they are looked at', async () => {
    put(undefined, 'oops');
    for (let round = 0; round < 3; round++) expect(await update()).toBe('refused');
    expect(problems).toHaveLength(1);
    expect(told).toEqual(['refused Deployment']);
  });

  test('are told again when they come back after they were mended', async () => {
    put(undefined, 'oops');
    await update();
    put();
    expect(await update()).toBe('patched');
    put(undefined, 'oops');
    await update();
    expect(problems).toHaveLength(2);
  });
});

test('an API server that does not answer fails the update, which is tried again by the caller', async () => {
  kube.jsonPatch = async () => {
    throw new KubeError('unavailable', 'connection refused');
  };
  await expect(update()).rejects.toMatchObject({ code: 'unavailable' });
});

describe('a trigger that names another namespace', () => {
  const foreign = JSON.stringify([
    { from: { kind: 'ImageStreamTag', name: 'base:latest', namespace: 'dev' }, fieldPath: FIRST_IMAGE },
    { from: { kind: 'ImageStreamTag', name: 'web:latest' }, fieldPath: 'spec.template.spec.containers[1].image' },
  ]);
  const asked: string[] = [];
  const refuse: PullPermission = async (namespace, { namespace: from, name }) => {
    asked.push(`${namespace} ${from}/${name}`);
    return from === namespace ? undefined : 'not allowed';
  };

  beforeEach(() => {
    asked.length = 0;
    streams.set('dev/base', streamAt('d'));
    put(
      [
        { name: 'app', image: 'none' },
        { name: 'web', image: 'none' },
      ],
      foreign,
    );
  });

  test('is followed when the stream allows it', async () => {
    expect(await update()).toBe('patched');
    expect(images()).toEqual([pullSpec('d'), pullSpec('a')]);
  });

  test('is told to the owner when it may not be followed, while the others are', async () => {
    mayPull = refuse;
    expect(await update()).toBe('forbidden');
    expect(asked.sort()).toEqual(['shop dev/base', 'shop shop/web']);
    expect(images()).toEqual(['none', pullSpec('a')]);
    expect(problems).toMatchObject([{ reason: 'ImagePullForbidden', message: expect.stringContaining('not allowed') }]);
    expect(await update()).toBe('forbidden');
    expect(problems).toHaveLength(1);
    mayPull = permitEveryPull;
    expect(await update()).toBe('patched');
    expect(images()).toEqual([pullSpec('d'), pullSpec('a')]);
  });
});
