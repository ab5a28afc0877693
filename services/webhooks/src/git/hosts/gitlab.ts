import { gitRefMatches } from '@tagstream/build';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { headerOf } from '../../formats/header.ts';
import { OptionalText } from '../../payload.ts';
import type { GitHost } from '../git-host.ts';
import { gitlabProof } from '../gitlab-proof.ts';
import { readHookJson } from '../hook-json.ts';
import { contentTypeProblem, shown } from '../media-type.ts';
import { revisionOf, UserShape } from '../revision.ts';
import push from './samples/gitlab-push.json' with { type: 'json' };

/**
 * GitLab. Its pushes list their commits, the newest last, and say who wrote them but not who committed them. A branch without
 * commits of its own has an empty list, and `checkout_sha`.
 */
export const gitlab: GitHost = {
  type: 'gitlab',
  trigger: 'GitLab',
  proof: gitlabProof,
  // The id of the event is that of the first one in a chain of hooks that set each other off; the other two are each delivery's own.
  deliveryId: (headers) =>
    headerOf(headers, 'idempotency-key') ?? headerOf(headers, 'webhook-id') ?? headerOf(headers, 'x-gitlab-event-uuid'),
  decide: (body, headers, { source }) => {
    const problem = contentTypeProblem(headers, false);
    if (problem !== undefined) return { kind: 'refused', message: problem };
    const event = headerOf(headers, 'x-gitlab-event');
    if (event === undefined) return { kind: 'refused', message: 'missing X-Gitlab-Event' };
    if (event !== 'Push Hook') return { kind: 'refused', message: `Unknown X-Gitlab-Event ${shown(event)}` };
    const pushed = readHookJson(Push, body, headers, 'a push event of GitLab');
    if (!gitRefMatches(pushed.ref ?? '', source)) return { kind: 'skip', reason: 'ref' };
    const last = pushed.commits?.at(-1);
    const { message, author } = last ?? {};
    const revision = revisionOf({ commit: last?.id ?? pushed.checkout_sha, message, author, committer: author });
    return { kind: 'build', wish: { revision } };
  },
  samples: [
    {
      name: 'push',
      headers: {
        'content-type': 'application/json',
        'x-gitlab-event': 'Push Hook',
        'x-gitlab-event-uuid': '13792a34-cac6-4fda-95a8-c58e00a3954e',
        'idempotency-key': 'f5e5f430-f57b-4e6e-9fac-d9128cd7232f',
        'user-agent': 'GitLab/18.9.1',
      },
      body: push,
    },
  ],
};

const Push = Compile(
  Type.Object({
    ref: OptionalText,
    checkout_sha: OptionalText,
    commits: Type.Optional(
      Type.Union([
        Type.Array(Type.Object({ id: OptionalText, message: OptionalText, author: UserShape })),
        Type.Null(),
      ]),
    ),
  }),
);
