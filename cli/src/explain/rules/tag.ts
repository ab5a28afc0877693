import { type ImageStream, type SpecTag, specTag } from '@tagstream/api-types';
import {
  findStatusTag,
  isImportable,
  isPendingImport,
  newestItem,
  type TagAddress,
  tagProblems,
  trackedTag,
  wantedTag,
} from '@tagstream/image-stream';
import { humanDuration } from '../../duration.ts';
import type { Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { shortImage, tagName } from '../say.ts';
import { explainCheck } from './check.ts';
import { importAdvice } from './import-advice.ts';
import { explainRepository } from './repository.ts';

/** Tags that follow tags are explained as far as this; a longer chain goes on in circles or is nobody's to read. */
const MAX_CHAIN = 5;

/** Explains why a tag points to what it points to, and the tags that it follows. */
export function explainTag(tag: TagAddress, facts: Facts, depth = 0): Finding[] {
  const name = tagName(tag, facts.namespace);
  const read = facts.stream(tag.namespace, tag.stream);
  if (read.kind === 'missing') {
    const text = `there is no ImageStream ${tag.stream} in namespace ${tag.namespace}`;
    const advice = `tagstream import-image ${tag.stream}:${tag.tag} -n ${tag.namespace} --from=IMAGE --confirm`;
    return [{ kind: 'problem', about: 'tag', text, advice }];
  }
  if (read.kind === 'unreadable') {
    return [{ kind: 'problem', about: 'tag', text: `ImageStream ${tag.stream} cannot be read: ${read.reason}` }];
  }
  const { stream } = read;
  const wanted = wantedTag(stream, tag.tag);
  const findings = [...pointsTo(stream, tag, wanted, name, facts), ...problemsOf(stream, tag, name)];
  if (wanted === undefined) return [...findings, ...explainRepository(stream)];
  const followed = trackedTag(stream, wanted);
  if (followed !== undefined) {
    const text = `${name} follows ${followed} of the same stream`;
    const next = depth < MAX_CHAIN ? explainTag({ ...tag, tag: followed }, facts, depth + 1) : [];
    return [...findings, { kind: 'ok', about: 'tag', text }, ...next];
  }
  return [...findings, ...sourceOf(stream, tag, wanted, name, facts)];
}

/** What the tag points to, since when. */
function pointsTo(
  stream: ImageStream,
  tag: TagAddress,
  wanted: SpecTag | undefined,
  name: string,
  { nowMs }: Facts,
): Finding[] {
  const item = newestItem(findStatusTag(stream, tag.tag));
  if (item !== undefined) {
    const since = humanDuration(nowMs - Date.parse(item.created));
    const text = `${name} has pointed to ${shortImage(item.image || item.dockerImageReference)} for ${since}`;
    return [{ kind: 'ok', about: 'tag', text }];
  }
  if (wanted?.from === undefined) {
    const known = (stream.status?.tags ?? []).map((entry) => entry.tag).join(', ') || 'none';
    const text = `${name} has no image: the stream says nothing of where it should come from (tags with an image: ${known})`;
    return [
      { kind: 'problem', about: 'tag', text, advice: `tagstream tag IMAGE ${tag.stream}:${tag.tag} --scheduled` },
    ];
  }
  const isFailed = failureOf(stream, tag.tag) !== undefined;
  const text = isFailed ? `${name} has no image: no import has succeeded` : `${name} has no image yet`;
  return [{ kind: isFailed ? 'problem' : 'waiting', about: 'tag', text }];
}

/** What is wrong with the spec of the tag, and why its last import failed. */
function problemsOf(stream: ImageStream, { tag }: TagAddress, name: string): Finding[] {
  const wrong = tagProblems(stream, tag).map(({ field, message }): Finding => {
    const advice = `correct it: kubectl edit is/${stream.metadata.name}`;
    return { kind: 'problem', about: 'tag', text: `nothing is done for ${name}: ${field}: ${message}`, advice };
  });
  const failure = failureOf(stream, tag);
  if (failure === undefined) return wrong;
  const { reason = '', message = '' } = failure;
  const text = `the last import of ${name} failed: ${message}${reason && ` (${reason})`}`;
  return [...wrong, { kind: 'problem', about: 'tag', text, advice: importAdvice(reason) }];
}

/** Where the image of a tag comes from that follows no tag of its own stream. */
function sourceOf(stream: ImageStream, tag: TagAddress, wanted: SpecTag, name: string, facts: Facts): Finding[] {
  const { from } = wanted;
  if (from === undefined)
    return [{ kind: 'ok', about: 'tag', text: `${name} is moved by pushes into the stream only` }];
  if (isImportable(wanted)) {
    const isPending = isPendingImport(wanted, findStatusTag(stream, tag.tag), stream.metadata.generation ?? 1);
    return explainCheck({ stream, tag, wanted, name, isPending }, facts);
  }
  if (from.kind === 'DockerImage') {
    const text = `${name} is only a reference to ${from.name}: no registry is asked, whatever is pushed there`;
    const advice = `to import it: set reference: false, or tagstream tag ${from.name} ${tag.stream}:${tag.tag} --scheduled`;
    return [{ kind: 'ok', about: 'tag', text, advice }];
  }
  const text = `${name} was set to what ${from.namespace}/${from.name} pointed to then: it does not move with that`;
  const hasSpec = specTag(stream, tag.tag) !== undefined;
  const advice = `to have it follow: let the tag name the registry's image, as ${from.name} does`;
  return [{ kind: 'ok', about: 'tag', text, ...(hasSpec && { advice }) }];
}

function failureOf(stream: ImageStream, tag: string) {
  const conditions = findStatusTag(stream, tag)?.conditions ?? [];
  return conditions.find(({ type, status }) => type === 'ImportSuccess' && status === 'False');
}
