import { RegistryPush } from '@tagstream/events';
import { describe, expect, test } from 'vitest';
import { registryNames } from '../../src/registry-names.ts';
import { secretsOf } from '../../src/secrets.ts';
import { sampleRequest } from '../../src/send-sample.ts';
import type { ParseContext, Sender } from '../../src/sender.ts';
import { senders } from '../../src/senders/index.ts';

const NOW_MS = Date.parse('2026-11-21T10:00:00.000Z');
const SECRET = 'a-secret-that-is-long-enough';
const DIGEST = 'sha256:50f27abeea4d4f518c2176e661830097d9cfdecf65cb1ed9e0a49af176eb8443';

const context: ParseContext = {
  nameRegistry: registryNames(new Map()),
  options: {},
  arrivalId: 'arrival',
};

/** The registry that the samples of senders come from whose payloads do not tell. */
const configured: Record<string, string> = { nexus: 'nexus.example.com:8082', zot: 'zot.example.com' };

const rows = [...senders.values()].flatMap((sender) =>
  sender.samples.map((sample): [string, Sender, (typeof sender.samples)[number]] => [
    `${sender.name}, ${sample.name}`,
    sender,
    sample,
  ]),
);

function requestOf(sender: Sender, sampleName: string, secret = SECRET) {
  const request = sampleRequest({
    baseUrl: 'http://hooks',
    receiver: { name: 'r', sender: sender.name },
    proof: { secret },
    sample: sampleName,
    nowMs: NOW_MS,
  });
  const pathToken = new URL(request.url).pathname.split('/')[3];
  return { body: request.body, headers: request.headers, pathToken };
}

describe.each(rows)('the sample of %s', (_name, sender, sample) => {
  const proveWith = (secret: string, change: object = {}) =>
    sender.proof.verify({
      ...requestOf(sender, sample.name, secret),
      secrets: secretsOf([SECRET]),
      nowMs: NOW_MS,
      ...change,
    });

  test('is read into valid hints about the image that was pushed', () => {
    const registry = configured[sender.name];
    const options = registry === undefined ? {} : { registry };
    const { body, headers } = requestOf(sender, sample.name);
    const payload = sender.parse(body, headers, { ...context, options });
    if (payload.kind !== 'pushes') throw new Error(`it is read as ${payload.kind}`);
    expect(payload.ignored).toEqual([]);
    expect(payload.hints[0]).toMatchObject({
      source: sender.name,
      tag: 'latest',
      deliveryId: expect.stringMatching(/./),
    });
    expect(payload.hints[0]?.repository).toMatch(/(?:^|\/)web$/);
    expect([undefined, DIGEST]).toContain(payload.hints[0]?.claimedDigest);
    expect(new Set(payload.hints.map(({ deliveryId, tag }) => `${deliveryId} ${tag}`)).size).toBe(payload.hints.length);
    for (const hint of payload.hints) {
      expect(RegistryPush.problems({ ...hint, verified: 'token', receivedAt: '2026-11-21T10:00:00.000Z' })).toEqual([]);
    }
  });

  test('is authentic with the secret', () => {
    expect(proveWith(SECRET)).toMatch(/^(?:hmac|token)$/);
  });

  test('is authentic while the secret is about to be replaced', () => {
    expect(proveWith(SECRET, { secrets: secretsOf(['the-secret-to-come', SECRET]) })).not.toBeNull();
  });

  test('is refused with another secret', () => {
    expect(proveWith('a-secret-that-is-wrong-by-far')).toBeNull();
  });

  test('is refused without a proof', () => {
    expect(proveWith(SECRET, { headers: sample.headers, pathToken: undefined })).toBeNull();
  });

  test('is refused after a single bit of a signed body changed', () => {
    if (proveWith(SECRET) !== 'hmac') return; // nothing is signed
    const { body } = requestOf(sender, sample.name);
    body[10] = (body[10] ?? 0) ^ 1;
    expect(proveWith(SECRET, { body })).toBeNull();
  });
});

test('the secret is never part of a body', () => {
  for (const [, sender, sample] of rows) {
    expect(requestOf(sender, sample.name).body.toString()).not.toContain(SECRET);
  }
});

test.each([
  ['a sender', { receiver: { name: 'r', sender: 'nobody' } }, /no sender "nobody"; there are distribution, docker-hub/],
  ['a sample', { sample: 'nothing' }, /The sender quay has no sample "nothing"; it has push/],
])('%s that there is not is named', (_what, change, sentence) => {
  const options = { baseUrl: 'http://h', receiver: { name: 'r', sender: 'quay' }, proof: 'none', nowMs: 0 } as const;
  expect(() => sampleRequest({ ...options, ...change })).toThrow(sentence);
});

test('a token of an OIDC issuer is shown as bearer token', () => {
  const request = sampleRequest({
    baseUrl: 'https://h/base/',
    receiver: { name: 'pub-sub', sender: 'google' },
    proof: { token: 'a.b.c' },
    nowMs: 0,
  });
  expect(request).toMatchObject({ url: 'https://h/base/hooks/pub-sub', headers: { authorization: 'Bearer a.b.c' } });
});
