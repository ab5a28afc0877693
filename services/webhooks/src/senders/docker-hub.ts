import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { hintOf } from '../hint.ts';
import { collect, contentDeliveryId, numberedId, OptionalText, readJson } from '../payload.ts';
import { pathSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import push from './samples/docker-hub.json' with { type: 'json' };

/**
 * Docker Hub: one call a tag, unsigned, without id and digest, never repeated. The secret can only be in the URL. Its
 * `callback_url` is never called.
 */
export const dockerHub: Sender = {
  name: 'docker-hub',
  proof: pathSecret,
  parse: (body, _headers, context) => {
    const { push_data: data, repository } = readJson(Notification, body, 'a webhook of Docker Hub');
    const { namespace, name, repo_name: fullName } = repository;
    const deliveryId =
      typeof data.pushed_at === 'number' ? contentDeliveryId('docker-hub', body, 0) : numberedId(context.arrivalId, 0);
    const claim = {
      host: 'docker.io',
      repository: fullName || (namespace ? `${namespace}/${name}` : name),
      tag: data.tag,
      pushedAt: data.pushed_at,
      actor: data.pusher,
      deliveryId,
    };
    return collect([hintOf('docker-hub', claim, context)]);
  },
  samples: [{ name: 'push', headers: { 'content-type': 'application/json' }, body: push }],
};

const Notification = Compile(
  Type.Object({
    push_data: Type.Object({
      tag: OptionalText,
      pushed_at: Type.Optional(Type.Union([Type.Number(), Type.String(), Type.Null()])),
      pusher: OptionalText,
    }),
    repository: Type.Object({ repo_name: OptionalText, namespace: OptionalText, name: OptionalText }),
  }),
);
