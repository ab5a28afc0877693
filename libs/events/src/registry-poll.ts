import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { Cause, Digest, HistoryItem, Instant, Name, PushHint, tagOfStream } from './fields.ts';

const Platform = Type.Object({
  architecture: Type.String(),
  os: Type.String(),
  variant: Type.Optional(Type.String()),
});

const Found = Type.Object({
  kind: Type.Literal('image'),
  image: Digest,
  reference: Name('Pull spec to record: the spelling of the spec with the digest attached'),
  manifest: Type.Object({
    digest: Digest,
    mediaType: Name('Media type of what the tag points to'),
    platforms: Type.Optional(Type.Array(Platform)),
  }),
});

const Failed = Type.Object({
  kind: Type.Literal('error'),
  reason: Name('Reason of the ImportSuccess=False condition: NotFound, Unauthorized, InternalError…'),
  message: Name('Message of that condition'),
});

/**
 * What a poller found out about a tag, published when it differs from the ImageStream's status or when the import was
 * asked for. It is compare-and-set: it counts only while `basedOn` is still the newest item of the tag's history.
 */
export const RegistryPoll = defineEvent({
  name: 'registry-poll',
  version: 1,
  description:
    'A poller asked a registry about a tag and found something that the ImageStream does not show yet: another digest, ' +
    'or an error. It applies only while `basedOn` is still the newest item of the tag.',
  schema: Type.Object({
    ...tagOfStream,
    from: Name('The reference that was asked for, as written in the spec'),
    specHash: Name('Fingerprint of the spec tag that was imported'),
    specGeneration: Type.Integer({ minimum: 0, description: 'Generation of the spec tag that was imported' }),
    basedOn: Type.Union([HistoryItem, Type.Null()], { description: 'Newest item it was compared with' }),
    replaces: Type.Optional(
      Name(
        'Fingerprint of the ImportSuccess=False condition that the status showed, or showed last: it makes a failure that comes ' +
          'back after a success a new fact, although the newest item is the same',
      ),
    ),
    cause: Cause,
    checkedAt: Instant('When the registry answered'),
    hint: Type.Optional(PushHint),
    pushed: Type.Optional(
      Type.Object(
        {
          replaces: Type.Union([Digest, Type.Null()], {
            description: 'Digest that was taken over from there before, which must still be so; null for none',
          }),
        },
        {
          description:
            "The image is in the stream's own repository in the cluster's registry: the tag takes it over whatever its spec says, " +
            'and also when the spec does not name it. specHash and specGeneration then mean nothing',
        },
      ),
    ),
    outcome: Type.Union([Found, Failed]),
  }),
  tokenNames: ['namespace', 'stream', 'tag'],
  tokens: (d) => [d.namespace, d.stream, d.tag],
  identity: (d) => [
    d.streamUid,
    d.tag,
    d.specHash,
    d.specGeneration,
    d.basedOn,
    ...(d.replaces === undefined ? [] : [d.replaces]),
    ...(d.pushed === undefined ? [] : [d.pushed]),
    d.outcome.kind === 'image' ? [d.outcome.image, d.outcome.reference] : [d.outcome.reason, d.outcome.message],
  ],
  sample: {
    namespace: 'shop',
    stream: 'web',
    streamUid: '5b9f3c1e-6a0e-4c3b-9a51-0d5c1f7f5a11',
    tag: 'latest',
    from: 'registry.example.com/shop/web:latest',
    specHash: '3f1c8a90',
    specGeneration: 3,
    basedOn: {
      image: 'sha256:1111111111111111111111111111111111111111111111111111111111111111',
      reference:
        'registry.example.com/shop/web@sha256:1111111111111111111111111111111111111111111111111111111111111111',
      generation: 3,
      created: '2026-11-20T09:00:00.000Z',
    },
    cause: 'webhook',
    checkedAt: '2026-11-21T10:00:00.120Z',
    hint: { deliveryId: 'd83e4a01', receivedAt: '2026-11-21T10:00:00.090Z', pushedAt: '2026-11-21T10:00:00.070Z' },
    outcome: {
      kind: 'image',
      image: 'sha256:2222222222222222222222222222222222222222222222222222222222222222',
      reference:
        'registry.example.com/shop/web@sha256:2222222222222222222222222222222222222222222222222222222222222222',
      manifest: {
        digest: 'sha256:2222222222222222222222222222222222222222222222222222222222222222',
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
      },
    },
  },
});
