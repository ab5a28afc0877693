import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { harborResources, RepositoryShape, ResourcesShape } from '../formats/harbor-resources.ts';
import { collect, contentDeliveryId, numberedId, OptionalText, readJson, TEST_ANSWER } from '../payload.ts';
import { headerSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import push from './samples/harbor.json' with { type: 'json' };

/**
 * Harbor's webhook policies with the payload format "Default". The policy's "Auth Header" arrives verbatim in
 * `Authorization`; its job service repeats what was not answered with 2xx. Harbor 1 calls a push `pushImage`.
 */
export const harbor: Sender = {
  name: 'harbor',
  proof: { ...headerSecret, sign: (secret) => ({ headers: { authorization: secret } }) },
  parse: (body, _headers, context) => {
    // What "Test endpoint" sends.
    if (body.length === 0) return TEST_ANSWER;
    const notification = readJson(Notification, body, 'a webhook of Harbor in its default format');
    if (notification.type !== 'PUSH_ARTIFACT' && notification.type !== 'pushImage') return collect(['action']);
    const about = {
      pushedAt: notification.occur_at,
      actor: notification.operator,
      deliveryId: notification.occur_at ? contentDeliveryId('harbor', body, 0) : numberedId(context.arrivalId, 0),
    };
    return collect(harborResources('harbor', notification.event_data, about, context));
  },
  samples: [{ name: 'push', headers: { 'content-type': 'application/json' }, body: push }],
};

const Notification = Compile(
  Type.Object({
    type: Type.String(),
    occur_at: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    operator: OptionalText,
    event_data: Type.Optional(
      Type.Object({ resources: Type.Optional(ResourcesShape), repository: Type.Optional(RepositoryShape) }),
    ),
  }),
);
