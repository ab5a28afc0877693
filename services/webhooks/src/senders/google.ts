import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { splitReference } from '../formats/image-name.ts';
import { hintOf } from '../hint.ts';
import { collect, innerJson, OptionalText, readJson } from '../payload.ts';
import { pathSecret } from '../proofs/shared-secret.ts';
import type { IgnoreReason, ParseContext, PushHint, Sender } from '../sender.ts';
import insert from './samples/google.json' with { type: 'json' };

/**
 * Google Artifact Registry and Container Registry: a push subscription of the Pub/Sub topic `gcr`. Its token is checked
 * where the receiver has `oidc`; without, the secret is in the path. What is not answered with 2xx comes again until it is
 * too old, so that a message that makes no sense is taken and counted rather than refused.
 */
export const google: Sender = {
  name: 'google',
  proof: pathSecret,
  parse: (body, _headers, context) => {
    const { message } = readJson(Envelope, body, 'a push of Google Pub/Sub');
    return collect([readMessage(Buffer.from(message.data ?? '', 'base64'), message, context)]);
  },
  samples: [{ name: 'insert', headers: { 'content-type': 'application/json' }, body: insert }],
};

const Envelope = Compile(
  Type.Object({
    message: Type.Object({ data: OptionalText, messageId: Type.String({ minLength: 1 }), publishTime: OptionalText }),
  }),
);

const Change = Compile(Type.Object({ action: Type.String(), digest: OptionalText, tag: OptionalText }));

function readMessage(
  data: Buffer,
  message: { readonly messageId: string; readonly publishTime?: string | null },
  context: ParseContext,
): PushHint | IgnoreReason {
  const change = innerJson(data);
  if (!Change.Check(change)) return 'malformed';
  if (change.action !== 'INSERT') return 'action';
  // An insert by digest alone names no tag.
  if (!change.tag) return 'untagged';
  return hintOf(
    'google',
    {
      ...splitReference(change.tag), // a full reference: host/project/repository/image:tag
      digest: change.digest?.split('@')[1],
      pushedAt: message.publishTime,
      deliveryId: message.messageId,
    },
    context,
  );
}
