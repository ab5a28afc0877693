import type { Image } from '@tagstream/api-types';
import type { ImageReference } from '@tagstream/image-ref';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import type { ResolvedImage } from '@tagstream/registry';
import { type Clock, keyedQueue } from '@tagstream/service';
import { lruMap } from '../lru-map.ts';
import { imageObjects } from './image-objects.ts';

/** Records what was imported as Image objects. Never rejects: an image that cannot be recorded holds up no tag. */
export type RecordImages = (reference: ImageReference, resolved: ResolvedImage) => Promise<void>;

/** The facts told about Image objects. */
export interface ImageTelemetry {
  readonly recorded: (created: number) => void;
  readonly failed: (image: string, error: unknown) => void;
  /** It is not tried any more. */
  readonly givenUp: (image: string, error: unknown) => void;
}

export interface RecordImagesDeps {
  readonly kube: Pick<KubeClient, 'create'>;
  readonly clock: Clock;
  readonly telemetry: ImageTelemetry;
}

/** A tag waits for its Image objects no longer than this; they are created behind its back then. */
export const MAX_WAIT_MS = 2_000;

/** Images recorded at the same time, each with its children one after the other. */
const CONCURRENCY = 8;

/** Waits after a failure, and after how many it is given up: some ten minutes, longer than an API server restarts. */
const RETRY = { minMs: 1_000, maxMs: 60_000, factor: 2 };
export const MAX_ATTEMPTS = 15;

/** Images that wait to be recorded; what comes on top while the API server is away is not recorded. */
const MAX_WAITING = 1_000;

/** Images known to be recorded, by digest: most tags come back to one of them. */
const MAX_KNOWN = 10_000;

interface Job {
  readonly objects: readonly Image[];
  /** Resolves after the first attempt. */
  readonly tried: PromiseWithResolvers<void>;
  attempts: number;
}

/**
 * Makes the recorder. Objects are only ever created, under a name made of the digest: one that exists already says the same.
 * What fails is tried again in the background, as long as this process lives.
 */
export function createRecordImages({ kube, clock, telemetry }: RecordImagesDeps): {
  readonly record: RecordImages;
} & AsyncDisposable {
  const known = lruMap<string, true>(MAX_KNOWN);
  const jobs = new Map<string, Job>();
  const queue = keyedQueue({ concurrency: CONCURRENCY, retry: RETRY, clock, run });

  async function run(image: string, signal: AbortSignal): Promise<void> {
    const job = jobs.get(image);
    if (job === undefined) return;
    try {
      let created = 0;
      for (const object of job.objects) if (await createOnce(object, signal)) created += 1;
      known.set(image, true);
      jobs.delete(image);
      telemetry.recorded(created);
    } catch (error) {
      signal.throwIfAborted();
      job.attempts += 1;
      if (isHopeless(error) || job.attempts >= MAX_ATTEMPTS) {
        jobs.delete(image);
        return telemetry.givenUp(image, error);
      }
      telemetry.failed(image, error);
      throw error;
    } finally {
      job.tried.resolve();
    }
  }

  /** False when it was there already. */
  async function createOnce(object: Image, signal: AbortSignal): Promise<boolean> {
    try {
      await kube.create(resources.images, object, { signal });
      return true;
    } catch (error) {
      if (isKubeError(error, 'already_exists')) return false;
      throw error;
    }
  }

  return {
    async record(reference, resolved) {
      const { image } = resolved;
      if (known.get(image)) return;
      let job = jobs.get(image);
      if (job === undefined) {
        if (jobs.size >= MAX_WAITING) return telemetry.givenUp(image, new Error('too many images wait to be recorded'));
        job = { objects: imageObjects(reference, resolved), tried: Promise.withResolvers(), attempts: 0 };
        jobs.set(image, job);
        queue.add(image);
      }
      const patience = new AbortController();
      const patienceEnds = clock.sleep(MAX_WAIT_MS, patience.signal).catch(() => undefined);
      await Promise.race([job.tried.promise, patienceEnds]);
      patience.abort();
    },
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      for (const { tried } of jobs.values()) tried.resolve();
    },
  };
}

/** The right is missing, the definition is not there, or the object is not taken: waiting changes nothing. */
function isHopeless(error: unknown): boolean {
  return isKubeError(error, 'forbidden', 'not_found', 'invalid');
}
