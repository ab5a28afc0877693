import type { IncomingHttpHeaders } from 'node:http';
import type { EventData, RegistryPush } from '@tagstream/events';
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
 * - `not-image`: a package of another kind
 * - `malformed`: lacks what a push must say
 * - `no-registry`: neither the payload nor the receiver's configuration says which registry it is about
 * - `not-allowed`: the receiver does not take notifications about this repository
 * - `duplicate`: this delivery was stored before
 */
export type IgnoreReason =
  | 'action'
  | 'untagged'
  | 'signature'
  | 'media-type'
  | 'not-image'
  | 'malformed'
  | 'no-registry'
  | 'not-allowed'
  | 'duplicate';

export interface Ignored {
  readonly reason: IgnoreReason;
  readonly count: number;
}

/** What a payload turned out to be. */
export type ParsedPayload =
  /** Pushes to look at, and what was left out and why. */
  | { readonly kind: 'pushes'; readonly hints: readonly PushHint[]; readonly ignored: readonly Ignored[] }
  /** A test or a handshake: the sender wants this JSON back with status 200. */
  | { readonly kind: 'answer'; readonly answer: Readonly<Record<string, string>> }
  /** Somebody asks to confirm a subscription before the notifications begin. */
  | { readonly kind: 'confirm'; readonly confirmation: Confirmation };

/** A subscription of Amazon SNS that waits for its confirmation. */
export interface Confirmation {
  readonly topicArn: string;
  readonly token: string;
}

/** What an authenticity check may look at. The body is the bytes as they came, not yet parsed. */
export interface Evidence {
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** Last part of `/hooks/<receiver>/<token>`, percent-decoded. */
  readonly pathToken: string | undefined;
  readonly secrets: Secrets;
  readonly nowMs: number;
}

/** Where a sender puts its proof. */
export interface Shown {
  readonly headers?: Readonly<Record<string, string>>;
  readonly pathToken?: string;
}

/** A way of proving that one knows a secret: the two sides of it. */
export interface Proof {
  /** How the request proves to be from the sender, null when it does not. Looks at bytes only. */
  readonly verify: (evidence: Evidence) => Verified | null;
  /** What a sender adds to a request with this body, for samples and tests. */
  readonly sign: (secret: string, body: Buffer, nowMs: number) => Shown;
}

/** Normal name of what a sender calls a registry and a repository; null when nobody could refer to it by that name. */
export type NameRegistry = (
  host: string,
  repository: string,
) => { readonly registry: string; readonly repository: string } | null;

/** What a receiver was configured with beyond who may send. Which of these a sender takes is in {@link Sender.options}. */
export interface SenderOptions {
  /** Host by which ImageStreams name the registry; counts more than what a payload says. */
  readonly registry?: string;
  /** `host[/path]` of each repository of a repository manager, by the name that its payloads have. */
  readonly registries?: ReadonlyMap<string, string>;
  /** ARNs of the SNS topics whose signature is checked and whose subscriptions are confirmed. */
  readonly topics?: readonly string[];
}

/** What a parser needs besides the payload. */
export interface ParseContext {
  readonly nameRegistry: NameRegistry;
  readonly options: SenderOptions;
  /** An id that no other delivery has. */
  readonly arrivalId: string;
}

/** A request as its sender sends it, recorded or taken from the sender's documentation. */
export interface Sample {
  /** What it is about, when a sender has several: `registry_package`. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: unknown;
}

/** A kind of registry that announces pushes: all that is special about it. */
export interface Sender {
  /** `sender` of a receiver, `source` of its hints and value of the `sender` label of metrics. */
  readonly name: string;
  readonly proof: Proof;
  /**
   * Reads a verified payload.
   * @throws PayloadError with a sentence for the sender when the body as a whole is not what this sender sends.
   */
  readonly parse: (body: Buffer, headers: IncomingHttpHeaders, context: ParseContext) => ParsedPayload;
  /** Options of a receiver that it understands besides `registry`. */
  readonly options?: readonly (keyof SenderOptions)[];
  /** Whether it asks by OPTIONS for permission to send (CloudEvents webhooks, section 4 "Abuse protection"). */
  readonly asksPermission?: true;
  readonly samples: readonly Sample[];
}
