import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { eventKey, readCloudEvents } from '../formats/cloud-events.ts';
import { harborResources, RepositoryShape, ResourcesShape } from '../formats/harbor-resources.ts';
import { collect, TEST_ANSWER } from '../payload.ts';
import type { IgnoreReason, ParseContext, PushHint, Sender } from '../sender.ts';
import { harbor } from './harbor.ts';
import push from './samples/harbor-cloudevents.json' with { type: 'json' };

/** Harbor's webhook policies with the payload format "CloudEvents" (2.8 and newer). */
export const harborCloudEvents: Sender = {
  name: 'harbor-cloudevents',
  proof: harbor.proof,
  parse: (body, headers, context) => {
    if (body.length === 0) return TEST_ANSWER;
    return collect(readCloudEvents(body, headers).flatMap((event) => readEvent(event, context)));
  },
  samples: [{ name: 'push', headers: { 'content-type': 'application/cloudevents+json' }, body: push }],
};

const Data = Compile(
  Type.Object({ resources: Type.Optional(ResourcesShape), repository: Type.Optional(RepositoryShape) }),
);

function readEvent(
  event: ReturnType<typeof readCloudEvents>[number],
  context: ParseContext,
): readonly (PushHint | IgnoreReason)[] {
  if (event === null) return ['malformed'];
  if (event.type !== 'harbor.artifact.pushed') return ['action'];
  if (!Data.Check(event.data)) return ['malformed'];
  return harborResources(
    'harbor-cloudevents',
    event.data,
    { pushedAt: event.time, deliveryId: eventKey(event) },
    context,
  );
}
