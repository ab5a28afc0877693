import type { BodyBudget } from './body-budget.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Receiver, Receivers } from './receivers/receiver.ts';

/** Whether a request may send its body. */
export type Admission =
  | { readonly kind: 'admitted'; readonly receiver: Receiver; readonly release: () => void }
  | {
      readonly kind: 'refused';
      readonly status: 403 | 404 | 413 | 429 | 503;
      readonly reason: string;
      readonly retryAfterSeconds?: number;
      /** Whose hook it was for, if there is one. */
      readonly receiver: Receiver | undefined;
    };

/** What is known of a request before its body. */
export interface Arrival {
  readonly address: string;
  /** Name in the path. */
  readonly receiver: string;
  /** Content-Length; undefined when the sender does not say, as with chunks. */
  readonly bodyBytes: number | undefined;
}

export interface AdmissionDeps {
  readonly receivers: Receivers;
  readonly rateLimit: RateLimit;
  readonly budget: BodyBudget;
  readonly maxBodyBytes: number;
}

/**
 * Decides by what comes before the body. The rate counts first, for requests to hooks that there are not as well: otherwise
 * somebody could try names for free.
 */
export function admit(arrival: Arrival, { receivers, rateLimit, budget, maxBodyBytes }: AdmissionDeps): Admission {
  const receiver = receivers.get(arrival.receiver);
  const refused = (status: Refusal['status'], reason: string, retryAfterSeconds?: number): Refusal => ({
    kind: 'refused',
    status,
    reason,
    receiver,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
  const waitSeconds = rateLimit.take(arrival.address);
  if (waitSeconds > 0) {
    return refused(429, 'There are too many requests from this address; come back later.', waitSeconds);
  }
  if (receiver === undefined) return refused(404, 'There is no hook of this name.');
  if (!receiver.isFrom(arrival.address)) return refused(403, 'This hook takes nothing from this address.');
  const bytes = arrival.bodyBytes ?? maxBodyBytes;
  if (bytes > maxBodyBytes) return refused(413, `The body is larger than ${maxBodyBytes} bytes.`);
  const release = budget.reserve(arrival.address, bytes);
  if (release === null) return refused(503, 'Too many requests are being received; deliver it again.', 1);
  return { kind: 'admitted', receiver, release };
}

type Refusal = Extract<Admission, { kind: 'refused' }>;
