import { decodeToken, type EventData, parseCloudEvent, RegistryPush } from '@tagstream/events';
import type { TagAddress } from '@tagstream/image-stream';
import type { DeadLetterSeen } from '../explain/facts.ts';
import type { StoredLetter } from './read-dead-letters.ts';

/** Events whose subject ends with the names of a tag. */
const TAG_EVENTS: readonly string[] = ['registry-poll', 'tag-updated'];

/**
 * The messages about a tag that services gave up on since it has its image: what happened before is made up for.
 * @param canonical the reference that the tag is imported from, in normal form; undefined for a tag that is not
 * @param sinceMs milliseconds since the epoch
 */
export function lettersAbout(
  letters: readonly StoredLetter[],
  tag: TagAddress,
  canonical: string | undefined,
  sinceMs: number,
): DeadLetterSeen[] {
  return letters.flatMap(({ sequence, letter }): DeadLetterSeen[] => {
    const [, event = '', ...names] = letter.subject.split('.');
    const atMs = Date.parse(letter.at);
    const isAbout =
      (TAG_EVENTS.includes(event) && isTag(names.map(decodeToken), tag)) ||
      (event === 'webhook' && canonical !== undefined && announces(letter.body, canonical));
    if (!isAbout || atMs < sinceMs) return [];
    return [{ service: letter.service, reason: letter.reason, event, sequence, atMs }];
  });
}

function isTag([namespace, stream, tag]: readonly string[], wanted: TagAddress): boolean {
  return namespace === wanted.namespace && stream === wanted.stream && tag === wanted.tag;
}

/** Whether a message is about a push of this reference. */
function announces(body: string, canonical: string): boolean {
  const push = pushOf(body);
  return push !== undefined && `${push.registry}/${push.repository}:${push.tag}` === canonical;
}

/** A message that nobody could process may be anything. */
function pushOf(body: string): EventData<typeof RegistryPush> | undefined {
  try {
    return parseCloudEvent(RegistryPush, Buffer.from(body, 'base64').toString('utf8')).data;
  } catch {
    return undefined;
  }
}
