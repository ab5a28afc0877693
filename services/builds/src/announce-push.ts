import type { Bus, PublishOptions } from '@tagstream/bus';
import { RegistryPush } from '@tagstream/events';
import { ImageRefError, type ImageReference, normalForm, parseImageReference } from '@tagstream/image-ref';
import type { Progress } from './progress.ts';

/**
 * Tells the pollers that a Build has pushed an image, as a registry would that has no hooks of its own: so the tag moves at once
 * wherever it is followed, and the next Build or rollout begins.
 */
export async function announcePush(
  bus: Pick<Bus, 'publish'>,
  { output, uid, at }: Progress,
  options: PublishOptions,
): Promise<void> {
  if (output.digest === undefined || output.reference === undefined) return;
  const reference = parsed(output.reference);
  if (reference === undefined || reference.tag === '') return;
  const { registry, namespace, name, tag } = reference;
  await bus.publish(
    RegistryPush,
    {
      source: 'build',
      registry,
      repository: [namespace, name].filter((part) => part !== '').join('/'),
      tag,
      claimedDigest: output.digest,
      pushedAt: at,
      receivedAt: at,
      deliveryId: uid,
      verified: 'internal',
    },
    options,
  );
}

/** A reference that cannot be read was pushed nowhere. */
function parsed(reference: string): ImageReference | undefined {
  try {
    return normalForm(parseImageReference(reference));
  } catch (error) {
    if (error instanceof ImageRefError) return undefined;
    throw error;
  }
}
