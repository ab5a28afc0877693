import type { IncomingHttpHeaders } from 'node:http';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AcrEvent, acrClaim } from '../formats/acr-event.ts';
import { hintOf } from '../hint.ts';
import { collect, OptionalText, PayloadError, parseJson } from '../payload.ts';
import { pathSecret } from '../proofs/shared-secret.ts';
import type { IgnoreReason, ParseContext, ParsedPayload, PushHint, Sender } from '../sender.ts';
import pushed from './samples/azure-event-grid.json' with { type: 'json' };
import pushedAsCloudEvent from './samples/azure-event-grid-cloudevent.json' with { type: 'json' };

/**
 * Azure Container Registry through Event Grid, in its own schema or as CloudEvents. A new subscription is validated: in
 * Event Grid's schema by an event whose code has to come back, as CloudEvents by `OPTIONS`. The validation URL in that event
 * is never called. With Entra ID the receiver has `oidc`; without, the secret is in the path.
 */
export const azureEventGrid: Sender = {
  name: 'azure-event-grid',
  proof: pathSecret,
  parse: (body, headers, context) => {
    const value = parseJson(body, 'events of Azure Event Grid');
    const events: readonly unknown[] = Array.isArray(value) ? value : [value];
    const validation = validationIn(events, headers);
    if (validation !== null) return validation;
    return collect(events.map((event) => readEvent(event, context)));
  },
  asksPermission: true,
  samples: [
    {
      name: 'event-grid',
      headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
      body: pushed,
    },
    { name: 'cloudevent', headers: { 'content-type': 'application/cloudevents+json' }, body: pushedAsCloudEvent },
  ],
};

/** The CloudEvents schema has `type` and `time` where Event Grid's own has `eventType` and `eventTime`. */
const EventSchema = Type.Object({
  id: Type.String({ minLength: 1 }),
  eventType: OptionalText,
  eventTime: OptionalText,
  type: OptionalText,
  time: OptionalText,
  data: Type.Optional(Type.Unknown()),
});

const Event = Compile(EventSchema);
const Data = Compile(AcrEvent);
const Validation = Compile(Type.Object({ validationCode: Type.String({ minLength: 1, maxLength: 128 }) }));

function validationIn(events: readonly unknown[], headers: IncomingHttpHeaders): ParsedPayload | null {
  if (headers['aeg-event-type'] !== 'SubscriptionValidation') return null;
  for (const event of events) {
    if (!Event.Check(event) || event.eventType !== 'Microsoft.EventGrid.SubscriptionValidationEvent') continue;
    if (Validation.Check(event.data)) {
      return { kind: 'answer', answer: { validationResponse: event.data.validationCode } };
    }
  }
  throw new PayloadError('The validation event has no validation code.');
}

function readEvent(event: unknown, context: ParseContext): PushHint | IgnoreReason {
  if (!Event.Check(event)) return 'malformed';
  if (typeOf(event) !== 'Microsoft.ContainerRegistry.ImagePushed') return 'action';
  if (!Data.Check(event.data)) return 'malformed';
  const pushedAt = event.eventTime ?? event.time;
  return hintOf('azure-event-grid', { ...acrClaim(event.data), pushedAt, deliveryId: event.id }, context);
}

function typeOf({ eventType, type }: Static<typeof EventSchema>): string | null | undefined {
  return eventType ?? type;
}
