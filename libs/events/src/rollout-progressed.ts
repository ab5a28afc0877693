import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { Digest, Instant, Name } from './fields.ts';

/** A rollout of a DeploymentConfig entered a phase. */
export const RolloutProgressed = defineEvent({
  name: 'rollout',
  version: 1,
  description:
    'A rollout of a DeploymentConfig entered a phase: started, first pod ready, complete, failed, cancelled; or an older version serves again: rolled back.',
  schema: Type.Object({
    namespace: Name('Namespace of the DeploymentConfig'),
    name: Name('Name of the DeploymentConfig'),
    uid: Name('metadata.uid of the DeploymentConfig'),
    version: Type.Integer({ minimum: 1, description: 'Version that is rolled out' }),
    attempt: Type.Optional(
      Type.Integer({ minimum: 2, description: 'Which attempt at this version, absent for the first: it was retried' }),
    ),
    replicationController: Name('Name of the ReplicationController of that version'),
    phase: Type.Union([
      Type.Literal('started'),
      Type.Literal('first-pod-ready'),
      Type.Literal('complete'),
      Type.Literal('failed'),
      Type.Literal('cancelled'),
      Type.Literal('rolled-back'),
    ]),
    images: Type.Array(
      Type.Object({
        container: Name('Container name'),
        image: Type.String({ description: 'Pull spec of this version' }),
        digest: Type.Optional(Digest),
      }),
    ),
    rolledBackTo: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Of rolled-back: the older version whose pod template serves again, because this version returned to it or failed',
      }),
    ),
    reason: Type.Optional(Type.String({ description: 'Why it failed or was started' })),
    sinceStartMs: Type.Integer({ minimum: 0, description: 'Milliseconds since the ReplicationController was created' }),
    at: Instant('When the phase was entered'),
  }),
  tokenNames: ['namespace', 'name'],
  tokens: (d) => [d.namespace, d.name],
  identity: (d) => [d.uid, d.version, d.replicationController, ...(d.attempt ? [d.attempt] : []), d.phase],
  sample: {
    namespace: 'shop',
    name: 'web',
    uid: '0c7f6a52-43e1-4f7e-8d7d-6a5d0d3b7a10',
    version: 2,
    replicationController: 'web-2',
    phase: 'complete',
    images: [
      {
        container: 'web',
        image: 'registry.example.com/shop/web@sha256:2222222222222222222222222222222222222222222222222222222222222222',
        digest: 'sha256:2222222222222222222222222222222222222222222222222222222222222222',
      },
    ],
    sinceStartMs: 3210,
    at: '2026-11-21T10:00:03.400Z',
  },
});
