import { gitRefMatches } from '@tagstream/build';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { headerOf } from '../../formats/header.ts';
import { OptionalText } from '../../payload.ts';
import { hmacSignature } from '../../proofs/hmac.ts';
import type { GitHost } from '../git-host.ts';
import { readHookJson } from '../hook-json.ts';
import { contentTypeProblem, shown } from '../media-type.ts';
import { revisionOf, UserShape } from '../revision.ts';
import push from './samples/github-push.json' with { type: 'json' };
import gogsPush from './samples/gogs-push.json' with { type: 'json' };

/**
 * GitHub, and Gitea, Forgejo and Gogs, which send the same under their own names as well. Gogs has no `head_commit`; the commit
 * that the branch is at now is in its list.
 */
export const github: GitHost = {
  type: 'github',
  trigger: 'GitHub',
  proof: hmacSignature('sha256', [
    { header: 'x-hub-signature-256', prefix: 'sha256=' },
    { header: 'x-forgejo-signature', prefix: '' },
    { header: 'x-gitea-signature', prefix: '' },
    { header: 'x-gogs-signature', prefix: '' },
  ]),
  deliveryId: (headers) => headerOf(headers, 'x-github-delivery') ?? headerOf(headers, 'x-gogs-delivery'),
  decide: (body, headers, { source }) => {
    const problem = contentTypeProblem(headers, true);
    if (problem !== undefined) return { kind: 'refused', message: problem };
    const event = headerOf(headers, 'x-github-event') ?? headerOf(headers, 'x-gogs-event');
    if (event === undefined) return { kind: 'refused', message: 'missing X-GitHub-Event or X-Gogs-Event' };
    if (event === 'ping') return { kind: 'skip', reason: 'ping' };
    if (event !== 'push') {
      return { kind: 'refused', message: `Unknown X-GitHub-Event or X-Gogs-Event ${shown(event)}` };
    }
    const pushed = readHookJson(Push, body, headers, 'a push event of GitHub');
    if (!gitRefMatches(pushed.ref ?? '', source)) return { kind: 'skip', reason: 'ref' };
    const { id, ...facts } = headCommit(pushed) ?? {};
    return { kind: 'build', wish: { revision: revisionOf({ commit: id, ...facts }) } };
  },
  samples: [
    {
      name: 'push',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'user-agent': 'GitHub-Hookshot/044aadd',
      },
      body: push,
    },
    {
      name: 'gogs',
      headers: {
        'content-type': 'application/json',
        'x-gogs-event': 'push',
        'x-gogs-delivery': 'f6266f16-1bf3-46a5-9ea4-602e06ead473',
      },
      body: gogsPush,
    },
  ],
};

const Commit = Type.Object({ id: OptionalText, message: OptionalText, author: UserShape, committer: UserShape });

const PushShape = Type.Object({
  ref: OptionalText,
  after: OptionalText,
  head_commit: Type.Optional(Type.Union([Commit, Type.Null()])),
  commits: Type.Optional(Type.Union([Type.Array(Commit), Type.Null()])),
});

const Push = Compile(PushShape);

function headCommit({ head_commit: head, after, commits }: Static<typeof PushShape>) {
  // Null says that the branch is gone; Gogs says nothing.
  return head === undefined ? commits?.find(({ id }) => id === after) : head;
}
