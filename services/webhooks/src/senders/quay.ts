import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { hintOf } from '../hint.ts';
import { collect, numberedId, OptionalText, readJson } from '../payload.ts';
import { pathSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import push from './samples/quay.json' with { type: 'json' };

/**
 * Quay, quay.io and self-hosted: the "Push to Repository" notification by POST. Unsigned, without id, time and digest, so
 * that two pushes of a tag have the same body. `docker_url` is the reference under which the repository is pulled.
 */
export const quay: Sender = {
  name: 'quay',
  proof: pathSecret,
  parse: (body, _headers, context) => {
    const { docker_url: url, updated_tags: updated, ...names } = readJson(Notification, body, 'a notification of Quay');
    const slash = url?.indexOf('/') ?? -1;
    const host = slash > 0 ? url?.slice(0, slash) : undefined;
    const repository = slash > 0 ? url?.slice(slash + 1) : names.repository;
    // Older versions send an object of tags and image ids.
    const tags = Array.isArray(updated) ? updated : Object.keys(updated);
    return collect(
      tags.map((tag, index) =>
        hintOf('quay', { host, repository, tag, deliveryId: numberedId(context.arrivalId, index) }, context),
      ),
    );
  },
  samples: [{ name: 'push', headers: { 'content-type': 'application/json' }, body: push }],
};

const Notification = Compile(
  Type.Object({
    docker_url: OptionalText,
    repository: OptionalText,
    updated_tags: Type.Union([Type.Array(Type.String()), Type.Record(Type.String(), Type.Unknown())]),
  }),
);
