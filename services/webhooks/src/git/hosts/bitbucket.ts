import { gitRefMatches } from '@tagstream/build';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { headerOf } from '../../formats/header.ts';
import { OptionalText, PayloadError } from '../../payload.ts';
import { hmacSignature } from '../../proofs/hmac.ts';
import type { GitHost } from '../git-host.ts';
import { readHookJson } from '../hook-json.ts';
import { contentTypeProblem, shown } from '../media-type.ts';
import { type CommitFacts, revisionOf } from '../revision.ts';
import cloudPush from './samples/bitbucket-push.json' with { type: 'json' };
import serverPush from './samples/bitbucket-refs-changed.json' with { type: 'json' };

/** Where a ref is now. */
interface Change {
  readonly ref: string;
  readonly facts: CommitFacts;
}

/**
 * Bitbucket Cloud (`repo:push`) and Bitbucket Data Center (`repo:refs_changed`). OpenShift: a push of the Cloud is to the branch
 * as it was called before, so that a new branch builds nothing. Each push lists the refs that it moved; the one that the
 * BuildConfig is about counts.
 */
export const bitbucket: GitHost = {
  type: 'bitbucket',
  trigger: 'Bitbucket',
  proof: hmacSignature('sha256', [{ header: 'x-hub-signature', prefix: 'sha256=' }]),
  deliveryId: (headers) => headerOf(headers, 'x-request-uuid') ?? headerOf(headers, 'x-request-id'),
  decide: (body, headers, { source }) => {
    const problem = contentTypeProblem(headers, false);
    if (problem !== undefined) return { kind: 'refused', message: problem };
    const event = headerOf(headers, 'x-event-key');
    if (event === undefined) return { kind: 'refused', message: 'missing X-Event-Key' };
    // "Test connection" of Data Center.
    if (event === 'diagnostics:ping') return { kind: 'skip', reason: 'ping' };
    if (event !== 'repo:push' && event !== 'repo:refs_changed') {
      return { kind: 'refused', message: `Unknown Bitbucket X-Event-Key ${shown(event)}` };
    }
    const changes =
      event === 'repo:push'
        ? cloudChanges(readHookJson(CloudPush, body, headers, 'a "repo:push" event of Bitbucket'))
        : serverChanges(readHookJson(ServerPush, body, headers, 'a "repo:refs_changed" event of Bitbucket'));
    if (changes.length === 0)
      throw new PayloadError('Unable to extract valid event from payload: no change of a branch');
    const change = changes.find((one) => gitRefMatches(one.ref, source));
    if (change === undefined) return { kind: 'skip', reason: 'ref' };
    return { kind: 'build', wish: { revision: revisionOf(change.facts) } };
  },
  samples: [
    {
      name: 'cloud',
      headers: {
        'content-type': 'application/json',
        'x-event-key': 'repo:push',
        'x-request-uuid': '4f3e3cf1-8a4b-4d56-ae4a-7a7a7d3d0f59',
        'user-agent': 'Bitbucket-Webhooks/2.0',
      },
      body: cloudPush,
    },
    {
      name: 'server',
      headers: {
        'content-type': 'application/json',
        'x-event-key': 'repo:refs_changed',
        'x-request-id': '7b0a1d2c-55a5-4b7c-9d6f-0d8f4b1c2e3a',
      },
      body: serverPush,
    },
  ],
};

const Maybe = <T extends Parameters<typeof Type.Array>[0]>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));

const CloudAuthor = Type.Object({ username: OptionalText, raw: OptionalText });

const CloudShape = Type.Object({
  push: Maybe(
    Type.Object({
      changes: Maybe(
        Type.Array(
          Type.Object({
            old: Maybe(Type.Object({ type: OptionalText, name: OptionalText })),
            commits: Maybe(
              Type.Array(Type.Object({ hash: OptionalText, message: OptionalText, author: Maybe(CloudAuthor) })),
            ),
          }),
        ),
      ),
    }),
  ),
});

const CloudPush = Compile(CloudShape);

const ServerShape = Type.Object({
  changes: Maybe(
    Type.Array(
      Type.Object({
        ref: Maybe(Type.Object({ id: OptionalText, displayId: OptionalText, type: OptionalText })),
        toHash: OptionalText,
      }),
    ),
  ),
});

const ServerPush = Compile(ServerShape);

function cloudChanges({ push }: Static<typeof CloudShape>): readonly Change[] {
  return (push?.changes ?? []).flatMap(({ old, commits }) => {
    const [newest] = commits ?? [];
    if (newest === undefined) return [];
    const author = personOf(newest.author);
    const name = old?.name ?? '';
    return {
      ref: old?.type === 'tag' ? `refs/tags/${name}` : name,
      facts: { commit: newest.hash, message: newest.message, author, committer: author },
    };
  });
}

function serverChanges({ changes }: Static<typeof ServerShape>): readonly Change[] {
  return (changes ?? []).map(({ ref, toHash }) => ({
    ref: (ref?.type === 'TAG' ? ref.id : ref?.displayId) ?? '',
    facts: { commit: toHash },
  }));
}

/** Bitbucket gave names of users once; today there is what git has: `Ada <ada@example.com>`. */
function personOf(author: Static<typeof CloudAuthor> | null | undefined): CommitFacts['author'] {
  if (author?.username) return { name: author.username };
  const [, name, email] = /^([^<]*)(?:<([^>]*)>)?/.exec(author?.raw ?? '') ?? [];
  return { name: name?.trim() ?? null, email: email ?? null };
}
