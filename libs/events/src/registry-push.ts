import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { Digest, Instant, Name } from './fields.ts';

/**
 * Somebody says that a tag was pushed. It is a hint to look, never a value: the registry's own answer counts.
 */
export const RegistryPush = defineEvent({
  name: 'webhook.registry',
  version: 1,
  description:
    'A registry, or somebody in its place, announced a push. A hint for the pollers to look at that tag now; ' +
    'the digest it claims is never deployed.',
  schema: Type.Object({
    source: Name('Which kind of sender: distribution, harbor, recheck…'),
    registry: Name('Registry host, with its port if it has one, normalised'),
    repository: Name('Repository below the host'),
    tag: Name('Tag that was pushed'),
    claimedDigest: Type.Optional(Digest),
    mediaType: Type.Optional(Type.String()),
    pushedAt: Type.Optional(Instant('When the sender says the push happened')),
    receivedAt: Instant('When the notification arrived'),
    actor: Type.Optional(Type.String({ description: 'Who pushed, as the sender tells' })),
    deliveryId: Name('Id of the notification, unique per sender'),
    verified: Type.Union(
      [
        Type.Literal('hmac'),
        Type.Literal('token'),
        Type.Literal('oidc'),
        Type.Literal('internal'),
        Type.Literal('none'),
      ],
      { description: 'How the sender proved who it is' },
    ),
  }),
  tokenNames: ['host'],
  tokens: (d) => [d.registry],
  identity: (d) => [d.source, d.deliveryId, d.registry, d.repository, d.tag],
  sample: {
    source: 'distribution',
    registry: 'registry.example.com',
    repository: 'shop/web',
    tag: 'latest',
    claimedDigest: 'sha256:2222222222222222222222222222222222222222222222222222222222222222',
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    pushedAt: '2026-11-21T10:00:00.070Z',
    receivedAt: '2026-11-21T10:00:00.090Z',
    deliveryId: 'd83e4a01',
    verified: 'token',
  },
});
