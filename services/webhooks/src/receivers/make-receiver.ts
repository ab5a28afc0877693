import { matcherOf } from '../patterns.ts';
import { jwksUrl } from '../proofs/jwks-url.ts';
import { createTokenCheck } from '../proofs/oidc.ts';
import { bearerToken } from '../proofs/shared-secret.ts';
import { createSnsTopics } from '../proofs/sns.ts';
import { type Secrets, secretsOf } from '../secrets.ts';
import type { NameRegistry, Sender } from '../sender.ts';
import { senders } from '../senders/index.ts';
import type { ReceiverDefinition } from './definition.ts';
import { networkMatcher } from './networks.ts';
import type { Receiver, Receivers } from './receiver.ts';

/** Makes a receiver of its valid definition. @param secrets what its `secrets` refer to. */
export function makeReceiver(
  definition: ReceiverDefinition,
  secrets: readonly string[],
  nameRegistry: NameRegistry,
): Receiver {
  const { name, networks, repositories, registry, registries, topics } = definition;
  const sender = senders.get(definition.sender) as Sender; // a valid definition names one that there is
  const matches = matcherOf(repositories ?? ['**']);
  const sns = topics === undefined ? null : createSnsTopics(topics);
  return {
    name,
    sender,
    isFrom: networks === undefined ? () => true : networkMatcher(networks),
    authenticate: authenticator(definition, sender, secretsOf(secrets), sns),
    takes: (host, repository) => matches(`${host}/${repository}`),
    context: {
      nameRegistry,
      options: {
        ...(registry !== undefined && { registry }),
        ...(registries !== undefined && { registries: new Map(Object.entries(registries)) }),
        ...(topics !== undefined && { topics }),
      },
    },
    confirm: async (confirmation) => (sns === null ? false : sns.confirm(confirmation)),
  };
}

/**
 * One receiver for each kind of sender, named like it, all with the same secrets: what there is without a file.
 * @param secrets null where anybody may send.
 */
export function sameForAllSenders(secrets: Secrets | null, nameRegistry: NameRegistry): Receivers {
  const receivers = new Map(
    [...senders.values()].map((sender): [string, Receiver] => [
      sender.name,
      {
        name: sender.name,
        sender,
        isFrom: () => true,
        authenticate: (request, nowMs) =>
          secrets === null ? 'none' : sender.proof.verify({ ...request, secrets, nowMs }),
        takes: () => true,
        context: { nameRegistry, options: {} },
        confirm: async () => false,
      },
    ]),
  );
  return { get: (name) => receivers.get(name) };
}

function authenticator(
  { oidc, allowAnybody }: ReceiverDefinition,
  sender: Sender,
  secrets: Secrets,
  sns: ReturnType<typeof createSnsTopics> | null,
): Receiver['authenticate'] {
  if (allowAnybody) return () => 'none';
  if (oidc !== undefined) {
    const keys = jwksUrl(oidc.issuer, oidc.jwksUrl) as URL; // a valid definition has one
    const check = createTokenCheck({ ...oidc, keys });
    return ({ headers }) => check(bearerToken(headers));
  }
  return (request, nowMs) => {
    const verified = sender.proof.verify({ ...request, secrets, nowMs });
    if (verified === null || sns === null) return verified;
    return sns.isSigned(request.body).then((signed) => (signed ? verified : null));
  };
}
