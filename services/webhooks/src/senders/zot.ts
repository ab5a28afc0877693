import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { eventKey, type ReceivedEvent, readCloudEvents } from '../formats/cloud-events.ts';
import { hintOf } from '../hint.ts';
import { collect, OptionalText } from '../payload.ts';
import { headerSecret } from '../proofs/shared-secret.ts';
import type { IgnoreReason, ParseContext, PushHint, Sender } from '../sender.ts';
import updated from './samples/zot.json' with { type: 'json' };

/**
 * zot's extension "events" with a sink of type http: CloudEvents in binary mode, the secret as its `credentials.token`. The
 * prefix of the type can be configured in zot. Payloads do not name the registry: the receiver's `registry` does.
 */
export const zot: Sender = {
  name: 'zot',
  proof: headerSecret,
  parse: (body, headers, context) =>
    collect(readCloudEvents(body, headers).map((event) => (event === null ? 'malformed' : readEvent(event, context)))),
  samples: [
    {
      name: 'updated',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': '1b0f6f7e-2c59-4a2b-9a55-6f2d6f3c1f55',
        'ce-source': 'zotregistry.dev',
        'ce-type': 'zotregistry.image.updated',
        'ce-time': '2026-11-21T07:39:32.008482544Z',
      },
      body: updated,
    },
  ],
};

const Data = Compile(
  Type.Object({ name: OptionalText, reference: OptionalText, digest: OptionalText, mediaType: OptionalText }),
);

function readEvent(event: ReceivedEvent, context: ParseContext): PushHint | IgnoreReason {
  if (!event.type.endsWith('.image.updated')) return 'action';
  if (!Data.Check(event.data)) return 'malformed';
  const { name, reference, digest, mediaType } = event.data;
  return hintOf(
    'zot',
    // A push by digest has the digest as its reference.
    {
      host: undefined,
      repository: name,
      tag: reference,
      digest,
      mediaType,
      pushedAt: event.time,
      deliveryId: eventKey(event),
    },
    context,
  );
}
