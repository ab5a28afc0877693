import type { ImageStream } from '@tagstream/api-types';
import { ImageRefError, type ImageReference, parseImageReference, repositoryKey } from '@tagstream/image-ref';
import { isInsecureRepository, listedRepository, repositoryToImport } from '@tagstream/image-stream';
import { openshiftReason } from '@tagstream/registry';
import { importNowOf } from '../annotations.ts';
import type { Admission } from '../registry-access/admission.ts';

/** Why a repository was not listed, as a condition says it. */
export interface ListFailure {
  readonly reason: string;
  readonly message: string;
}

/** What is kept of a stream whose repository is to be listed, or could not be. */
export interface RepositoryView {
  /** uid of the stream. */
  readonly id: string;
  readonly namespace: string;
  readonly stream: string;
  /** As written in the spec. */
  readonly repository: string;
  /** The repository in normal form: what replicas share out. */
  readonly key: string;
  readonly insecure: boolean;
  /** The request by annotation that the listing answers, empty for none. */
  readonly request: string;
  /** When the status says that it was listed before. */
  readonly basedOn: string | null;
  /** Nobody has listed it, or somebody asks for it again. */
  readonly pending: boolean;
  /** The status shows that it could not be listed. */
  readonly failure: ListFailure | null;
  /** What to list, or why it cannot or must not be. */
  readonly source:
    | { readonly kind: 'repository'; readonly reference: ImageReference }
    | { readonly kind: 'refused'; readonly failure: ListFailure };
}

/** The view of a stream's repository; undefined when there is none, or when it was listed and nobody asks again. */
export function viewRepository(stream: ImageStream, admission: Admission): RepositoryView | undefined {
  const repository = stream.spec?.dockerImageRepository;
  const { uid = '', namespace = '', name, annotations } = stream.metadata;
  if (!repository) return undefined;
  const request = importNowOf(annotations);
  const pending = repositoryToImport(stream, request) !== undefined;
  const listed = listedRepository(stream, repository);
  const failure = listed && failureOf(stream);
  if (!pending && !failure) return undefined;
  const insecure = isInsecureRepository(stream);
  const source = sourceOf(stream, repository, insecure, admission);
  return {
    id: uid,
    namespace,
    stream: name,
    repository,
    key: source.kind === 'repository' ? repositoryKey(source.reference) : repository,
    insecure,
    request,
    basedOn: listed?.checkedAt ?? null,
    pending,
    failure: failure ?? null,
    source,
  };
}

function failureOf(stream: ImageStream): ListFailure | undefined {
  const condition = stream.status?.conditions?.find(({ type }) => type === 'RepositoryImported');
  return condition?.status === 'False' ? { reason: condition.reason, message: condition.message } : undefined;
}

function sourceOf(
  stream: ImageStream,
  repository: string,
  insecure: boolean,
  admission: Admission,
): RepositoryView['source'] {
  const refuse = (reason: string, message: string) => ({ kind: 'refused', failure: { reason, message } }) as const;
  try {
    const reference = parseImageReference(repository);
    if (reference.tag !== '' || reference.digest !== '') {
      return refuse('Invalid', `spec.dockerImageRepository: "${repository}" must not have a tag or digest`);
    }
    if (reference.name === '') {
      return refuse('Invalid', `spec.dockerImageRepository: "${repository}" names a registry only; add a repository`);
    }
    const refusal = admission(stream, reference, insecure);
    return refusal === undefined ? { kind: 'repository', reference } : refuse('Forbidden', refusal);
  } catch (error) {
    if (!(error instanceof ImageRefError)) throw error;
    return refuse('Invalid', openshiftReason(error, undefined).message);
  }
}
