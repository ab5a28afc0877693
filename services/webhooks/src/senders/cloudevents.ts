import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { eventKey, type ReceivedEvent, readCloudEvents } from '../formats/cloud-events.ts';
import { splitTag } from '../formats/image-name.ts';
import { hintOf } from '../hint.ts';
import { collect, OptionalText } from '../payload.ts';
import { headerSecret } from '../proofs/shared-secret.ts';
import type { IgnoreReason, ParseContext, PushHint, Sender } from '../sender.ts';
import event from './samples/cloudevents.json' with { type: 'json' };
import batch from './samples/cloudevents-batch.json' with { type: 'json' };
import data from './samples/cloudevents-binary.json' with { type: 'json' };

/**
 * Any sender of CloudEvents about pushed images, in all three modes of the HTTP binding. The data names registry, repository
 * and tag under the usual names; without them the subject is read as `repository:tag`. Deletions are told by the type.
 */
export const cloudevents: Sender = {
  name: 'cloudevents',
  proof: headerSecret,
  parse: (body, headers, context) =>
    collect(readCloudEvents(body, headers).map((one) => (one === null ? 'malformed' : readEvent(one, context)))),
  asksPermission: true,
  samples: [
    { name: 'structured', headers: { 'content-type': 'application/cloudevents+json' }, body: event },
    { name: 'batch', headers: { 'content-type': 'application/cloudevents-batch+json' }, body: batch },
    {
      name: 'binary',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': '3fd0b2f4-6e9e-4f55-8fd9-7d5c6a8a9b01',
        'ce-source': 'https://registry.example.com',
        'ce-type': 'com.example.image.push',
        'ce-subject': 'shop/web:latest',
        'ce-time': '2026-11-21T07:39:32Z',
      },
      body: data,
    },
  ],
};

const DataShape = Type.Object({
  registry: OptionalText,
  registryUrl: OptionalText,
  repository: OptionalText,
  repositoryName: OptionalText,
  tag: OptionalText,
  imageTag: OptionalText,
  digest: OptionalText,
  imageDigest: OptionalText,
  mediaType: OptionalText,
});

const Data = Compile(DataShape);

/** Words in the type of an event that is no push. */
const NO_PUSH = /(?:^|[._-])(?:deleted?|removed?|pull(?:ed)?|scan(?:ned|ning|_completed)?)(?:$|[._-])/i;

function readEvent(one: ReceivedEvent, context: ParseContext): PushHint | IgnoreReason {
  if (NO_PUSH.test(one.type)) return 'action';
  const said: Static<typeof DataShape> = Data.Check(one.data) ? one.data : {};
  const subject = splitTag(one.subject ?? '');
  return hintOf(
    'cloudevents',
    {
      host: said.registry ?? said.registryUrl ?? registryInSource(one.source),
      repository: said.repository ?? said.repositoryName ?? subject.repository,
      tag: said.tag ?? said.imageTag ?? subject.tag,
      digest: said.digest ?? said.imageDigest,
      mediaType: said.mediaType,
      pushedAt: one.time,
      deliveryId: eventKey(one),
    },
    context,
  );
}

/** `https://registry.example.com/…` or `urn:aws:ecr:<region>:<account>:repository/<name>`. */
function registryInSource(source: string): string | undefined {
  const [, region, account] = /^urn:aws:ecr:([a-z0-9-]+):([0-9]{12}):/.exec(source) ?? [];
  if (region !== undefined && account !== undefined) return `${account}.dkr.ecr.${region}.amazonaws.com`;
  return /^https?:\/\//.test(source) ? source : undefined;
}
