import { type Finding, outcomeFor } from './compare.ts';
import type { Poll } from './memory.ts';
import type { TagView } from './tag-view.ts';

/** What is told of a finding besides the tag and the finding. */
export type AboutPoll = Pick<Poll, 'cause' | 'hint' | 'replaces'>;

/** The message that tells a finding of a tag. @param checkedAt when the registry answered, ISO 8601. */
export function pollFor(tag: TagView, finding: Finding, about: AboutPoll, checkedAt: string): Poll {
  const { namespace, stream, streamUid, from, specHash, specGeneration, basedOn, pushed } = tag;
  const outcome = outcomeFor(tag, finding);
  return {
    namespace,
    stream,
    streamUid,
    tag: tag.tag,
    from,
    specHash,
    specGeneration,
    basedOn,
    ...about,
    checkedAt,
    ...(pushed && { pushed: { replaces: pushed.image } }),
    outcome,
  };
}
