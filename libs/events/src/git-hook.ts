import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { Instant, Name } from './fields.ts';

const User = Type.Object({ name: Type.Optional(Type.String()), email: Type.Optional(Type.String()) });

/** The commit that a hook is about, as a Build carries it. */
const Revision = Type.Object({
  type: Type.Optional(Type.String()),
  git: Type.Optional(
    Type.Object({
      commit: Type.Optional(Type.String()),
      author: Type.Optional(User),
      committer: Type.Optional(User),
      message: Type.Optional(Type.String()),
    }),
  ),
});

const Variables = Type.Array(Type.Object({ name: Type.String(), value: Type.Optional(Type.String()) }));

/** An accepted git hook whose Build could not be created at once. */
export const GitHook = defineEvent({
  name: 'webhook.git',
  version: 1,
  description:
    'A hook of a git host was accepted, but the API server did not answer, so that its Build is still to be created. ' +
    'Hooks whose Build was created at once leave no message here.',
  schema: Type.Object({
    namespace: Name('Namespace of the BuildConfig'),
    buildConfig: Name('Name of the BuildConfig'),
    sender: Type.Union([
      Type.Literal('GitHub'),
      Type.Literal('GitLab'),
      Type.Literal('Bitbucket'),
      Type.Literal('Generic'),
    ]),
    requestId: Name('Id of the delivery: the same one leads to one Build'),
    receivedAt: Instant('When the hook arrived'),
    revision: Type.Optional(Revision),
    env: Type.Optional(Variables),
    dockerStrategyOptions: Type.Optional(
      Type.Object({ buildArgs: Type.Optional(Variables), noCache: Type.Optional(Type.Boolean()) }),
    ),
  }),
  tokenNames: ['namespace', 'buildconfig'],
  tokens: (d) => [d.namespace, d.buildConfig],
  identity: (d) => [d.namespace, d.buildConfig, d.requestId],
  sample: {
    namespace: 'shop',
    buildConfig: 'web',
    sender: 'GitHub',
    requestId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    receivedAt: '2026-11-21T10:00:00.090Z',
    revision: {
      type: 'Git',
      git: {
        commit: '9bdc3a26ff933b32f3e558636b58aea86a69f051',
        author: { name: 'Ada', email: 'ada@example.com' },
        message: 'Show the price',
      },
    },
  },
});
