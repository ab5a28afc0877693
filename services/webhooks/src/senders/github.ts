import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { jsonPart } from '../formats/form-payload.ts';
import { headerOf } from '../formats/header.ts';
import { hintOf } from '../hint.ts';
import { collect, contentDeliveryId, OptionalText, readJson, TEST_ANSWER } from '../payload.ts';
import { hmacSignature } from '../proofs/hmac.ts';
import type { Sender } from '../sender.ts';
import packagePublished from './samples/github-package.json' with { type: 'json' };
import registryPackagePublished from './samples/github-registry-package.json' with { type: 'json' };

/**
 * GitHub Packages (ghcr.io): the events `package` and, with the same content, `registry_package`. `published` is the first
 * tag of a version, `updated` a tag that moved. Set up on an organisation: a repository's hook fires only for packages that
 * are linked to it. Nothing is repeated unless somebody clicks "Redeliver".
 */
export const github: Sender = {
  name: 'github',
  proof: hmacSignature('sha256', [{ header: 'x-hub-signature-256', prefix: 'sha256=' }]),
  parse: (body, headers, context) => {
    const event = headerOf(headers, 'x-github-event');
    if (event === 'ping') return TEST_ANSWER;
    if (event !== 'package' && event !== 'registry_package') return collect(['action']);
    const { action, sender, ...about } = readJson(
      Notification,
      jsonPart(body, headers),
      `a "${event}" event of GitHub`,
    );
    if (action !== 'published' && action !== 'updated') return collect(['action']);
    const item = about.package ?? about.registry_package;
    if (item === undefined) return collect(['malformed']);
    // One of the two is missing in some of GitHub's events.
    if ((item.package_type || item.ecosystem || '').toUpperCase() !== 'CONTAINER') return collect(['not-image']);
    const deliveryId = headerOf(headers, 'x-github-delivery') ?? contentDeliveryId('github', body, 0);
    return collect([hintOf('github', { ...claimOf(item), actor: sender?.login, deliveryId }, context)]);
  },
  samples: [
    {
      name: 'package',
      headers: { 'content-type': 'application/json', ...delivery('package', '7b7ed830-c6b5-11f0-9c0e-25d1d2a4a0b1') },
      body: packagePublished,
    },
    {
      name: 'registry_package',
      headers: {
        'content-type': 'application/json',
        ...delivery('registry_package', '7b80d152-c6b5-11f0-8d2f-4f1f0d9d7f11'),
      },
      body: registryPackagePublished,
    },
  ],
};

const Package = Type.Object({
  name: Type.String(),
  namespace: OptionalText,
  ecosystem: OptionalText,
  package_type: OptionalText,
  owner: Type.Optional(Type.Object({ login: OptionalText })),
  registry: Type.Optional(Type.Union([Type.Object({ url: OptionalText }), Type.Null()])),
  package_version: Type.Optional(
    Type.Object({
      version: OptionalText,
      package_url: OptionalText,
      updated_at: OptionalText,
      container_metadata: Type.Optional(
        Type.Union([
          Type.Object({
            tag: Type.Optional(Type.Union([Type.Object({ name: OptionalText, digest: OptionalText }), Type.Null()])),
          }),
          Type.Null(),
        ]),
      ),
    }),
  ),
});

const Notification = Compile(
  Type.Object({
    action: Type.String(),
    package: Type.Optional(Package),
    registry_package: Type.Optional(Package),
    sender: Type.Optional(Type.Object({ login: OptionalText })),
  }),
);

/** Where packages are pulled from, unless the payload names another: GitHub Enterprise Server has hosts of its own. */
const DEFAULT_HOST = 'ghcr.io';

function claimOf(item: Static<typeof Package>) {
  const version = item.package_version;
  const tag = version?.container_metadata?.tag;
  const pulled = /^([^/]+)\/[^:@]*(?::([^/@]*))?/.exec(version?.package_url ?? '');
  const owner = item.namespace || item.owner?.login;
  return {
    host: pulled?.[1] || item.registry?.url || DEFAULT_HOST,
    repository: owner ? `${owner}/${decoded(item.name)}` : undefined,
    tag: tag?.name ?? pulled?.[2],
    digest: tag?.digest || version?.version,
    pushedAt: version?.updated_at,
  };
}

/** A package whose name holds a slash has it percent-encoded in some events. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function delivery(event: string, id: string): Readonly<Record<string, string>> {
  return { 'x-github-event': event, 'x-github-delivery': id, 'user-agent': 'GitHub-Hookshot/044aadd' };
}
