import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { configuredPlace } from '../formats/configured-place.ts';
import { headerOf } from '../formats/header.ts';
import { hintOf } from '../hint.ts';
import { collect, contentDeliveryId, numberedId, OptionalText, readJson } from '../payload.ts';
import { hmacSignature } from '../proofs/hmac.ts';
import type { Sender } from '../sender.ts';
import updated from './samples/nexus.json' with { type: 'json' };

/**
 * Sonatype Nexus 3: the capability "Webhook: Repository" for component events. A tag that moves is `UPDATED`. Asset events,
 * which come for every layer, are left out. Each repository listens on a port or host of its own, which payloads do not
 * tell: `registries` has it per repository, `registry` where there is only one.
 */
export const nexus: Sender = {
  name: 'nexus',
  // SHA-1 is what Nexus has; as a keyed hash it still holds (RFC 6194, section 3.3).
  proof: hmacSignature('sha1', [{ header: 'x-nexus-webhook-signature', prefix: '' }]),
  parse: (body, headers, context) => {
    if (headerOf(headers, 'x-nexus-webhook-id') === 'rm:repository:asset') return collect(['media-type']);
    const event = readJson(Notification, body, 'a webhook of Nexus about a component');
    if (event.component.format !== 'docker') return collect(['not-image']);
    if (event.action !== 'CREATED' && event.action !== 'UPDATED') return collect(['action']);
    const fallback = () => (event.timestamp ? contentDeliveryId('nexus', body, 0) : numberedId(context.arrivalId, 0));
    const claim = {
      ...(configuredPlace(context.options, event.repositoryName, event.component.name) ?? {
        host: undefined,
        repository: event.component.name,
      }),
      tag: event.component.version,
      pushedAt: event.timestamp,
      actor: event.initiator,
      deliveryId: headerOf(headers, 'x-nexus-webhook-delivery') ?? fallback(),
    };
    return collect([hintOf('nexus', claim, context)]);
  },
  options: ['registries'],
  samples: [
    {
      name: 'updated',
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'x-nexus-webhook-id': 'rm:repository:component',
        'x-nexus-webhook-delivery': '5c0a9a3c-1e0b-4f8b-a5d0-1d1f5b9b7f0e',
      },
      body: updated,
    },
  ],
};

const Notification = Compile(
  Type.Object({
    action: Type.String(),
    timestamp: OptionalText,
    initiator: OptionalText,
    repositoryName: OptionalText,
    component: Type.Object({ format: OptionalText, name: OptionalText, version: OptionalText }),
  }),
);
