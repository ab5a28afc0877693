import type { Bus } from '@tagstream/bus';
import { RegistryPush } from '@tagstream/events';
import { ImageRefError, type ImageReference, normalForm, parseImageReference } from '@tagstream/image-ref';
import type { Clock } from '@tagstream/service';
import type { Observation } from './apply-poll.ts';

/**
 * Asks the pollers to look at a reference again, the way a registry announces a push: an observation of it came too late to
 * count, and nobody knows whether what it saw is older or newer than what the stream shows. Asked once per observation.
 * Nothing is asked where no registry can answer otherwise: a digest cannot move, and a malformed reference stays so.
 */
export function createAskAgain(
  bus: Pick<Bus, 'publish'>,
  clock: Pick<Clock, 'iso'>,
): (observation: Observation) => Promise<void> {
  return async (observation) => {
    const reference = referenceOf(observation.from);
    if (reference === undefined || reference.tag === '') return;
    const { registry, namespace, name, tag } = reference;
    await bus.publish(RegistryPush, {
      source: 'recheck',
      registry,
      repository: [namespace, name].filter((part) => part !== '').join('/'),
      tag,
      receivedAt: clock.iso(),
      deliveryId: `${observation.streamUid}/${observation.tag}/${observation.checkedAt}`,
      verified: 'internal',
    });
  };
}

function referenceOf(text: string): ImageReference | undefined {
  try {
    return normalForm(parseImageReference(text));
  } catch (error) {
    if (error instanceof ImageRefError) return undefined;
    throw error;
  }
}
