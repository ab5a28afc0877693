import { gitRefMatches } from '@tagstream/build';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { headerOf } from '../../formats/header.ts';
import { OptionalText } from '../../payload.ts';
import { hmacSignature } from '../../proofs/hmac.ts';
import { readGenericPayload } from '../generic-payload.ts';
import type { BuildWish, GitHost, HookDecision, HookSource, Variable } from '../git-host.ts';
import { mediaTypeOf, shown } from '../media-type.ts';
import { revisionOf, UserShape } from '../revision.ts';
import git from './samples/generic-git.json' with { type: 'json' };
import refs from './samples/generic-refs.json' with { type: 'json' };

const CONTINUING = 'ignoring payload and continuing with build';

/**
 * The generic hook: `curl`, a post-receive script, another system. OpenShift: whoever knows the secret gets a build, and a payload
 * that cannot be used leads to a warning.
 */
export const generic: GitHost = {
  type: 'generic',
  trigger: 'Generic',
  proof: hmacSignature('sha256', [{ header: 'x-hub-signature-256', prefix: 'sha256=' }]),
  deliveryId: (headers) => headerOf(headers, 'idempotency-key'),
  decide: (body, headers, source) => {
    const contentType = headers['content-type'] ?? '';
    const media = contentType === '' ? { type: '' } : mediaTypeOf(contentType);
    if ('problem' in media) return { kind: 'refused', message: `error parsing Content-Type: ${media.problem}` };
    if (media.type !== 'application/json' && media.type !== 'application/yaml') {
      return { kind: 'build', wish: {}, warning: `invalid Content-Type on payload, ${CONTINUING}` };
    }
    if (body.length === 0) return { kind: 'build', wish: {} };
    const payload = readGenericPayload(Payload, body, media.type);
    if ('problem' in payload) return { kind: 'build', wish: {}, warning: `${payload.problem}, ${CONTINUING}` };
    return decideByGit(payload.value, source);
  },
  samples: [
    { name: 'git', headers: { 'content-type': 'application/json' }, body: git },
    { name: 'refs', headers: { 'content-type': 'application/json' }, body: refs },
  ],
};

const Maybe = <T extends Parameters<typeof Type.Array>[0]>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));

const Variables = Maybe(Type.Array(Type.Object({ name: Type.String(), value: OptionalText })));

const CommitFields = {
  ref: OptionalText,
  commit: OptionalText,
  author: UserShape,
  committer: UserShape,
  message: OptionalText,
};

const PayloadShape = Type.Object({
  git: Maybe(Type.Object({ ...CommitFields, refs: Maybe(Type.Array(Type.Object(CommitFields))) })),
  env: Variables,
  dockerStrategyOptions: Maybe(Type.Object({ buildArgs: Variables, noCache: Maybe(Type.Boolean()) })),
});

const Payload = Compile(Type.Union([PayloadShape, Type.Null()]));

function decideByGit(payload: Static<typeof PayloadShape> | null, { source, allowEnv }: HookSource): HookDecision {
  const wish = wishOf(payload, allowEnv);
  if (!source.git) return { kind: 'build', wish };
  const pushed = payload?.git;
  if (!pushed) {
    const warning = 'no git information found in payload, ignoring and continuing with build';
    return { kind: 'build', wish, warning };
  }
  if (pushed.refs) {
    const match = pushed.refs.find(({ ref }) => gitRefMatches(ref ?? '', source));
    if (match !== undefined) return { kind: 'build', wish: { ...wish, revision: revisionOf(match) } };
    const warning = `skipping build. None of the supplied refs matched ${quoted(source.git.ref ?? '')}`;
    return { kind: 'skip', reason: 'ref', warning };
  }
  if (!gitRefMatches(pushed.ref ?? '', source)) {
    const warning = `skipping build. Branch reference from ${quoted(pushed.ref ?? '')} does not match configuration`;
    return { kind: 'skip', reason: 'ref', warning };
  }
  return { kind: 'build', wish: { ...wish, revision: revisionOf(pushed) } };
}

function wishOf(payload: Static<typeof PayloadShape> | null, allowEnv: boolean): BuildWish {
  const env = allowEnv ? variablesOf(payload?.env) : [];
  const options = payload?.dockerStrategyOptions;
  const buildArgs = variablesOf(options?.buildArgs);
  return {
    ...(env.length > 0 && { env }),
    ...(options && {
      dockerStrategyOptions: {
        ...(buildArgs.length > 0 && { buildArgs: [...buildArgs] }),
        ...(typeof options.noCache === 'boolean' && { noCache: options.noCache }),
      },
    }),
  };
}

/** Names and values only: a reference to a Secret is not for somebody outside to make. */
function variablesOf(list: Static<typeof Variables> | undefined): readonly Variable[] {
  return (list ?? []).map(({ name, value }) => ({ name, ...(value != null && { value }) }));
}

function quoted(text: string): string {
  return JSON.stringify(shown(text));
}
