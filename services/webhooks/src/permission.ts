import { headerOf } from './formats/header.ts';
import type { HookRequest, Receiver } from './receivers/receiver.ts';

/** What names a sending system (CloudEvents webhooks 4.1.1): a DNS expression. */
const ORIGIN = /^[A-Za-z0-9.-]{1,253}$/;

/**
 * Answers a sender that asks by OPTIONS for permission to send (CloudEvents HTTP webhooks, section 4 "Abuse protection").
 * `WebHook-Request-Callback`, an address that it would like to be called at, is never called.
 * @returns the headers of the answer; null for a sender that is not authentic.
 * @throws ProofError as {@link Receiver.authenticate} does.
 */
export async function permission(
  receiver: Receiver,
  request: HookRequest,
  nowMs: number,
): Promise<Readonly<Record<string, string>> | null> {
  const verified = await receiver.authenticate(request, nowMs);
  if (verified === null) return null;
  const origin = headerOf(request.headers, 'webhook-request-origin') ?? '';
  return {
    allow: 'POST',
    ...(ORIGIN.test(origin) && { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' }),
  };
}
