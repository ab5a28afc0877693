import { type Static, Type } from 'typebox';
import { type Claim, hintOf } from '../hint.ts';
import { OptionalText } from '../payload.ts';
import type { IgnoreReason, ParseContext, PushHint } from '../sender.ts';

/** `resources` of both payload formats of Harbor. */
export const ResourcesShape = Type.Array(
  Type.Object({ digest: OptionalText, tag: OptionalText, resource_url: OptionalText }),
);

/** `repository` of both payload formats of Harbor. */
export const RepositoryShape = Type.Object({
  repo_full_name: OptionalText,
  namespace: OptionalText,
  name: OptionalText,
});

interface EventData {
  readonly resources?: Static<typeof ResourcesShape>;
  readonly repository?: Static<typeof RepositoryShape>;
}

/**
 * The pushes that Harbor reports together. The registry is the first part of `resource_url` (`host/repository:tag`, no
 * scheme). What was pushed by digest has the digest in the place of the tag.
 * @param about what is the same for all of them; each gets an id of its own.
 */
export function harborResources(
  source: string,
  data: EventData | undefined,
  about: Pick<Claim, 'pushedAt' | 'actor' | 'deliveryId'>,
  context: ParseContext,
): readonly (PushHint | IgnoreReason)[] {
  const { repo_full_name: fullName, namespace, name } = data?.repository ?? {};
  const repository = fullName || (namespace && name ? `${namespace}/${name}` : name);
  return (data?.resources ?? []).map(({ digest, tag, resource_url: url }, index) =>
    hintOf(
      source,
      {
        ...about,
        host: url?.includes('/') ? url.slice(0, url.indexOf('/')) : undefined,
        repository,
        tag,
        digest,
        deliveryId: index === 0 ? about.deliveryId : `${about.deliveryId}-${index}`,
      },
      context,
    ),
  );
}
