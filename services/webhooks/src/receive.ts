import type { IncomingHttpHeaders } from 'node:http';
import { PayloadError } from './payload.ts';
import { type Push, type PushPublisher, publishAll } from './push-publisher.ts';
import type { NameRegistry } from './registry-names.ts';
import type { Secrets } from './secrets.ts';
import type { Ignored, ParsedPayload, Sender, Verified } from './sender.ts';

/**
 * How long storing may take before the sender is told to come back. Senders wait 2 to 10 s for their answer and then
 * count a failure without having heard why.
 */
export const STORE_TIMEOUT_MS = 1_500;

/** One request to a hook, as far as it matters. */
export interface Delivery {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly pathToken: string | undefined;
}

/** What became of a delivery. */
export type Received =
  | { readonly kind: 'stored'; readonly accepted: number; readonly ignored: readonly Ignored[] }
  | { readonly kind: 'unverified' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'not-stored' };

/** The facts this service tells about deliveries. */
export interface HookTelemetry {
  readonly received: (sender: string) => void;
  readonly stored: (
    sender: string,
    pushes: readonly Push[],
    ignored: readonly Ignored[],
    pushAgesMs: readonly number[],
  ) => void;
  readonly broken: (sender: string, reason: string) => void;
  readonly notStored: (sender: string, error: unknown) => void;
  /** An answer of 400 or above was sent. */
  readonly rejected: (sender: string, status: number) => void;
  /** A request failed by a bug of ours. */
  readonly failed: (error: unknown) => void;
}

export interface ReceiveDeps {
  /** The secrets that are valid; null when the operator chose to do without. */
  readonly secrets: Secrets | null;
  readonly nameRegistry: NameRegistry;
  readonly publisher: PushPublisher;
  readonly now: () => number;
  readonly telemetry: HookTelemetry;
}

/**
 * Takes one delivery: verifies the bytes, reads them, stores a hint for each push. Stored means that the stream has
 * confirmed every hint, so that a sender which gets its answer may forget the notification.
 */
export async function receive(sender: Sender, delivery: Delivery, deps: ReceiveDeps): Promise<Received> {
  const receivedAtMs = deps.now();
  deps.telemetry.received(sender.name);
  const verified = verify(sender, delivery, deps);
  if (verified === null) return { kind: 'unverified' };
  let payload: ParsedPayload;
  try {
    payload = sender.parse(delivery.body, delivery.headers, { nameRegistry: deps.nameRegistry });
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    deps.telemetry.broken(sender.name, error.message);
    return { kind: 'broken', reason: error.message };
  }
  const receivedAt = new Date(receivedAtMs).toISOString();
  const pushes = payload.hints.map((hint) => ({ ...hint, receivedAt, verified }));
  try {
    await publishAll(pushes, deps.publisher, AbortSignal.timeout(STORE_TIMEOUT_MS));
  } catch (error) {
    deps.telemetry.notStored(sender.name, error);
    return { kind: 'not-stored' };
  }
  const ages = pushes.flatMap(({ pushedAt }) => (pushedAt === undefined ? [] : [receivedAtMs - Date.parse(pushedAt)]));
  deps.telemetry.stored(sender.name, pushes, payload.ignored, ages);
  return { kind: 'stored', accepted: pushes.length, ignored: payload.ignored };
}

function verify(sender: Sender, delivery: Delivery, deps: ReceiveDeps): Verified | null {
  return deps.secrets === null ? 'none' : sender.verify({ ...delivery, secrets: deps.secrets });
}
