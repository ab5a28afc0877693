import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { hintOf } from '../hint.ts';
import { collect, contentDeliveryId, OptionalText, readJson } from '../payload.ts';
import type { IgnoreReason, ParseContext, ParsedPayload, PushHint } from '../sender.ts';

const Envelope = Compile(Type.Object({ events: Type.Array(Type.Unknown()) }));

const EventSchema = Type.Object({
  id: OptionalText,
  timestamp: OptionalText,
  action: Type.String(),
  target: Type.Object({
    mediaType: OptionalText,
    digest: OptionalText,
    repository: OptionalText,
    url: OptionalText,
    tag: OptionalText,
  }),
  request: Type.Optional(Type.Object({ host: OptionalText })),
  actor: Type.Optional(Type.Object({ name: OptionalText })),
});

/** Each event is checked on its own, so that one odd event does not lose the others. */
const Event = Compile(EventSchema);

/**
 * Reads the notification envelope of CNCF distribution, which GitLab's container registry sends too.
 * @throws PayloadError when the body is no such envelope.
 */
export function readDistributionEvents(source: string, body: Buffer, context: ParseContext): ParsedPayload {
  const { events } = readJson(Envelope, body, 'a notification envelope of a distribution registry');
  return collect(
    events.map((event, index) => readEvent(source, event, () => contentDeliveryId(source, body, index), context)),
  );
}

function readEvent(
  source: string,
  event: unknown,
  fallbackId: () => string,
  context: ParseContext,
): PushHint | IgnoreReason {
  if (!Event.Check(event)) return 'malformed';
  if (event.action !== 'push') return 'action';
  const { target } = event;
  return hintOf(
    source,
    {
      host: event.request?.host || hostOf(target.url),
      repository: target.repository,
      tag: target.tag,
      digest: target.digest,
      mediaType: target.mediaType,
      pushedAt: event.timestamp,
      actor: event.actor?.name,
      deliveryId: event.id || fallbackId(),
    },
    context,
  );
}

/** Some registries leave `request` out; the URL of the manifest then names the host. */
function hostOf(url: string | null | undefined): string | undefined {
  return url && URL.canParse(url) ? new URL(url).host : undefined;
}
