import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { hintOf } from '../hint.ts';
import { collect, contentDeliveryId, numberedId, OptionalText, readJson } from '../payload.ts';
import { pathSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import push from './samples/alibaba.json' with { type: 'json' };

/**
 * Alibaba Cloud Container Registry: a trigger of a repository. Unsigned, so that the secret can only be in the URL. The
 * registry of a personal instance follows from the region; an enterprise instance needs the receiver's `registry`.
 */
export const alibaba: Sender = {
  name: 'alibaba',
  proof: pathSecret,
  parse: (body, _headers, context) => {
    const { push_data: data, repository } = readJson(
      Notification,
      body,
      'a trigger of Alibaba Cloud Container Registry',
    );
    const { namespace, name, region } = repository;
    const claim = {
      host: region ? `registry.${region}.aliyuncs.com` : undefined,
      repository: repository.repo_full_name || (namespace && name ? `${namespace}/${name}` : undefined),
      tag: data.tag,
      digest: data.digest,
      // pushed_at has no time zone: good for telling pushes apart, not for their age.
      deliveryId: data.pushed_at ? contentDeliveryId('alibaba', body, 0) : numberedId(context.arrivalId, 0),
    };
    return collect([hintOf('alibaba', claim, context)]);
  },
  samples: [{ name: 'push', headers: { 'content-type': 'application/json' }, body: push }],
};

const Notification = Compile(
  Type.Object({
    push_data: Type.Object({ tag: OptionalText, digest: OptionalText, pushed_at: OptionalText }),
    repository: Type.Object({
      repo_full_name: OptionalText,
      namespace: OptionalText,
      name: OptionalText,
      region: OptionalText,
    }),
  }),
);
