import type { EventDefinition } from '@tagstream/events';

/** `docs/asyncapi.json`: the events as an AsyncAPI 3.0 document, for generators and catalogues. */
export function asyncApi(events: readonly EventDefinition[]): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tagstream events',
      version: '1.0.0',
      description: 'What Tagstream publishes on NATS JetStream. Generated from libs/events.',
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(events.map((event) => [channelId(event), channel(event)])),
    operations: Object.fromEntries(events.map((event) => [`publish-${channelId(event)}`, operation(event)])),
    components: { messages: Object.fromEntries(events.map((event) => [channelId(event), message(event)])) },
  };
}

const channelId = ({ name }: EventDefinition): string => name.replaceAll('.', '-');

function channel(event: EventDefinition): object {
  return {
    address: ['{prefix}', event.name, ...event.tokenNames.map((token) => `{${token}}`)].join('.'),
    description: event.description,
    parameters: Object.fromEntries(
      ['prefix', ...event.tokenNames].map((name) => [
        name,
        name === 'prefix' ? { default: 'tagstream', description: 'First token of every subject' } : {},
      ]),
    ),
    messages: { [channelId(event)]: { $ref: `#/components/messages/${channelId(event)}` } },
  };
}

function operation(event: EventDefinition): object {
  return { action: 'send', channel: { $ref: `#/channels/${channelId(event)}` } };
}

function message(event: EventDefinition): object {
  return {
    name: event.type,
    title: event.name,
    summary: event.description,
    contentType: 'application/cloudevents+json',
    payload: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data'],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string' },
        source: { type: 'string' },
        type: { const: event.type },
        subject: { type: 'string' },
        time: { type: 'string', format: 'date-time' },
        datacontenttype: { const: 'application/json' },
        data: event.schema,
      },
    },
  };
}
