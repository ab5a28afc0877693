import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { headerOf } from '../formats/header.ts';
import { hintOf } from '../hint.ts';
import { collect, contentDeliveryId, numberedId, OptionalText, readJson } from '../payload.ts';
import { hmacSignature } from '../proofs/hmac.ts';
import type { Sender } from '../sender.ts';
import created from './samples/gitea.json' with { type: 'json' };

/**
 * Gitea and Forgejo: the event `package`. Forgejo signs under its own name and under Gitea's. What was pushed by digest has
 * the digest as its version. The registry is the server that shows the package.
 */
export const gitea: Sender = {
  name: 'gitea',
  proof: hmacSignature('sha256', [
    { header: 'x-forgejo-signature', prefix: '' },
    { header: 'x-gitea-signature', prefix: '' },
    { header: 'x-hub-signature-256', prefix: 'sha256=' },
  ]),
  parse: (body, headers, context) => {
    const event = EVENT_HEADERS.map((name) => headerOf(headers, name)).find((value) => value !== undefined);
    if (event !== 'package') return collect(['action']);
    const { action, package: item, sender } = readJson(Notification, body, 'a "package" event of Gitea or Forgejo');
    if (action !== 'created') return collect(['action']);
    if (item.type !== 'container') return collect(['not-image']);
    const owner = item.owner?.login || item.owner?.username;
    const fallback = () => (item.created_at ? contentDeliveryId('gitea', body, 0) : numberedId(context.arrivalId, 0));
    const claim = {
      host: item.html_url && URL.canParse(item.html_url) ? new URL(item.html_url).host : undefined,
      repository: owner && item.name ? `${owner}/${item.name}` : undefined,
      tag: item.version,
      pushedAt: item.created_at,
      actor: sender?.login,
      deliveryId: headerOf(headers, 'x-forgejo-delivery') ?? headerOf(headers, 'x-gitea-delivery') ?? fallback(),
    };
    return collect([hintOf('gitea', claim, context)]);
  },
  samples: [
    {
      name: 'created',
      headers: {
        'content-type': 'application/json',
        'x-gitea-event': 'package',
        'x-gitea-delivery': 'b8a3f0a2-7d38-4f3e-9a0a-3a6a4a2f7c55',
      },
      body: created,
    },
  ],
};

const EVENT_HEADERS = ['x-forgejo-event', 'x-gitea-event', 'x-github-event'] as const;

const Notification = Compile(
  Type.Object({
    action: Type.String(),
    package: Type.Object({
      type: OptionalText,
      name: OptionalText,
      version: OptionalText,
      html_url: OptionalText,
      created_at: OptionalText,
      owner: Type.Optional(Type.Union([Type.Object({ login: OptionalText, username: OptionalText }), Type.Null()])),
    }),
    sender: Type.Optional(Type.Union([Type.Object({ login: OptionalText }), Type.Null()])),
  }),
);
