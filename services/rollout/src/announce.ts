import type { NormalDeploymentConfig } from '@tagstream/api-types';
import type { Bus } from '@tagstream/bus';
import type { Emission } from '@tagstream/deployment';
import { RolloutProgressed } from '@tagstream/events';
import { isDigest } from '@tagstream/image-ref';
import type { Telemetry } from './telemetry.ts';

/** Published milestones kept in mind until they are recorded with their object: some per rollout under way. */
const MAX_REMEMBERED = 10_000;

/** An unreachable NATS must not hold up a rollout: the milestone stays due and is published later. */
const PUBLISH_TIMEOUT_MS = 2000;

/** Publishes milestones and remembers for a while which ones; what is forgotten is published again under the same id. */
export interface Announcer {
  isPublished(emission: Emission): boolean;
  /** Whether the last milestone could be published. */
  works(): boolean;
  /** @throws BusError when it could not be published. */
  publish(dc: NormalDeploymentConfig, emission: Emission, signal: AbortSignal): Promise<void>;
}

export function createAnnouncer(bus: Pick<Bus, 'publish'>, telemetry: Telemetry): Announcer {
  const published = new Set<string>();
  let works = true;
  return {
    isPublished: (emission) => published.has(idOf(emission)),
    works: () => works,
    async publish(dc, emission, signal) {
      const { rc, version, attempt, milestone, images, reason, rolledBackTo, sinceStartMs, atMs } = emission;
      const { namespace = '', name, uid = '' } = dc.metadata;
      const data = {
        namespace,
        name,
        uid,
        version,
        ...(attempt > 1 && { attempt }),
        replicationController: rc.metadata.name,
        phase: milestone,
        images: images.map(({ container, image }) => ({ container, image, ...withDigestOf(image) })),
        ...(rolledBackTo !== undefined && { rolledBackTo }),
        ...(reason === undefined ? {} : { reason }),
        sinceStartMs,
        at: new Date(atMs).toISOString(),
      };
      try {
        await bus.publish(RolloutProgressed, data, { signal, timeoutMs: PUBLISH_TIMEOUT_MS });
        works = true;
      } catch (error) {
        works = false;
        throw error;
      }
      published.add(idOf(emission));
      if (published.size > MAX_REMEMBERED) published.delete(published.values().next().value!);
      telemetry.announced(emission, { config: `${namespace}/${name}`, version });
    },
  };
}

function idOf({ rc, attempt, milestone }: Emission): string {
  return `${rc.metadata.uid ?? ''}/${attempt}/${milestone}`;
}

/** The digest of a pull spec that has one. */
function withDigestOf(image: string): { digest?: string } {
  const digest = image.slice(image.lastIndexOf('@') + 1);
  return isDigest(digest) ? { digest } : {};
}
