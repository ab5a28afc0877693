import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Build, BuildRequest } from '@tagstream/api-types';
import { webHookCause } from '@tagstream/build';
import type { EventData, GitHook } from '@tagstream/events';
import { PayloadError } from '../payload.ts';
import type { KnownHook } from './authenticate.ts';
import type { BuildWish, HookDecision } from './git-host.ts';

/** A request for a Build, and the id by which it is recognised when it comes again. */
export interface BuildOrder {
  readonly namespace: string;
  readonly request: BuildRequest;
  readonly requestId: string;
}

/** What came of asking for a Build. */
export type Started =
  | { readonly kind: 'built'; readonly build: Build }
  /** Nobody can make this Build as things are. */
  | { readonly kind: 'impossible'; readonly error: Error }
  /** The API server did not answer, or not in time. */
  | { readonly kind: 'later'; readonly error: unknown };

export interface GitDelivery {
  readonly body: Buffer;
  /** With the Content-Type as it came. */
  readonly headers: IncomingHttpHeaders;
}

/** What became of a delivery. */
export type GitReceived =
  | { readonly kind: 'built'; readonly build: Build; readonly warning?: string }
  | { readonly kind: 'deferred' }
  | { readonly kind: 'skipped'; readonly reason: 'ping' | 'ref'; readonly warning?: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'impossible'; readonly message: string }
  | { readonly kind: 'not-stored'; readonly error: unknown };

export interface GitReceiveDeps {
  /** Makes the Build. Throws nothing but bugs. */
  readonly start: (order: BuildOrder) => Promise<Started>;
  /** Puts the order where it is carried out later. Resolves once it is stored. */
  readonly defer: (hook: EventData<typeof GitHook>) => Promise<void>;
  readonly now: () => number;
  /** An id that is never given twice. */
  readonly newId: () => string;
  /** A Build could not be made at once. */
  readonly onLater: (hook: KnownHook, error: unknown) => void;
}

/** Takes one delivery whose secret was right: checks its signature, reads it, and has its Build made. */
export async function receiveGitHook(
  hook: KnownHook,
  delivery: GitDelivery,
  deps: GitReceiveDeps,
): Promise<GitReceived> {
  const { address, signing, trigger, config } = hook;
  const { host } = address;
  const nowMs = deps.now();
  if (signing !== null) {
    const verified = host.proof.verify({ ...delivery, pathToken: undefined, secrets: signing, nowMs });
    if (verified === null) return { kind: 'unsigned' };
  }
  let decision: HookDecision;
  try {
    decision = host.decide(delivery.body, delivery.headers, { source: config.source, allowEnv: trigger.allowEnv });
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return { kind: 'refused', message: error.message };
  }
  const warned = decision.kind !== 'refused' && decision.warning !== undefined && { warning: decision.warning };
  if (decision.kind === 'refused') return decision;
  if (decision.kind === 'skip') return { kind: 'skipped', reason: decision.reason, ...warned };

  const order = orderOf(hook, decision.wish, host.deliveryId(delivery.headers) ?? deps.newId());
  const started = await deps.start(order);
  if (started.kind === 'built') return { kind: 'built', build: started.build, ...warned };
  if (started.kind === 'impossible') return { kind: 'impossible', message: started.error.message };
  deps.onLater(hook, started.error);
  try {
    await deps.defer(deferredHook(hook, order, decision.wish, nowMs));
    return { kind: 'deferred' };
  } catch (error) {
    return { kind: 'not-stored', error };
  }
}

/** Longest delivery id that is kept as it is. */
const MAX_ID = 128;

/**
 * OpenShift: what a webhook asks `instantiate` for. The id is the sender's and the commit: GitLab's older ids are shared by the
 * hooks of one event and those that they set off.
 */
function orderOf({ address, trigger }: KnownHook, wish: BuildWish, deliveryId: string): BuildOrder {
  const { revision, env, dockerStrategyOptions } = wish;
  const id = deliveryId.length <= MAX_ID ? deliveryId : createHash('sha256').update(deliveryId).digest('hex');
  const commit = revision?.git?.commit;
  return {
    namespace: address.namespace,
    requestId: [trigger.type, id, ...(commit === undefined ? [] : [commit])].join(' '),
    request: {
      metadata: { name: address.name },
      triggeredBy: [webHookCause(trigger.type, revision)],
      ...(revision && { revision }),
      ...(env && { env: env.map((variable) => ({ ...variable })) }),
      ...(dockerStrategyOptions && { dockerStrategyOptions }),
    },
  };
}

function deferredHook(
  { address, trigger }: KnownHook,
  { requestId }: BuildOrder,
  { revision, env, dockerStrategyOptions: options }: BuildWish,
  nowMs: number,
): EventData<typeof GitHook> {
  const variables = (list: readonly { name: string; value?: string | undefined }[]) =>
    list.map(({ name, value }) => ({ name, ...(value !== undefined && { value }) }));
  return {
    namespace: address.namespace,
    buildConfig: address.name,
    sender: trigger.type,
    requestId,
    receivedAt: new Date(nowMs).toISOString(),
    ...(revision && { revision: { type: 'Git', ...(revision.git && { git: revision.git }) } }),
    ...(env && { env: variables(env) }),
    ...(options && {
      dockerStrategyOptions: {
        ...(options.buildArgs && { buildArgs: variables(options.buildArgs) }),
        ...(typeof options.noCache === 'boolean' && { noCache: options.noCache }),
      },
    }),
  };
}
