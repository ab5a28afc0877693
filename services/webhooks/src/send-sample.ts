import type { Sample, Sender } from './sender.ts';
import { senders } from './senders/index.ts';

/** A request as `fetch` takes it. */
export interface SampleRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Which sample to send where. */
export interface SampleOptions {
  /** Where the hooks are: `https://hooks.example.com`, with the path of a proxy if there is one. */
  readonly baseUrl: string;
  /** Name of the receiver and of its kind of sender. */
  readonly receiver: { readonly name: string; readonly sender: string };
  /** How to prove oneself: a secret of the receiver, a token of its OIDC issuer, or nothing where anybody may send. */
  readonly proof: { readonly secret: string } | { readonly token: string } | 'none';
  /** Which sample of a sender that has several; the first when not given. */
  readonly sample?: string;
  readonly nowMs: number;
}

/**
 * Builds the request by which a sender would announce a push to a receiver: its recorded sample, with the receiver's own proof.
 * @throws RangeError for a sender or a sample that there is not; the message names those that there are.
 */
export function sampleRequest({ baseUrl, receiver, proof, sample: name, nowMs }: SampleOptions): SampleRequest {
  const sender = senders.get(receiver.sender);
  if (sender === undefined) {
    throw new RangeError(`There is no sender "${receiver.sender}"; there are ${[...senders.keys()].join(', ')}.`);
  }
  const sample = findSample(sender, name);
  const body = Buffer.from(JSON.stringify(sample.body));
  const { headers, pathToken } = shownFor(sender, proof, body, nowMs);
  const path = ['hooks', receiver.name, ...(pathToken === undefined ? [] : [pathToken])];
  return {
    method: 'POST',
    url: `${baseUrl.replace(/\/+$/, '')}/${path.map(encodeURIComponent).join('/')}`,
    headers: { ...sample.headers, ...headers },
    body,
  };
}

function findSample(sender: Sender, name: string | undefined): Sample {
  const sample = name === undefined ? sender.samples[0] : sender.samples.find((one) => one.name === name);
  if (sample !== undefined) return sample;
  const names = sender.samples.map((one) => one.name).join(', ');
  throw new RangeError(`The sender ${sender.name} has no sample "${name}"; it has ${names}.`);
}

function shownFor(sender: Sender, proof: SampleOptions['proof'], body: Buffer, nowMs: number) {
  if (proof === 'none') return {};
  if ('token' in proof) return { headers: { authorization: `Bearer ${proof.token}` } };
  return sender.proof.sign(proof.secret, body, nowMs);
}
