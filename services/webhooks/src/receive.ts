import { oncePerTag } from './merge-hints.ts';
import { PayloadError } from './payload.ts';
import { ProofError } from './proofs/proof-error.ts';
import { type Push, type PushPublisher, publishAll } from './push-publisher.ts';
import type { HookRequest, Receiver } from './receivers/receiver.ts';
import type { Confirmation, Ignored, IgnoreReason, ParsedPayload, Verified } from './sender.ts';

/**
 * How long storing may take before the sender is told to come back. Senders wait 1 to 10 s for their answer and then
 * count a failure without having heard why.
 */
export const STORE_TIMEOUT_MS = 1_500;

/** What became of a delivery. */
export type Received =
  | { readonly kind: 'stored'; readonly accepted: number; readonly ignored: readonly Ignored[] }
  | { readonly kind: 'answered'; readonly answer: Readonly<Record<string, string>> }
  | { readonly kind: 'unverified' }
  | { readonly kind: 'unverifiable' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'not-stored' };

/** The facts that are told about deliveries. */
export interface ReceiveTelemetry {
  readonly received: (receiver: Receiver) => void;
  readonly stored: (receiver: Receiver, facts: StoredFacts) => void;
  /** A test or a handshake was answered. */
  readonly answered: (receiver: Receiver) => void;
  readonly unverifiable: (receiver: Receiver, error: unknown) => void;
  readonly broken: (receiver: Receiver, reason: string) => void;
  readonly notStored: (receiver: Receiver, error: unknown) => void;
  /** A subscription asked for confirmation and got it or, being of an unknown topic, did not. */
  readonly confirmation: (receiver: Receiver, topicArn: string, confirmed: boolean) => void;
}

/** What a stored delivery held. */
export interface StoredFacts {
  readonly pushes: readonly Push[];
  readonly ignored: readonly Ignored[];
  /** How old each push was that said its time. */
  readonly pushAgesMs: readonly number[];
}

export interface ReceiveDeps {
  readonly publisher: PushPublisher;
  readonly now: () => number;
  /** An id that is never given twice. */
  readonly newId: () => string;
  readonly telemetry: ReceiveTelemetry;
}

/**
 * Takes one delivery: verifies the bytes, reads them, stores a hint for each push. Stored means that the stream has
 * confirmed every hint, so that a sender which gets its answer may forget the notification.
 */
export async function receive(receiver: Receiver, request: HookRequest, deps: ReceiveDeps): Promise<Received> {
  const receivedAtMs = deps.now();
  deps.telemetry.received(receiver);
  let verified: Verified | null;
  try {
    verified = await receiver.authenticate(request, receivedAtMs);
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    deps.telemetry.unverifiable(receiver, error);
    return { kind: 'unverifiable' };
  }
  if (verified === null) return { kind: 'unverified' };
  let payload: ParsedPayload;
  try {
    const context = { ...receiver.context, arrivalId: deps.newId() };
    payload = receiver.sender.parse(request.body, request.headers, context);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    deps.telemetry.broken(receiver, error.message);
    return { kind: 'broken', reason: error.message };
  }
  switch (payload.kind) {
    case 'answer':
      deps.telemetry.answered(receiver);
      return { kind: 'answered', answer: payload.answer };
    case 'confirm':
      return confirm(receiver, payload.confirmation, deps);
    case 'pushes':
      return store(receiver, payload, { verified, receivedAtMs }, deps);
  }
}

async function store(
  receiver: Receiver,
  payload: Extract<ParsedPayload, { kind: 'pushes' }>,
  { verified, receivedAtMs }: { readonly verified: Verified; readonly receivedAtMs: number },
  deps: ReceiveDeps,
): Promise<Received> {
  const receivedAt = new Date(receivedAtMs).toISOString();
  const allowed = payload.hints.filter(({ registry, repository }) => receiver.takes(registry, repository));
  const pushes = oncePerTag(allowed).map((hint) => ({ ...hint, receivedAt, verified }));
  let outcomes: Awaited<ReturnType<typeof publishAll>>;
  try {
    outcomes = await publishAll(pushes, deps.publisher, STORE_TIMEOUT_MS, deps.now);
  } catch (error) {
    deps.telemetry.notStored(receiver, error);
    return { kind: 'not-stored' };
  }
  const duplicates = outcomes.filter((outcome) => outcome === 'duplicate').length;
  const ignored = [
    ...payload.ignored,
    ...counted('not-allowed', payload.hints.length - allowed.length),
    ...counted('duplicate', duplicates),
  ];
  const pushAgesMs = pushes.flatMap((push) => (push.pushedAt ? [receivedAtMs - Date.parse(push.pushedAt)] : []));
  deps.telemetry.stored(receiver, { pushes, ignored, pushAgesMs });
  return { kind: 'stored', accepted: pushes.length - duplicates, ignored };
}

async function confirm(receiver: Receiver, confirmation: Confirmation, deps: ReceiveDeps): Promise<Received> {
  try {
    const confirmed = await receiver.confirm(confirmation);
    deps.telemetry.confirmation(receiver, confirmation.topicArn, confirmed);
    return { kind: 'answered', answer: { status: confirmed ? 'confirmed' : 'unknown topic' } };
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    deps.telemetry.unverifiable(receiver, error);
    return { kind: 'unverifiable' };
  }
}

function counted(reason: IgnoreReason, count: number): readonly Ignored[] {
  return count > 0 ? [{ reason, count }] : [];
}
