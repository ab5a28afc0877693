import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { headerOf } from '../formats/header.ts';
import { splitReference } from '../formats/image-name.ts';
import { hintOf } from '../hint.ts';
import { collect, contentDeliveryId, numberedId, OptionalText, readJson } from '../payload.ts';
import { hmac, isSignedBy, signatureIn } from '../proofs/hmac.ts';
import { verifySharedSecret } from '../proofs/shared-secret.ts';
import type { IgnoreReason, ParseContext, Proof, PushHint, Sender } from '../sender.ts';
import image from './samples/native.json' with { type: 'json' };

/** Signatures are good for so long, either way: the clocks of build machines differ, and a copy must not work for ever. */
const SIGNATURE_WINDOW_MS = 5 * 60 * 1000;

const SIGNATURE = { header: 'x-signature-256', prefix: 'sha256=' };
const TIMESTAMP = 'x-timestamp';

/**
 * HMAC-SHA256 over `<X-Timestamp>.<body>`, the timestamp in seconds since the epoch. A caller without the means to compute
 * it shows the secret instead.
 */
const proof: Proof = {
  verify: (evidence) => {
    const { body, headers, secrets, nowMs } = evidence;
    if (headers[SIGNATURE.header] === undefined) return verifySharedSecret(evidence);
    const signature = signatureIn(headers, SIGNATURE);
    const timestamp = headerOf(headers, TIMESTAMP) ?? '';
    const ageMs = nowMs - Number(timestamp) * 1000;
    if (signature === null || !/^[0-9]{1,12}$/.test(timestamp) || Math.abs(ageMs) > SIGNATURE_WINDOW_MS) return null;
    return isSignedBy('sha256', secrets, [`${timestamp}.`, body], signature) ? 'hmac' : null;
  },
  sign: (secret, body, nowMs) => {
    const timestamp = String(Math.floor(nowMs / 1000));
    const signature = hmac('sha256', secret, [`${timestamp}.`, body]).toString('hex');
    return { headers: { [TIMESTAMP]: timestamp, [SIGNATURE.header]: `${SIGNATURE.prefix}${signature}` } };
  },
};

/**
 * What a build calls after its push, and anything else that has no hook of its own: one image, or several under `images`.
 * A CI system that gives its jobs OIDC tokens needs no secret: the receiver has `oidc` then.
 */
export const native: Sender = {
  name: 'native',
  proof,
  parse: (body, headers, context) => {
    const { images, ...single } = readJson(Notification, body, 'an object with "image"');
    const pushes = images ?? [single];
    // A signed time makes equal bodies of different pushes different.
    const id =
      headers[TIMESTAMP] === undefined ? undefined : contentDeliveryId(`native ${headers[TIMESTAMP]}`, body, 0);
    return collect(pushes.map((push, index) => readPush(push, numberedId(id ?? context.arrivalId, index), context)));
  },
  samples: [{ name: 'image', headers: { 'content-type': 'application/json' }, body: image }],
};

const PushShape = Type.Object({ id: OptionalText, image: OptionalText, digest: OptionalText, pushedAt: OptionalText });

const Notification = Compile(Type.Object({ ...PushShape.properties, images: Type.Optional(Type.Array(PushShape)) }));

function readPush(push: Static<typeof PushShape>, fallbackId: string, context: ParseContext): PushHint | IgnoreReason {
  if (!push.image) return 'malformed';
  const { host, repository, tag } = splitReference(push.image);
  const { digest, pushedAt } = push;
  return hintOf('native', { host, repository, tag, digest, pushedAt, deliveryId: push.id || fallbackId }, context);
}
