import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { configuredPlace } from '../formats/configured-place.ts';
import { headerOf } from '../formats/header.ts';
import { hintOf } from '../hint.ts';
import { collect, numberedId, OptionalText, readJson } from '../payload.ts';
import { hmac, isSignedBy, signatureIn } from '../proofs/hmac.ts';
import { verifySharedSecret } from '../proofs/shared-secret.ts';
import type { Proof, Sender } from '../sender.ts';
import pushed from './samples/jfrog.json' with { type: 'json' };

const SECRET_HEADER = { header: 'x-jfrog-event-auth', prefix: '' };

/**
 * The secret token of a JFrog webhook arrives as it is, or, with "Use secret for payload signing", as HMAC-SHA256 of the body;
 * in the same header, so that only its content tells which.
 */
const proof: Proof = {
  verify: (evidence) => {
    const { body, headers, secrets } = evidence;
    const shown = headerOf(headers, SECRET_HEADER.header);
    if (shown === undefined) return verifySharedSecret(evidence);
    const signature = signatureIn(headers, SECRET_HEADER);
    if (signature !== null && isSignedBy('sha256', secrets, [body], signature)) return 'hmac';
    return secrets.matches(shown) ? 'token' : null;
  },
  sign: (secret, body) => ({ headers: { [SECRET_HEADER.header]: hmac('sha256', secret, [body]).toString('hex') } }),
};

/**
 * JFrog Artifactory and JCR: the predefined webhook for Docker's "tag was pushed" and "tag was promoted". How an image is
 * called depends on the access method, which `registries` tells per repository key: `acme.jfrog.io/docker-local` or
 * `docker-local.acme.jfrog.io`. Without, it is the repository path method on the server that sent the event.
 */
export const jfrog: Sender = {
  name: 'jfrog',
  proof,
  parse: (body, _headers, context) => {
    const event = readJson(Notification, body, 'a webhook of JFrog');
    if (event.domain !== 'docker') return collect(['not-image']);
    if (event.event_type !== 'pushed' && event.event_type !== 'promoted') return collect(['action']);
    const { repo_key: key, image_name: image, tag, sha256 } = event.data;
    const claim = {
      ...(configuredPlace(context.options, key, image) ?? {
        host: event.jpd_origin,
        repository: key && image ? `${key}/${image}` : undefined,
      }),
      tag,
      digest: sha256 ? `sha256:${sha256}` : undefined,
      actor: event.source,
      // No id and no time: two pushes of a tag can have the same body.
      deliveryId: numberedId(context.arrivalId, 0),
    };
    return collect([hintOf('jfrog', claim, context)]);
  },
  options: ['registries'],
  samples: [{ name: 'pushed', headers: { 'content-type': 'application/json' }, body: pushed }],
};

const Notification = Compile(
  Type.Object({
    domain: Type.String(),
    event_type: Type.String(),
    data: Type.Object({ repo_key: OptionalText, image_name: OptionalText, tag: OptionalText, sha256: OptionalText }),
    jpd_origin: OptionalText,
    source: OptionalText,
  }),
);
