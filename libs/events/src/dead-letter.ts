import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { Instant, Name } from './fields.ts';

/** A message that a service could not process, kept whole with the reason so that an operator can replay it. */
export const DeadLetter = defineEvent({
  name: 'deadletter',
  version: 1,
  description: 'A message that a service could not process, kept whole with the reason, for an operator to replay.',
  schema: Type.Object({
    service: Name('Service that gave up'),
    consumer: Name('Its durable consumer'),
    stream: Name('Stream the message is in'),
    sequence: Type.Integer({ minimum: 1, description: 'Its sequence in that stream' }),
    subject: Name('Its subject'),
    reason: Name('Why it could not be processed'),
    deliveries: Type.Integer({ minimum: 1, description: 'How often it was tried' }),
    body: Type.String({ description: 'The message body, base64' }),
    at: Instant('When the service gave up'),
  }),
  tokenNames: ['service'],
  tokens: (d) => [d.service],
  identity: (d) => [d.stream, d.sequence, d.consumer],
  sample: {
    service: 'trigger',
    consumer: 'trigger-polls',
    stream: 'TAGSTREAM_REGISTRY',
    sequence: 17,
    subject: 'tagstream.registry-poll.shop.web.latest',
    reason: 'io.tagstream.registry-poll.v1: /tag must be string',
    deliveries: 1,
    body: 'e30=',
    at: '2026-11-21T10:00:00.000Z',
  },
});
