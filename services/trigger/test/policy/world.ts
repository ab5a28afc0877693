import type { ImageStream, KubeObject } from '@tagstream/api-types';
import { permitEveryPull } from '@tagstream/kube';
import { keyedQueue } from '@tagstream/service';
import { type TestClock, testClock } from '@tagstream/service/testing';
import { createRevertJudge } from '../../src/policy/revert-judge.ts';
import { createUpdateGate } from '../../src/policy/update-gate.ts';
import { createProblemReports, type Problem } from '../../src/workload/problem-reports.ts';
import { FIELD_MANAGER, type UpdateResult, updateWorkload } from '../../src/workload/update-workload.ts';
import { type WorkloadView, workloadObject } from '../../src/workload/workload-view.ts';
import { MemoryKube } from '../support/memory-kube.ts';
import { item, stream } from '../support/streams.ts';
import { recordedTelemetry } from '../support/told.ts';
import { deployment, viewOf, webKey } from '../support/workloads.ts';

export const START = '2026-11-20T12:00:00.000Z';
const object = workloadObject(webKey);

/** A Deployment that follows `web:latest`, in memory, with a clock that tests move. */
export interface World {
  readonly clock: TestClock;
  readonly kube: MemoryKube;
  /** Reasons of what the owner was told, in order, and the messages. */
  readonly problems: readonly Problem[];
  /** The tag moves to an image, at the time of the clock or earlier. */
  move(hexDigit: string, agoMs?: number): void;
  annotate(annotations: Readonly<Record<string, string | undefined>>): void;
  annotation(name: string): string | undefined;
  /** Another field manager writes the image. */
  write(image: string, manager: string): void;
  /** Last digit of the image's digest, or the image when it has none. */
  image(): string;
}

/** What one replica of the service knows. */
export interface Replica extends AsyncDisposable {
  /** Looks at the workload, as after a message or a change. */
  look(): Promise<UpdateResult>;
  /** Waits until nothing is being looked at. */
  idle(): Promise<void>;
}

export function startWorld(): World & { replica(): Replica } {
  const clock = testClock(START);
  const kube = new MemoryKube();
  const problems: Problem[] = [];
  let tag: ImageStream = stream({ tags: {} });
  let owner = 'kubectl';
  const read = () => kube.read<Described>(object);
  const containers = () => read().spec.template.spec.containers;
  const put = (change: (object: Described) => void, manager = owner) => {
    const next = read();
    change(next);
    owner = manager;
    next.metadata.managedFields = [ownedBy(manager, clock.iso())];
    kube.put(object, next);
  };
  kube.put(object, deployment());

  return {
    clock,
    kube,
    problems,
    move(hexDigit, agoMs = 0) {
      const created = new Date(clock.now() - agoMs).toISOString();
      tag = stream({ tags: { latest: [{ ...item(hexDigit, 1), created }] } });
    },
    annotate(annotations) {
      put(({ metadata }) => {
        const all = Object.entries({ ...metadata.annotations, ...annotations });
        metadata.annotations = Object.fromEntries(
          all.filter((entry): entry is [string, string] => entry[1] !== undefined),
        );
      });
    },
    annotation: (name) => read().metadata.annotations?.[name],
    write(image, manager) {
      put(({ spec }) => {
        spec.template.spec.containers = spec.template.spec.containers.map((container) => ({ ...container, image }));
      }, manager);
    },
    image() {
      const image = containers()[0]?.image ?? '';
      return image.includes('@') ? image.slice(-1) : image;
    },
    replica() {
      const { telemetry } = recordedTelemetry();
      let seen: WorkloadView | undefined;
      const tell = async (_key: unknown, problem: Problem) => {
        problems.push(problem);
        return true;
      };
      const gate = createUpdateGate({
        clock,
        reverts: createRevertJudge({
          kube,
          ourManager: FIELD_MANAGER,
          fights: createProblemReports(clock, tell),
          telemetry,
        }),
        waits: createProblemReports(clock, tell, Number.POSITIVE_INFINITY),
        telemetry,
        lookAgainAt: ({ id }, atMs) => queue.addAfter(id, Math.max(atMs - clock.now(), 0)),
      });
      const look = async () => {
        const result = await updateWorkload(
          {
            kube,
            cached: () => viewOf(kube.read(object)),
            readStream: async () => tag,
            mayPull: permitEveryPull,
            problems: createProblemReports(clock, tell),
            gate,
            changedFrom: () => seen,
            wrote: () => put(() => {}, FIELD_MANAGER),
            inTurn: (write) => write(),
            telemetry,
          },
          webKey,
        );
        seen = viewOf(kube.read(object));
        return result;
      };
      const queue = keyedQueue({
        concurrency: 1,
        retry: { minMs: 1, maxMs: 1, factor: 1 },
        clock,
        run: async () => void (await look()),
      });
      return { look, idle: () => queue.idle(), [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose]() };
    },
  };
}

type Described = KubeObject & {
  metadata: { managedFields?: unknown };
  spec: { template: { spec: { containers: { name: string; image?: string }[] } } };
};

/** An entry of managedFields as the API server writes it for who wrote the image of container `web`; it knows seconds. */
function ownedBy(manager: string, time: string) {
  const image = { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } };
  const fieldsV1 = { 'f:spec': { 'f:template': { 'f:spec': image } } };
  return { manager, operation: 'Update', time: `${time.slice(0, 19)}Z`, fieldsV1 };
}
