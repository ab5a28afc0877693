import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { Digest, Instant, Name } from './fields.ts';

/** The phases of a Build, as its status and, in lower case, the subject name them. */
const Phase = Type.Union(
  [
    Type.Literal('New', { description: 'it waits for its turn' }),
    Type.Literal('Pending', { description: 'its turn has come: the signal for whoever runs builds' }),
    Type.Literal('Running'),
    Type.Literal('Complete'),
    Type.Literal('Failed'),
    Type.Literal('Error'),
    Type.Literal('Cancelled'),
  ],
  { description: 'The phase that was entered' },
);

/** A Build entered a phase. */
export const BuildProgressed = defineEvent({
  name: 'build',
  version: 1,
  description:
    'A Build entered a phase. Pending says that its turn has come: whoever runs builds consumes that subject. ' +
    'Complete carries the digest of the new image.',
  schema: Type.Object({
    namespace: Name('Namespace of the Build'),
    name: Name('Name of the Build'),
    uid: Name('metadata.uid of the Build'),
    buildConfig: Type.Optional(Name('Name of the BuildConfig, absent for a Build without one')),
    number: Type.Optional(Type.Integer({ minimum: 1, description: 'Number of the Build within its BuildConfig' })),
    phase: Phase,
    reason: Type.Optional(Type.String({ description: 'status.reason of the Build' })),
    message: Type.Optional(Type.String({ description: 'status.message of the Build' })),
    at: Instant('When the phase was entered'),
    startedAt: Type.Optional(Instant('When the Build began to run')),
    durationMs: Type.Optional(Type.Integer({ minimum: 0, description: 'How long it ran; of a phase that ends it' })),
    strategy: Type.Union(
      [Type.Literal('Docker'), Type.Literal('Source'), Type.Literal('Custom'), Type.Literal('JenkinsPipeline')],
      { description: 'How the image is built' },
    ),
    output: Type.Object({
      reference: Type.Optional(Type.String({ description: 'Where the image is pushed: repository:tag' })),
      digest: Type.Optional(Digest),
    }),
    log: Type.Optional(Type.String({ description: 'Where the log is: nats:<subject> or pod:<name>/<container>' })),
    runner: Type.Optional(Type.String({ description: 'Who runs it: runner/instance' })),
    cancelled: Type.Optional(Type.Boolean({ description: 'Somebody asked for its end' })),
  }),
  tokenNames: ['phase', 'namespace', 'buildconfig'],
  tokens: (d) => [d.phase.toLowerCase(), d.namespace, d.buildConfig ?? '_'],
  identity: (d) => [d.uid, d.phase],
  sample: {
    namespace: 'shop',
    name: 'web-3',
    uid: '5d2a1d90-0a6e-4a2b-9a55-0b8d9a1c7e11',
    buildConfig: 'web',
    number: 3,
    phase: 'Complete',
    at: '2026-11-21T10:00:42.000Z',
    startedAt: '2026-11-21T10:00:01.000Z',
    durationMs: 41000,
    strategy: 'Docker',
    output: {
      reference: 'registry.example.com/shop/web:latest',
      digest: 'sha256:2222222222222222222222222222222222222222222222222222222222222222',
    },
    log: 'nats:tagstream.build-log.shop.web-3',
    runner: 'builder/builder-7c9f',
  },
});
