import type { IncomingHttpHeaders } from 'node:http';
import type { BuildRequest, BuildSource, SourceRevision, WebHookTriggerType } from '@tagstream/api-types';
import type { Proof, Sample } from '../sender.ts';

/** Last part of the URL of a hook. */
export type HookType = 'github' | 'gitlab' | 'bitbucket' | 'generic';

/** What counts of a BuildConfig and of the trigger whose secret was shown, for reading a payload. */
export interface HookSource {
  /** `spec.source`, as far as it is about git. */
  readonly source: Pick<BuildSource, 'git'>;
  /** The trigger takes environment variables. */
  readonly allowEnv: boolean;
}

/** What a hook asks to be built with. */
export interface BuildWish {
  readonly revision?: SourceRevision;
  readonly env?: readonly Variable[];
  readonly dockerStrategyOptions?: NonNullable<BuildRequest['dockerStrategyOptions']>;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
}

/** What a payload comes to. A warning is a sentence for the sender, who did not get all that he asked for. */
export type HookDecision =
  | { readonly kind: 'build'; readonly wish: BuildWish; readonly warning?: string }
  /** Nothing to build: a test, or a push to something else. */
  | { readonly kind: 'skip'; readonly reason: 'ping' | 'ref'; readonly warning?: string }
  /** Not a payload of this kind of hook. */
  | { readonly kind: 'refused'; readonly message: string };

/** A kind of hook of OpenShift's BuildConfigs: all that is special about it. */
export interface GitHost {
  readonly type: HookType;
  /** Type of the triggers that it is for. */
  readonly trigger: WebHookTriggerType;
  /** How a delivery is signed, for hooks with a signing secret. */
  readonly proof: Proof;
  /** Id that a repeated delivery has again. */
  readonly deliveryId: (headers: IncomingHttpHeaders) => string | undefined;
  /**
   * Reads a payload whose secret was right.
   * @throws PayloadError with a sentence for the sender when the body is not what this host sends.
   */
  readonly decide: (body: Buffer, headers: IncomingHttpHeaders, source: HookSource) => HookDecision;
  readonly samples: readonly Sample[];
}
