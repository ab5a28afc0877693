import type { ImageStream, KubeObject } from '@tagstream/api-types';
import { applyRegistryPoll, findStatusTag, importRequest, type RegistryObservation } from '@tagstream/image-stream';
import { isKubeError, type KubeClient, permitEveryPull } from '@tagstream/kube';
import { testClock } from '@tagstream/service/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRevertJudge } from '../src/policy/revert-judge.ts';
import { createUpdateGate } from '../src/policy/update-gate.ts';
import { createProblemReports } from '../src/workload/problem-reports.ts';
import { FIELD_MANAGER, updateWorkload } from '../src/workload/update-workload.ts';
import { workloadObject } from '../src/workload/workload-view.ts';
import { MemoryKube } from './support/memory-kube.ts';
import { follows, stream, webObject } from './support/streams.ts';
import { recordedTelemetry } from './support/told.ts';
import { deployment, viewOf, webKey } from './support/workloads.ts';

const TAG = 'latest';
const workload = workloadObject(webKey);
const REPOSITORY = 'registry.example.com/shop/web';
const digestOf = (push: number) => `sha256:${String(push).padStart(64, '0')}`;
const pushOf = (image: string) => Number(image.slice(image.indexOf(':') + 1));

/** The process dies at its so-manieth request, which may have been carried out or not. */
interface Death {
  readonly at: number;
  readonly isDone: boolean;
}

/** One message, handled as often as it is delivered, each time by a process that may die over it. */
interface Delivery {
  /** How many versions old what the handler has in view is. */
  readonly viewAge: number;
  readonly deaths: readonly (Death | undefined)[];
}

const deliveries = fc.array(
  fc.record({
    viewAge: fc.nat(3),
    deaths: fc.array(
      fc.option(fc.record({ at: fc.integer({ min: 1, max: 4 }), isDone: fc.boolean() }), { nil: undefined }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  { minLength: 1, maxLength: 12 },
);

class Died extends Error {}

test('a burst of pushes, in whatever order its messages come, repeated and cut short: images only newer, each written once, the last one stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      deliveries,
      deliveries,
      fc.scheduler(),
      async (pushes, polls, wakeUps, scheduler) => {
        const world = startWorld();
        const turn = (what: string) => scheduler.schedule(Promise.resolve(), what);

        /** Requests of one process, each of which takes its time. */
        function requests(death: Death | undefined) {
          let count = 0;
          return async <T>(what: string, run: () => Promise<T>): Promise<T> => {
            count += 1;
            const isLast = count === death?.at;
            await turn(what);
            if (isLast && !death?.isDone) throw new Died();
            const answer = await run();
            await turn(`${what} answered`);
            if (isLast) throw new Died();
            return answer;
          };
        }
        async function deliver({ deaths }: Delivery, handle: (death: Death | undefined) => Promise<unknown>) {
          const copies = deaths.map(async (death) => {
            await turn('delivery');
            await handle(death).catch((error: unknown) => {
              if (!(error instanceof Died)) throw error;
            });
          });
          await Promise.all(copies);
        }
        async function poll(delivery: Delivery) {
          await turn('question');
          const found = world.observe(delivery.viewAge);
          if (found) await deliver(delivery, (death) => world.apply(found, requests(death)));
        }
        async function wake(delivery: Delivery) {
          await deliver(delivery, (death) => world.update(delivery.viewAge, requests(death)));
        }
        async function push() {
          for (let count = 0; count < pushes; count++) {
            await turn('push');
            world.push();
          }
        }

        await scheduler.waitFor(Promise.all([push(), ...polls.map(poll), ...wakeUps.map(wake)]));
        // What always comes in the end: a look at the registry, and one at the workload, by whoever is alive.
        const last: Delivery = { viewAge: 0, deaths: [undefined] };
        await scheduler.waitFor(poll(last).then(() => wake(last)));

        const written = world.written.map(pushOf);
        expect(written).toEqual([...new Set(written)].toSorted((a, b) => a - b));
        expect(written.at(-1)).toBe(pushes);
        expect(world.history().map(pushOf)).toEqual(
          [...new Set(world.history().map(pushOf))].toSorted((a, b) => b - a),
        );
      },
    ),
    { numRuns: 400 },
  );
});

test('#197 after 100 rounds of images and of edits by people, with conflicts, every workload has what its tag stands for', async () => {
  const round = fc.constantFrom('push', 'poll', 'wake', 'edit', 'status');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(round, fc.nat(3)), { minLength: 100, maxLength: 100 }),
      fc.scheduler(),
      async (rounds, scheduler) => {
        const world = startWorld();
        const turn = (what: string) => scheduler.schedule(Promise.resolve(), what);
        const request: Request = async (what, run) => {
          await turn(what);
          return await run();
        };
        async function poll(viewAge: number) {
          const found = world.observe(viewAge);
          if (found) await world.apply(found, request);
        }
        const acts = {
          push: async () => world.push(),
          edit: async (place: number) => world.edit(`mine:${place}`),
          status: async () => world.touch(),
          poll,
          wake: (viewAge: number) => world.update(viewAge, request),
        };
        const all = rounds.map(async ([act, number]) => {
          await turn('round');
          await acts[act](number);
        });
        await scheduler.waitFor(Promise.all(all));
        world.push();
        await scheduler.waitFor(poll(0).then(() => world.update(0, request)));
        expect(world.image()).toBe(`${REPOSITORY}@${world.history()[0]}`);
        expect(world.history().map(pushOf)).toEqual(
          world
            .history()
            .map(pushOf)
            .toSorted((a, b) => b - a),
        );
      },
    ),
    { numRuns: 30 },
  );
});

type Request = <T>(what: string, run: () => Promise<T>) => Promise<T>;

/** A registry, a stream and a workload, and every version of them that somebody may still have in view. */
function startWorld() {
  const kube = new MemoryKube();
  kube.put(webObject, stream({ spec: [follows(TAG, `${REPOSITORY}:${TAG}`)] }));
  kube.put(workload, deployment());
  const streams = [kube.read<ImageStream>(webObject)];
  const workloads = [kube.read<KubeObject>(workload)];
  const written: string[] = [];
  const clock = testClock();
  const { telemetry } = recordedTelemetry();
  const reports = createProblemReports(clock, async () => true);
  const seen = <T>(versions: readonly T[], age: number) => versions[Math.max(0, versions.length - 1 - age)];
  let pushed = 0;

  return {
    written,
    push() {
      pushed += 1;
    },
    /** What a poller says that compares the tag of a view with the registry. */
    observe(viewAge: number): RegistryObservation | undefined {
      const view = seen(streams, viewAge);
      const request = view && importRequest(view, TAG, 'schedule');
      if (request === undefined || pushed === 0) return undefined;
      const { tag, specHash, specGeneration, basedOn } = request;
      const image = digestOf(pushed);
      const outcome = { kind: 'image', image, reference: `${REPOSITORY}@${image}` } as const;
      return { streamUid: view?.metadata.uid ?? '', tag, specHash, specGeneration, basedOn, outcome };
    },
    /** A person writes another image. */
    edit(image: string) {
      kube.put(workload, deployment([{ name: 'web', image }]));
      workloads.push(kube.read(workload));
    },
    /** Something else of the workload changes, as its status does. */
    touch() {
      kube.put(workload, kube.read(workload));
      workloads.push(kube.read(workload));
    },
    image: () => imageOf(kube.read(workload)),
    async apply(observation: RegistryObservation, request: Request) {
      for (;;) {
        const read = await request('read stream', () => kube.get<ImageStream>(webObject));
        const result = applyRegistryPoll(read, observation, { now: clock.iso() });
        if (result.kind !== 'applied') return;
        const { resourceVersion } = read.metadata;
        const patch = { metadata: { resourceVersion }, status: result.status };
        try {
          await request('write stream', async () => streams.push(await kube.mergePatch<ImageStream>(webObject, patch)));
          return;
        } catch (error) {
          if (!isKubeError(error, 'conflict')) throw error;
        }
      }
    },
    async update(viewAge: number, request: Request) {
      const view = viewOf(seen(workloads, viewAge) as KubeObject); // there is always one
      const api: Pick<KubeClient, 'get' | 'jsonPatch'> = {
        get: (key) => request('read workload', () => kube.get(key)),
        jsonPatch: (key, operations) =>
          request('write workload', async () => {
            const patched = await kube.jsonPatch(key, operations);
            workloads.push(kube.read(workload));
            written.push(imageOf(kube.read(workload)));
            return patched as never; // the caller names the type of what it patches
          }),
      };
      const gate = createUpdateGate({
        clock,
        reverts: createRevertJudge({ kube: api, ourManager: FIELD_MANAGER, fights: reports, telemetry }),
        waits: reports,
        telemetry,
        lookAgainAt: () => {},
      });
      await updateWorkload(
        {
          kube: api,
          cached: () => view,
          readStream: () => request('read stream', () => kube.get<ImageStream>(webObject)),
          mayPull: permitEveryPull,
          problems: reports,
          gate,
          changedFrom: () => undefined,
          inTurn: (write) => write(),
          wrote: () => {},
          telemetry,
        },
        webKey,
      );
    },
    /** Images of the tag, newest first. */
    history: () => (findStatusTag(kube.read<ImageStream>(webObject), TAG)?.items ?? []).map(({ image }) => image),
  };
}

function imageOf(object: KubeObject): string {
  const view = viewOf(object)?.object as { spec?: { template: { spec: { containers: { image: string }[] } } } };
  return view.spec?.template.spec.containers[0]?.image ?? '';
}
