import { createHmac, timingSafeEqual } from 'node:crypto';
import { headerOf } from '../formats/header.ts';
import type { Proof } from '../sender.ts';

/** Signatures are good for so long, either way: clocks differ, and a copy must not work for ever. */
const SIGNATURE_WINDOW_MS = 5 * 60 * 1000;

/** What GitLab's signing tokens begin with; the key follows in base64. */
const KEY_PREFIX = 'whsec_';

/** More signatures than a sender has keys are not looked at. */
const MAX_SIGNATURES = 8;

/**
 * GitLab's two proofs, by what is configured as signing secret: a signing token (`whsec_…`, GitLab 19), of which the delivery
 * carries a signature over `<webhook-id>.<webhook-timestamp>.<body>` (Standard Webhooks), or a secret token, which
 * `X-Gitlab-Token` carries itself. A signature that is there decides alone.
 */
export const gitlabProof: Proof = {
  verify: ({ body, headers, secrets, nowMs }) => {
    const signatures = headerOf(headers, 'webhook-signature');
    if (signatures === undefined) {
      const token = headerOf(headers, 'x-gitlab-token');
      return token !== undefined && secrets.matches(token) ? 'token' : null;
    }
    const id = headerOf(headers, 'webhook-id') ?? '';
    const timestamp = headerOf(headers, 'webhook-timestamp') ?? '';
    const ageMs = nowMs - Number(timestamp) * 1000;
    if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(ageMs) > SIGNATURE_WINDOW_MS) return null;
    const given = signatures
      .split(' ')
      .slice(0, MAX_SIGNATURES)
      .flatMap((signature) => (signature.startsWith('v1,') ? Buffer.from(signature.slice(3), 'base64') : []));
    const signed = secrets.some((secret) => {
      const expected = signatureOf(secret, id, timestamp, body);
      return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
    });
    return signed ? 'hmac' : null;
  },
  sign: (secret, body, nowMs) => {
    if (!secret.startsWith(KEY_PREFIX)) return { headers: { 'x-gitlab-token': secret } };
    const [id, timestamp] = ['f5e5f430-f57b-4e6e-9fac-d9128cd7232f', String(Math.floor(nowMs / 1000))];
    const signature = signatureOf(secret, id, timestamp, body).toString('base64');
    return {
      headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
    };
  },
};

function signatureOf(secret: string, id: string, timestamp: string, body: Buffer): Buffer {
  const key = secret.startsWith(KEY_PREFIX) ? Buffer.from(secret.slice(KEY_PREFIX.length), 'base64') : secret;
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
