import type { IncomingHttpHeaders } from 'node:http';
import type { EventData, RegistryPush } from '@tagstream/events';
import type { NameRegistry } from './registry-names.ts';
import type { Secrets } from './secrets.ts';

type Push = EventData<typeof RegistryPush>;

/** How a sender proved who it is. */
export type Verified = Push['verified'];

/** What a payload says about one push; when it arrived and how it was verified is added where it was received. */
export type PushHint = Omit<Push, 'receivedAt' | 'verified'>;

/**
 * Why an event of a payload leads to no hint.
 *
 * - `action`: not a push (a pull, a delete, a mount)
 * - `untagged`: pushed by digest; children of an index are
 * - `signature`: a tag that cosign or the referrers fallback keeps for itself
 * - `media-type`: a layer or a config, not a manifest
 * - `malformed`: lacks what a push must say
 */
export type IgnoreReason = 'action' | 'untagged' | 'signature' | 'media-type' | 'malformed';

export interface Ignored {
  readonly reason: IgnoreReason;
  readonly count: number;
}

/** Result of reading a payload: what to look at, and what was left out and why. */
export interface ParsedPayload {
  readonly hints: readonly PushHint[];
  readonly ignored: readonly Ignored[];
}

/** What an authenticity check may look at. The body is the bytes as they came, not yet parsed. */
export interface Evidence {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** Last part of `/hooks/<sender>/<token>`, percent-decoded. */
  readonly pathToken: string | undefined;
  readonly secrets: Secrets;
}

/** What a parser needs besides the payload. */
export interface ParseContext {
  readonly nameRegistry: NameRegistry;
}

/** A kind of registry that announces pushes: all that is special about it. */
export interface Sender {
  /** Path segment of its hook, `source` of its hints and value of the `sender` label of metrics. */
  readonly name: string;
  /** How the request proves to be from the sender, null when it does not. Looks at bytes only. */
  readonly verify: (evidence: Evidence) => Verified | null;
  /**
   * Reads a verified payload.
   * @throws PayloadError with a sentence for the sender when the body as a whole is not what this sender sends.
   */
  readonly parse: (body: Buffer, headers: IncomingHttpHeaders, context: ParseContext) => ParsedPayload;
  /** A payload recorded from the real sender, below `senders/samples/`. */
  readonly sampleFile: string;
}
