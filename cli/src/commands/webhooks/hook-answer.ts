/** What the service webhooks says of a hook of a registry that it took. */
interface Taken {
  readonly accepted?: number;
  readonly ignored?: readonly { readonly reason: string; readonly count: number }[];
}

/** Reasons for which a push leads to no look, and what there is to do. */
const IGNORED: Readonly<Record<string, string>> = {
  'no-registry': 'neither the request nor the receiver says which registry it is about: set "registry" in the receiver',
  'not-allowed': 'the receiver does not take announcements about this repository: see its "repositories"',
  duplicate: 'this very delivery was stored before, as it is when the same sample is sent again',
  untagged: 'a push by digest alone moves no tag',
  signature: 'tags of signatures are followed by nobody',
  'media-type': 'layers and configs are no images',
  'not-image': 'the package is no image',
  action: 'it is no push',
  malformed: 'it lacks what a push must say',
};

/**
 * What an answer of a hook means, in sentences; undefined when its own text says it all.
 * @param text body of the answer
 */
export function meaningOf(status: number, text: string): string | undefined {
  switch (status) {
    case 202:
      return takenMeaning(text);
    case 401:
      return 'the secret is not one of the receiver, or it is not proven in the way of this kind of sender';
    case 403:
      return 'the receiver does not take requests from this address: see its "networks", and TAGSTREAM_TRUSTED_PROXIES behind a proxy';
    case 404:
      return 'there is no receiver of this name at this address: see --receiver and --url';
    case 400:
      return 'this is not what this kind of sender sends: is the receiver one for another kind?';
    case 413:
      return 'the request is larger than the hook takes';
    case 429:
      return 'too many requests from this address; try again later';
    case 502:
    case 504:
      return 'the proxy in front of the hooks does not reach the service webhooks';
    case 503:
      return 'the service webhooks cannot store anything now: is NATS there?';
    default:
      return status >= 300 && status < 400 ? 'the hooks are elsewhere: no sender follows redirects' : undefined;
  }
}

function takenMeaning(text: string): string | undefined {
  const { accepted, ignored = [] } = parsed(text);
  if (accepted === undefined) return undefined;
  const left = ignored.map(({ reason, count }) => `${count} left out: ${IGNORED[reason] ?? reason}`);
  const stored = accepted === 0 ? [] : ['stored; pollers ask the registry now, if a stream follows the image'];
  return [...stored, ...left].join('; ') || undefined;
}

function parsed(text: string): Taken {
  try {
    return (JSON.parse(text) ?? {}) as Taken; // what a proxy answers has other fields
  } catch {
    return {};
  }
}
