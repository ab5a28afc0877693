import type { IncomingHttpHeaders } from 'node:http';
import type { Confirmation, ParseContext, Sender, Verified } from '../sender.ts';

/** One request to a hook, as far as it matters. */
export interface HookRequest {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** Last part of `/hooks/<receiver>/<token>`, percent-decoded. */
  readonly pathToken: string | undefined;
}

/** A hook: who may send to it, and how what arrives is to be read. */
export interface Receiver {
  /** Path segment of the hook, and value of the `receiver` label of metrics. */
  readonly name: string;
  readonly sender: Sender;
  /** Whether requests are taken from this address at all. */
  readonly isFrom: (address: string) => boolean;
  /**
   * How a request proves to be from the sender; null when it does not.
   * @throws ProofError when that cannot be told now, because keys could not be fetched.
   */
  readonly authenticate: (request: HookRequest, nowMs: number) => Verified | null | Promise<Verified | null>;
  /** Whether notifications about this repository are taken. */
  readonly takes: (registry: string, repository: string) => boolean;
  readonly context: Omit<ParseContext, 'arrivalId'>;
  /**
   * Confirms a subscription of Amazon SNS.
   * @returns false for a topic that the receiver does not know.
   * @throws ProofError when SNS did not take the confirmation.
   */
  readonly confirm: (confirmation: Confirmation) => Promise<boolean>;
}

/** The hooks that there are now. */
export interface Receivers {
  readonly get: (name: string) => Receiver | undefined;
}
