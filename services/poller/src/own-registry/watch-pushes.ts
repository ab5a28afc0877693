import { registryKey } from '@tagstream/image-ref';
import type { Push } from '../handle-hint.ts';
import type { LookResult } from '../look.ts';
import type { CreateStream, Creation } from './create-stream.ts';
import { isStreamTag, type OwnRegistry, placeOf, type StreamPlace } from './own-registry.ts';
import type { Visit, Visits } from './visits.ts';

/** What announced pushes have to do with the own registry. */
export interface OwnPushes {
  /** A visit at what was pushed; undefined when that is not in the repository of a stream. */
  visit(push: Push): Visit | undefined;
  /**
   * Creates the stream whose repository was pushed to, where that is wanted. The result is what a look found; undefined when there is
   * nothing to wait for.
   *
   * @param deliveries how often the hint was delivered, 1 for the first time.
   */
  create(push: Push, deliveries: number, signal: AbortSignal): Promise<LookResult | undefined>;
}

export interface OwnPushDeps {
  readonly registry: OwnRegistry;
  readonly visits: Pick<Visits, 'visit' | 'streamOf'>;
  readonly createStream: CreateStream;
  /** Only this namespace is looked after; all when undefined. */
  readonly namespace: string | undefined;
  readonly told: (place: StreamPlace, tag: string, creation: Creation) => void;
}

/** First wait until the watch shows a stream that was created; each further one is twice as long. */
const APPEARS_MS = 50;
const MAX_APPEARS_MS = 5_000;

/** Makes the part of the handler of hints that is about the own registry. */
export function ownPushes({ registry, visits, createStream, namespace, told }: OwnPushDeps): OwnPushes {
  const placeOfPush = ({ registry: host, repository, tag }: Push): StreamPlace | undefined => {
    if (!registry.names.has(registryKey(host)) || !isStreamTag(tag)) return undefined;
    const place = placeOf(repository);
    return namespace === undefined || place?.namespace === namespace ? place : undefined;
  };
  return {
    visit(push) {
      const place = placeOfPush(push);
      return place && visits.visit(place, push.tag);
    },
    async create(push, deliveries, signal) {
      const place = placeOfPush(push);
      if (place === undefined || visits.streamOf(place) !== undefined) return undefined;
      const creation = await createStream(place, push.tag, signal);
      told(place, push.tag, creation);
      switch (creation.kind) {
        case 'created': {
          const afterMs = Math.min(MAX_APPEARS_MS, APPEARS_MS * 2 ** (deliveries - 1));
          return { kind: 'not-yet', afterMs, reason: 'the ImageStream has just been created' };
        }
        case 'refused':
          return undefined;
        case 'absent':
          return { kind: 'answered', digest: null };
        case 'unknown':
          return creation.mayPass ? { kind: 'failed', reason: creation.reason } : { kind: 'answered', digest: null };
      }
    },
  };
}
