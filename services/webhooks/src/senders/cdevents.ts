import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { eventKey, type ReceivedEvent, readCloudEvents } from '../formats/cloud-events.ts';
import { splitReference } from '../formats/image-name.ts';
import { hintOf } from '../hint.ts';
import { collect, OptionalText } from '../payload.ts';
import { headerSecret } from '../proofs/shared-secret.ts';
import type { IgnoreReason, ParseContext, PushHint, Sender } from '../sender.ts';
import published from './samples/cdevents.json' with { type: 'json' };

/**
 * CDEvents: `dev.cdevents.artifact.published`, carried as the data of a CloudEvent. The image is a package URL:
 * `pkg:oci/web@sha256%3A…?repository_url=registry.example.com/shop/web&tag=latest`.
 */
export const cdevents: Sender = {
  name: 'cdevents',
  proof: headerSecret,
  parse: (body, headers, context) =>
    collect(readCloudEvents(body, headers).map((event) => (event === null ? 'malformed' : readEvent(event, context)))),
  asksPermission: true,
  samples: [{ name: 'published', headers: { 'content-type': 'application/cloudevents+json' }, body: published }],
};

const Data = Compile(
  Type.Object({
    context: Type.Object({ id: OptionalText, type: Type.String(), timestamp: OptionalText }),
    subject: Type.Object({ id: Type.String() }),
  }),
);

function readEvent(event: ReceivedEvent, context: ParseContext): PushHint | IgnoreReason {
  if (!Data.Check(event.data)) return 'malformed';
  const { context: about, subject } = event.data;
  if (!about.type.startsWith('dev.cdevents.artifact.published.')) return 'action';
  const [name = '', query = ''] = subject.id.split('?');
  if (!name.startsWith('pkg:oci/') && !name.startsWith('pkg:docker/')) return 'not-image';
  const qualifiers = new URLSearchParams(query);
  const { host, repository } = splitReference(qualifiers.get('repository_url') ?? '');
  return hintOf(
    'cdevents',
    {
      host,
      repository,
      tag: qualifiers.get('tag'),
      digest: name.split('@')[1]?.replace('%3A', ':'),
      pushedAt: about.timestamp ?? event.time,
      deliveryId: about.id || eventKey(event),
    },
    context,
  );
}
