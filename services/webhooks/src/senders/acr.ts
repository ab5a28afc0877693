import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AcrEvent, acrClaim } from '../formats/acr-event.ts';
import { hintOf } from '../hint.ts';
import { collect, contentDeliveryId, numberedId, OptionalText, readJson, TEST_ANSWER } from '../payload.ts';
import { headerSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import push from './samples/acr.json' with { type: 'json' };

/** Azure Container Registry's own webhooks. Custom headers carry the secret; a new hook is tried with a `ping`. */
export const acr: Sender = {
  name: 'acr',
  proof: headerSecret,
  parse: (body, _headers, context) => {
    const event = readJson(Notification, body, 'a webhook of Azure Container Registry');
    if (event.action === 'ping') return TEST_ANSWER;
    if (event.action !== 'push') return collect(['action']);
    const fallback = () => (event.timestamp ? contentDeliveryId('acr', body, 0) : numberedId(context.arrivalId, 0));
    const claim = { ...acrClaim(event), pushedAt: event.timestamp, deliveryId: event.id || fallback() };
    return collect([hintOf('acr', claim, context)]);
  },
  samples: [{ name: 'push', headers: { 'content-type': 'application/json' }, body: push }],
};

const Notification = Compile(
  Type.Object({ ...AcrEvent.properties, id: OptionalText, timestamp: OptionalText, action: Type.String() }),
);
