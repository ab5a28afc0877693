import { type ImageStream, specTag } from '@tagstream/api-types';
import { checkId } from '@tagstream/events';
import { findStatusTag, newestItem, type TagAddress, trackedTag, wantedTag } from '@tagstream/image-stream';
import { canonicalReference } from '../../checks/reference.ts';
import { messageOf } from '../../cli-error.ts';
import type { Host } from '../../host.ts';
import { connectNats } from '../../nats/connect.ts';
import { lettersAbout } from '../../nats/letters-about.ts';
import { readChecks } from '../../nats/read-checks.ts';
import { readDeadLetters } from '../../nats/read-dead-letters.ts';
import type { Facts } from '../facts.ts';

type NatsFacts = Pick<Facts, 'nats' | 'check' | 'deadLetters'>;

const NOTHING = { check: () => undefined, deadLetters: () => [] };

/** Reads what NATS knows about tags. It is worth waiting for, but nothing fails without it. */
export async function readNats(
  host: Host,
  url: string | undefined,
  tags: readonly TagAddress[],
  streamOf: Facts['stream'],
): Promise<NatsFacts> {
  if (url === undefined) return { ...NOTHING, nats: { kind: 'no-address' } };
  try {
    await using bus = await connectNats(url, host);
    const all = tags.flatMap((tag) => withFollowed(tag, streamOf));
    const checks = await readChecks(
      bus,
      all.map((tag) => ({ tag, from: sourceOf(tag, streamOf) ?? '' })),
    );
    const letters = await readDeadLetters(bus, host.signal);
    return {
      nats: { kind: 'read' },
      check: (tag) => checks.get(checkId(tag)),
      deadLetters: (tag) =>
        lettersAbout(letters, tag, canonicalReference(sourceOf(tag, streamOf) ?? ''), imageSinceMs(tag, streamOf)),
    };
  } catch (error) {
    if (host.signal.aborted) throw error;
    return { ...NOTHING, nats: { kind: 'unreadable', reason: messageOf(error) } };
  }
}

/** A tag and those of its stream that it follows. */
function withFollowed(tag: TagAddress, streamOf: Facts['stream']): TagAddress[] {
  const read = streamOf(tag.namespace, tag.stream);
  const names = [tag.tag];
  if (read.kind !== 'stream') return [tag];
  for (const name of names) {
    const followed = followedBy(read.stream, name);
    if (followed !== undefined && !names.includes(followed)) names.push(followed);
  }
  return names.map((name) => ({ ...tag, tag: name }));
}

function followedBy(stream: ImageStream, name: string): string | undefined {
  const tag = specTag(stream, name);
  return tag && trackedTag(stream, tag);
}

function sourceOf({ namespace, stream, tag }: TagAddress, streamOf: Facts['stream']): string | undefined {
  const read = streamOf(namespace, stream);
  const from = read.kind === 'stream' ? wantedTag(read.stream, tag)?.from : undefined;
  return from?.kind === 'DockerImage' ? from.name : undefined;
}

/** When the tag got the image that it has, 0 without one. */
function imageSinceMs({ namespace, stream, tag }: TagAddress, streamOf: Facts['stream']): number {
  const read = streamOf(namespace, stream);
  const item = read.kind === 'stream' ? newestItem(findStatusTag(read.stream, tag)) : undefined;
  return item === undefined ? 0 : Date.parse(item.created);
}
