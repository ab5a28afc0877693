import { registryNames } from '../../src/registry-names.ts';
import type { ParsedPayload, SenderOptions } from '../../src/sender.ts';
import { senders } from '../../src/senders/index.ts';

export const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Any JSON, to be changed by a row. */
// biome-ignore lint/suspicious/noExplicitAny: a recorded payload has the shape that its sender gives it
export type Json = any;
export type Change = (body: Json, headers: Record<string, string>) => Json;

/** Which sample, and what the receiver is configured with. */
interface How {
  readonly sample?: string;
  readonly options?: SenderOptions;
}

/** Reads the sample of a sender after a change: in place, or by the body that the change returns. */
export function read(senderName: string, change: Change, { sample: name, options = {} }: How = {}): ParsedPayload {
  const sender = senders.get(senderName);
  const sample = name === undefined ? sender?.samples[0] : sender?.samples.find((one) => one.name === name);
  if (sender === undefined || sample === undefined) throw new Error(`there is no such sample of ${senderName}`);
  const body = structuredClone(sample.body);
  const headers = { ...sample.headers };
  const changed = change(body, headers) ?? body;
  const bytes = Buffer.isBuffer(changed) ? changed : Buffer.from(JSON.stringify(changed));
  const context = { nameRegistry: registryNames(new Map()), options, arrivalId: 'arrival' };
  return sender.parse(bytes, headers, context);
}

/** Names of the hints, `registry/repository:tag`, and what was left out: `-reason`. */
export function summary(payload: ParsedPayload): readonly string[] {
  if (payload.kind !== 'pushes') return [payload.kind];
  return [
    ...payload.hints.map((hint) => `${hint.registry}/${hint.repository}:${hint.tag}`),
    ...payload.ignored.map(({ reason, count }) => (count === 1 ? `-${reason}` : `-${reason} x${count}`)),
  ];
}

/** What becomes of the sample of a sender after a change. */
export type Row = [sender: string, rule: string, change: Change, result: readonly string[], how?: How];
/** Sets a value in the body: `event_data.resources.0.tag`. */
export const set =
  (path: string, value: unknown): Change =>
  (body) => {
    const keys = path.split('.');
    const last = keys.pop() as string;
    keys.reduce((at, key) => at[key], body)[last] = value;
  };
/** Sets a header, lower case. */
export const header =
  (name: string, value: string): Change =>
  (_body, headers) => {
    headers[name] = value;
  };
