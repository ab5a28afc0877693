import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { hintOf } from '../hint.ts';
import { OptionalText } from '../payload.ts';
import type { IgnoreReason, ParseContext, PushHint } from '../sender.ts';

const EventSchema = Type.Object({
  id: Type.String({ minLength: 1 }),
  'detail-type': Type.String(),
  account: Type.String({ pattern: '^[0-9]{12}$' }),
  region: Type.String({ pattern: '^[a-z0-9-]{1,32}$' }),
  time: OptionalText,
  detail: Type.Object({
    'action-type': OptionalText,
    result: OptionalText,
    'sync-status': OptionalText,
    'repository-name': OptionalText,
    'image-tag': OptionalText,
    'image-digest': OptionalText,
    'manifest-media-type': OptionalText,
  }),
});

const Event = Compile(EventSchema);

/**
 * Reads an event of Amazon ECR as EventBridge delivers it: a push, or a refresh of a pull-through cache, which moves tags
 * too. Emission is best effort.
 */
export function readEcrEvent(source: string, event: unknown, context: ParseContext): PushHint | IgnoreReason {
  if (!Event.Check(event)) return 'malformed';
  if (!isPush(event)) return 'action';
  const { account, region, detail } = event;
  return hintOf(
    source,
    {
      // ECR's registries in China have a domain of their own.
      host: `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
      repository: detail['repository-name'],
      tag: detail['image-tag'],
      digest: detail['image-digest'],
      mediaType: detail['manifest-media-type'],
      pushedAt: event.time,
      deliveryId: event.id,
    },
    context,
  );
}

function isPush({ 'detail-type': type, detail }: Static<typeof EventSchema>): boolean {
  if (type === 'ECR Image Action') return detail['action-type'] === 'PUSH' && detail.result === 'SUCCESS';
  return type === 'ECR Pull Through Cache Action' && detail['sync-status'] === 'SUCCESS';
}
