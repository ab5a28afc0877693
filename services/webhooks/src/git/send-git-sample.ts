import type { SampleRequest } from '../send-sample.ts';
import { gitHosts } from './hosts/index.ts';

/** Which sample to send where. */
export interface GitSampleOptions {
  /** URL of the hook, secret included. Its last part says which kind it is. */
  readonly url: string;
  /** What deliveries are signed with, where the Secret of the hook demands it. */
  readonly signingSecret?: string | undefined;
  /** Which sample of a kind that has several; the first when not given. */
  readonly sample?: string | undefined;
  /** Replaces the ref of the sample, which is `refs/heads/master`. */
  readonly ref?: string | undefined;
  /** Id of the delivery: the same one leads to one Build. */
  readonly deliveryId: string;
  readonly nowMs: number;
}

const SAMPLE_REF = 'refs/heads/master';
const SAMPLE_BRANCH = 'master';

/** Headers of the samples that carry the id of a delivery. */
const ID_HEADERS: ReadonlySet<string> = new Set([
  'x-github-delivery',
  'x-gogs-delivery',
  'idempotency-key',
  'x-request-uuid',
  'x-request-id',
]);

/**
 * Builds the request by which a git host would tell of a push: its recorded sample, signed where that is needed.
 * @throws RangeError for a URL that is not that of a hook, or a sample that there is not.
 */
export function gitSampleRequest(options: GitSampleOptions): SampleRequest {
  const { url, signingSecret, sample: name, ref, deliveryId, nowMs } = options;
  const type = new URL(url).pathname.split('/').at(-1) ?? '';
  const host = gitHosts.get(type);
  if (host === undefined) {
    throw new RangeError(`The URL must end in the kind of the hook: ${[...gitHosts.keys()].join(', ')}.`);
  }
  const sample = name === undefined ? host.samples[0] : host.samples.find((one) => one.name === name);
  if (sample === undefined) {
    const names = host.samples.map((one) => one.name).join(', ');
    throw new RangeError(`The kind ${type} has no sample "${name}"; it has ${names}.`);
  }
  const body = Buffer.from(JSON.stringify(ref === undefined ? sample.body : movedTo(ref, sample.body)));
  const headers = Object.entries(sample.headers).map(([header, value]) => [
    header,
    ID_HEADERS.has(header) ? deliveryId : value,
  ]);
  const signed = signingSecret === undefined ? {} : host.proof.sign(signingSecret, body, nowMs).headers;
  return { method: 'POST', url, headers: { ...Object.fromEntries(headers), ...signed }, body };
}

/** The sample as if the push had been to another ref, wherever its host writes that. */
function movedTo(ref: string, value: unknown): unknown {
  if (value === SAMPLE_REF) return ref;
  if (value === SAMPLE_BRANCH) return ref.replace(/^refs\/heads\//, '');
  if (Array.isArray(value)) return value.map((item) => movedTo(ref, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, movedTo(ref, item)]));
}
