import { manifestKind, openshiftReason, type RegistryClient, RegistryError, resolveImage } from '@tagstream/registry';
import type { Clock } from '@tagstream/service';
import { withRetry } from '@tagstream/service';
import type { Finding } from './compare.ts';
import type { RecordImages } from './images/record-images.ts';
import { lruMap } from './lru-map.ts';
import type { AskRegistry, Question } from './question.ts';

/** Reads registries; all traffic to them goes through this. */
export type RegistryReader = Pick<RegistryClient, 'headManifest' | 'getManifest' | 'getBlob' | 'headBlob'>;

/** What came of a question. */
export type Answer =
  /**
   * The registry still has what is known; one HEAD and nothing to tell. `digest` is what the tag points to, `image` the
   * digest that is recorded for it.
   */
  | { readonly kind: 'same'; readonly digest: string; readonly image: string }
  | { readonly kind: 'found'; readonly finding: Extract<Finding, { kind: 'image' }> }
  | {
      readonly kind: 'failed';
      readonly finding: Extract<Finding, { kind: 'error' }>;
      /** Class of the failure, for metrics and logs. */
      readonly code: string;
      /** It may pass by itself. */
      readonly mayPass: boolean;
      /** How long the registry asked to be left alone, in milliseconds; given only when it limits the rate. */
      readonly pauseMs?: number;
    };

export interface AskDeps {
  readonly registry: RegistryReader;
  readonly clock: Clock;
  /** Records what was imported; absent when nobody wants that. */
  readonly recordImages?: RecordImages | undefined;
  /** Platform to choose from a list when the tag does not say. */
  readonly platform: { readonly architecture: string; readonly os: string };
}

/** Asks one question. `isKnown` says of an image digest whether everybody who wants the answer has it already. */
export type Ask = (question: Question, isKnown: (image: string) => boolean, signal: AbortSignal) => Promise<Answer>;

/** Legacy imports record the digest of a list's child; of so many lists it is remembered which child that was. */
const MAX_CHOSEN = 10_000;

/** OpenShift gives a registry that stumbles a second chance after a moment, and so does this. */
const SECOND_CHANCE = { attempts: 2, minMs: 1_000, maxMs: 1_000, factor: 1 };

/** Pause after a 429 that does not say how long, and the longest one that is believed. */
const DEFAULT_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 60 * 60_000;

/**
 * Makes the asker. It begins with a HEAD, which Docker Hub does not count, and downloads the manifest only when something
 * new is to be told.
 */
export function createAsk({ registry, clock, platform, recordImages }: AskDeps): Ask {
  const chosen = lruMap<string, string>(MAX_CHOSEN);

  async function askRegistry(question: AskRegistry, isKnown: (image: string) => boolean, signal: AbortSignal) {
    const wanted = { ...platform, ...question.preferredPlatform };
    const choiceOf = (digest: string) => `${digest} ${wanted.os}/${wanted.architecture}`;
    const call = {
      insecure: question.insecure,
      signal,
      ...(question.access && { credentials: question.access.credentials }),
    };
    const head = await registry.headManifest(question.reference, call);
    const isChoice = question.importMode === 'Legacy' && manifestKind(head.mediaType) === 'index';
    const image = isChoice ? chosen.get(choiceOf(head.digest)) : head.digest;
    if (image !== undefined && isKnown(image)) return { kind: 'same', digest: head.digest, image } as const;
    const resolved = await resolveImage(registry, question.reference, {
      ...call,
      importMode: question.importMode,
      platform: wanted,
    });
    await recordImages?.(question.reference, resolved);
    if (isChoice) chosen.set(choiceOf(resolved.manifest.digest), resolved.image);
    const manifest = { ...resolved.manifest, platforms: [...resolved.platforms] };
    return { kind: 'found', finding: { kind: 'image', image: resolved.image, manifest } } as const;
  }

  return async (question, isKnown, signal) => {
    if (question.kind === 'invalid') {
      const { reason, problem: message } = question;
      const code = reason === 'Invalid' ? 'invalid_reference' : 'forbidden_registry';
      return { kind: 'failed', finding: { kind: 'error', reason, message }, code, mayPass: false };
    }
    try {
      return await withRetry(SECOND_CHANCE, () => askRegistry(question, isKnown, signal), { signal, clock });
    } catch (error) {
      signal.throwIfAborted();
      return failed(error, question);
    }
  };
}

function failed(error: unknown, question: AskRegistry): Answer {
  if (!(error instanceof RegistryError)) throw error;
  const { reason, message } = openshiftReason(error, question.reference);
  return {
    kind: 'failed',
    finding: { kind: 'error', reason, message },
    code: error.code,
    mayPass: error.retryable,
    ...(error.code === 'rate_limited' && { pauseMs: Math.min(error.retryAfterMs ?? DEFAULT_PAUSE_MS, MAX_PAUSE_MS) }),
  };
}
