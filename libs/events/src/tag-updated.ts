import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { Cause, ImageDigest, Instant, Name, PushHint, tagOfStream } from './fields.ts';

/**
 * A tag of an ImageStream points to something new. The subject's messages are the tag's history, in order and complete.
 */
export const TagUpdated = defineEvent({
  name: 'tag-updated',
  version: 1,
  description:
    'A tag of an ImageStream points to something new. This is the public contract for other teams: the messages of one ' +
    'subject are the history of one tag, in order and complete.',
  schema: Type.Object({
    ...tagOfStream,
    image: ImageDigest,
    reference: Name('What to pull: the recorded reference, normally repository@digest'),
    previous: Type.Union([Type.Object({ image: ImageDigest, reference: Type.String() }), Type.Null()], {
      description: 'What the tag pointed to before; null for its first image',
    }),
    generation: Type.Integer({ minimum: 0, description: 'Generation recorded with the history item' }),
    created: Name('created of the history item: which entry of the history this is'),
    cause: Cause,
    observedAt: Instant('When the new value was found'),
    hint: Type.Optional(PushHint),
  }),
  tokenNames: ['namespace', 'stream', 'tag'],
  tokens: (d) => [d.namespace, d.stream, d.tag],
  identity: (d) => [d.streamUid, d.tag, d.created, d.image, d.reference],
  sample: {
    namespace: 'shop',
    stream: 'web',
    streamUid: '5b9f3c1e-6a0e-4c3b-9a51-0d5c1f7f5a11',
    tag: 'latest',
    image: 'sha256:2222222222222222222222222222222222222222222222222222222222222222',
    reference: 'registry.example.com/shop/web@sha256:2222222222222222222222222222222222222222222222222222222222222222',
    previous: {
      image: 'sha256:1111111111111111111111111111111111111111111111111111111111111111',
      reference:
        'registry.example.com/shop/web@sha256:1111111111111111111111111111111111111111111111111111111111111111',
    },
    generation: 3,
    created: '2026-11-21T10:00:00.130Z',
    cause: 'webhook',
    observedAt: '2026-11-21T10:00:00.120Z',
    hint: { deliveryId: 'd83e4a01', receivedAt: '2026-11-21T10:00:00.090Z', pushedAt: '2026-11-21T10:00:00.070Z' },
  },
});
