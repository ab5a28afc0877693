import type { Bus } from '@tagstream/bus';
import { RegistryPush } from '@tagstream/events';
import { normalForm, parseImageReference } from '@tagstream/image-ref';
import type { Clock } from '@tagstream/service';
import type { Observation } from './apply-poll.ts';

/**
 * Asks the pollers to look at a reference again, the way a registry announces a push: an observation of it came too late to
 * count, and nobody knows whether what it saw is older or newer than what the stream shows. Asked once per observation; a
 * reference by digest cannot move and is not asked for.
 */
export function createAskAgain(bus: Pick<Bus, 'publish'>, clock: Clock): (observation: Observation) => Promise<void> {
  return async (observation) => {
    const { registry, namespace, name, tag } = normalForm(parseImageReference(observation.from));
    if (tag === '') return;
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
