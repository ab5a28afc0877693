import { type Static, Type } from 'typebox';
import type { Claim } from '../hint.ts';
import { OptionalText } from '../payload.ts';

/** What a webhook and an Event Grid event of Azure Container Registry both say about a push. */
export const AcrEvent = Type.Object({
  target: Type.Optional(
    Type.Object({ mediaType: OptionalText, digest: OptionalText, repository: OptionalText, tag: OptionalText }),
  ),
  request: Type.Optional(Type.Object({ host: OptionalText })),
});

/** The claim, without its id and time. */
export function acrClaim({ target, request }: Static<typeof AcrEvent>): Omit<Claim, 'deliveryId'> {
  return {
    host: request?.host,
    repository: target?.repository,
    tag: target?.tag,
    digest: target?.digest,
    mediaType: target?.mediaType,
  };
}
