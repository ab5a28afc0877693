import type { ImageStream, SpecTag } from '@tagstream/api-types';
import { ImageRefError, type ImageReference, parseImageReference } from '@tagstream/image-ref';
import {
  type BasedOn,
  basedOnItem,
  effectiveGeneration,
  findStatusTag,
  importRequest,
  isImportable,
  isPendingImport,
  newestItem,
  scheduledTags,
  specHash,
  tagProblems,
  wantedTags,
} from '@tagstream/image-stream';
import { openshiftReason } from '@tagstream/registry';
import { importNowOf, wantedInterval } from './annotations.ts';
import { invalidQuestion, type Question, questionFor } from './question.ts';
import { type Admission, admitEverything } from './registry-access/admission.ts';

/** An ImportSuccess=False condition. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** When it began, as the status says. */
  readonly since: string;
}

/** What is kept of a tag that a registry can be asked about: enough to decide when to ask and whether to tell. */
export interface TagView {
  /** Unique among all tags there are and were: uid of the stream and name of the tag. */
  readonly id: string;
  readonly namespace: string;
  readonly stream: string;
  readonly streamUid: string;
  readonly tag: string;
  /** The reference as written in the spec. */
  readonly from: string;
  /** The same, parsed; null when it is not a reference. */
  readonly reference: ImageReference | null;
  readonly specHash: string;
  readonly specGeneration: number;
  /** The status does not answer to the spec yet. */
  readonly pending: boolean;
  /** It is to be asked at every interval. */
  readonly scheduled: boolean;
  /** The interval that its stream asks for, null for the configured one. */
  readonly intervalMs: number | null;
  /** Why the interval that its stream asks for does not count, null when it does. */
  readonly intervalProblem: string | null;
  /** The value by which its stream asks for a check now, empty for none. */
  readonly importNow: string;
  /** Newest item of its history. */
  readonly basedOn: BasedOn | null;
  /** Its ImportSuccess=False condition. */
  readonly failure: Failure | null;
  readonly question: Question;
  /**
   * It is a tag of its stream's own repository, looked at for a push; `image` is the digest that was taken over from there before. Then
   * nothing of the spec counts, and failures are nobody's condition.
   */
  readonly pushed?: { readonly image: string | null };
  /** The access to its registry has changed since its import failed, so that it is worth another try. */
  readonly accessChanged?: boolean;
}

/**
 * Views of the tags that are imported: those of kind DockerImage that are not only a reference, and those of a repository that
 * is imported as a whole. One whose reference does not parse is among them, because somebody has to say so, and so is one
 * whose registry is not admitted.
 */
export function viewTags(stream: ImageStream, admission: Admission = admitEverything): readonly TagView[] {
  const scheduled = new Set(scheduledTags(stream).map(({ tag }) => tag));
  return wantedTags(stream)
    .filter(isImportable)
    .map((tag) => viewTag(stream, tag, scheduled.has(tag.name), admission));
}

function viewTag(stream: ImageStream, tag: SpecTag, scheduled: boolean, admission: Admission): TagView {
  const statusTag = findStatusTag(stream, tag.name);
  // An object that never went through an API server has no generation and counts as newly created.
  const generation = stream.metadata.generation ?? 1;
  const failure = statusTag?.conditions?.find(({ type, status }) => type === 'ImportSuccess' && status === 'False');
  const uid = stream.metadata.uid ?? '';
  const wanted = wantedInterval(stream.metadata.annotations, tag.name);
  const { reference, question } = ask(stream, tag, admission);
  // Written out: an object that is put together by spreading takes more memory, and there is one for each tag.
  return {
    id: `${uid}/${tag.name}`,
    namespace: stream.metadata.namespace ?? '',
    stream: stream.metadata.name,
    streamUid: uid,
    tag: tag.name,
    from: tag.from?.name ?? '',
    reference,
    specHash: specHash(tag),
    specGeneration: effectiveGeneration(tag, statusTag, generation),
    pending: isPendingImport(tag, statusTag, generation),
    scheduled,
    intervalMs: wanted.intervalMs,
    intervalProblem: wanted.problem,
    importNow: importNowOf(stream.metadata.annotations),
    basedOn: basedOnItem(newestItem(statusTag)),
    failure: failure
      ? { reason: failure.reason ?? '', message: failure.message ?? '', since: failure.lastTransitionTime ?? '' }
      : null,
    question,
  };
}

function ask(stream: ImageStream, tag: SpecTag, admission: Admission): Pick<TagView, 'reference' | 'question'> {
  const from = tag.from?.name ?? '';
  try {
    const reference = parseImageReference(from);
    const request = importRequest(stream, tag.name, 'spec');
    if (request !== undefined) {
      const refusal = admission(stream, reference, request.insecure);
      if (refusal !== undefined) return { reference, question: invalidQuestion(from, refusal, 'Forbidden') };
      return { reference, question: questionFor(reference, request) };
    }
    const problems = tagProblems(stream, tag.name).map(({ message }) => message);
    return { reference: null, question: invalidQuestion(from, problems.join('; ')) };
  } catch (error) {
    if (!(error instanceof ImageRefError)) throw error;
    return { reference: null, question: invalidQuestion(from, openshiftReason(error, undefined).message) };
  }
}
