import { Type } from 'typebox';

/** Fields that several events share, described once. */

export const Name = (description: string) => Type.String({ minLength: 1, description });

export const Instant = (description: string) =>
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$', description });

export const Digest = Type.String({
  pattern: '^[a-z0-9]+([+._-][a-z0-9]+)*:[0-9a-f]{32,}$',
  description: 'Content digest, algorithm and hex: sha256:…',
});

export const ImageDigest = Type.Union([Digest, Type.Literal('')], {
  description: 'Digest of the image, empty for a tag that is only a reference',
});

/** Which tag of which ImageStream a message is about. The uid tells a recreated stream from its predecessor. */
export const tagOfStream = {
  namespace: Name('Namespace of the ImageStream'),
  stream: Name('Name of the ImageStream'),
  streamUid: Name('metadata.uid of the ImageStream'),
  tag: Name('Name of the tag'),
};

/** What the newest history item was when an observation was made; null for a tag without items. */
export const HistoryItem = Type.Object({
  image: ImageDigest,
  reference: Type.String({ description: 'dockerImageReference of the item' }),
  generation: Type.Integer({ minimum: 0 }),
  created: Type.String({ description: 'created of the item, exactly as in status' }),
});

/** What made somebody look at a tag. */
export const Cause = Type.Union(
  [
    Type.Literal('spec', { description: 'the spec tag is new or changed' }),
    Type.Literal('schedule', { description: 'its interval had passed' }),
    Type.Literal('webhook', { description: 'a registry announced a push' }),
    Type.Literal('request', { description: 'somebody asked for a check' }),
    Type.Literal('tag', { description: 'another tag that it follows or copies moved' }),
    Type.Literal('resync', { description: 'found in the history after an interruption' }),
  ],
  { description: 'What led to the observation' },
);

/** What a push notification told about the push behind an observation; times let latency be measured end to end. */
export const PushHint = Type.Object({
  deliveryId: Name('Id of the notification'),
  receivedAt: Instant('When the notification arrived'),
  pushedAt: Type.Optional(Instant('When the registry says the push happened')),
});
