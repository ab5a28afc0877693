import type { Session } from '../../session.ts';
import type { Facts } from '../facts.ts';
import { followedTags } from '../followed-tags.ts';
import { readNats } from './read-nats.ts';
import { readStreams } from './read-streams.ts';
import type { ReadSubject } from './read-subject.ts';
import { readSurroundings } from './read-surroundings.ts';

/** Reads everything that an explanation of an object is made of. Writes nothing. */
export async function gather(session: Session, read: ReadSubject, natsUrl: string | undefined): Promise<Facts> {
  const { namespace, host } = session;
  const tags = followedTags(read.subject, namespace);
  const stream = await readStreams(session, tags);
  const [surroundings, nats] = await Promise.all([
    readSurroundings(session, read),
    readNats(host, natsUrl, tags, stream),
  ]);
  return { nowMs: host.now(), namespace, subject: read.subject, stream, ...surroundings, ...nats };
}
