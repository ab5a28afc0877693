import { Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { Instant, Name } from './fields.ts';

const Listed = Type.Object({
  kind: Type.Literal('tags'),
  tags: Type.Array(Name('Tag'), { description: 'The tags to import, the most wanted first' }),
  additionalTags: Type.Integer({ minimum: 0, description: 'How many more the repository has' }),
});

const Failed = Type.Object({
  kind: Type.Literal('error'),
  reason: Name('Reason of the RepositoryImported=False condition: NotFound, Unauthorized, InternalError…'),
  message: Name('Message of that condition'),
});

/** What a poller found a repository to contain whose tags a stream imports as a whole. Compare-and-set on `basedOn`. */
export const RepositoryPoll = defineEvent({
  name: 'repository-poll',
  version: 1,
  description:
    'A poller listed the tags of a repository that an ImageStream imports as a whole (spec.dockerImageRepository), or could ' +
    'not. It applies only while the status says of the repository what `basedOn` names. The images behind the tags are ' +
    'told by registry-poll.',
  schema: Type.Object({
    namespace: Name('Namespace of the ImageStream'),
    stream: Name('Name of the ImageStream'),
    streamUid: Name('metadata.uid of the ImageStream'),
    repository: Name('The repository as written in the spec'),
    request: Type.String({ description: 'The request by annotation that this answers, empty for none' }),
    basedOn: Type.Union([Instant('When the repository was listed before'), Type.Null()], {
      description: 'checkedAt of what the status said of the repository; null for nothing',
    }),
    checkedAt: Instant('When the registry answered'),
    outcome: Type.Union([Listed, Failed]),
  }),
  tokenNames: ['namespace', 'stream'],
  tokens: (d) => [d.namespace, d.stream],
  identity: (d) => [d.streamUid, d.repository, d.request, d.basedOn, d.outcome],
  sample: {
    namespace: 'shop',
    stream: 'web',
    streamUid: '5b9f3c1e-6a0e-4c3b-9a51-0d5c1f7f5a11',
    repository: 'registry.example.com/shop/web',
    request: '',
    basedOn: null,
    checkedAt: '2026-11-21T10:00:00.120Z',
    outcome: { kind: 'tags', tags: ['latest', '1.2', '1.1'], additionalTags: 0 },
  },
});
