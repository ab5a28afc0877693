import { describe, expect, test } from 'vitest';
import { PayloadError } from '../../src/payload.ts';
import { registryNames } from '../../src/registry-names.ts';
import { distribution } from '../../src/senders/distribution.ts';

const context = {
  nameRegistry: registryNames(new Map([['registry:5000', 'registry.example.com']])),
  options: {},
  arrivalId: 'arrival',
};
const digest = `sha256:${'1'.repeat(64)}`;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

function event(change: Record<string, unknown> = {}, target: Record<string, unknown> = {}) {
  return {
    id: 'e1',
    timestamp: '2026-11-21T10:00:00.123456789+01:00',
    action: 'push',
    target: { mediaType: manifestType, digest, repository: 'shop/web', tag: 'latest', ...target },
    request: { host: 'registry.example.com:5000' },
    actor: { name: 'ci' },
    ...change,
  };
}

function parse(...events: unknown[]) {
  const payload = distribution.parse(Buffer.from(JSON.stringify({ events })), {}, context);
  if (payload.kind !== 'pushes') throw new Error(`read as ${payload.kind}`);
  return { hints: payload.hints, ignored: payload.ignored };
}

const hint = {
  source: 'distribution',
  registry: 'registry.example.com:5000',
  repository: 'shop/web',
  tag: 'latest',
  claimedDigest: digest,
  mediaType: manifestType,
  pushedAt: '2026-11-21T09:00:00.123Z',
  actor: 'ci',
  deliveryId: 'e1',
};

describe('a notification of distribution', () => {
  test('all that it says about a push becomes the hint', () => {
    expect(parse(event())).toEqual({ hints: [hint], ignored: [] });
  });

  test('each push of an envelope is a hint of its own, and what is left out is counted by reason', () => {
    const envelope = [
      event({ action: 'pull' }),
      event({}, { tag: undefined }),
      event({ id: 'e2' }, { tag: '1.4' }),
      event({}, { mediaType: 'application/octet-stream', tag: undefined }),
      event({}, { tag: '' }),
      event(),
      'nonsense',
    ];
    expect(parse(...envelope)).toEqual({
      hints: [{ ...hint, deliveryId: 'e2', tag: '1.4' }, hint],
      ignored: [
        { reason: 'action', count: 1 },
        { reason: 'untagged', count: 2 },
        { reason: 'media-type', count: 1 },
        { reason: 'malformed', count: 1 },
      ],
    });
  });

  test.each([
    ['a signature', `sha256-${'a'.repeat(64)}.sig`, 'signature'],
    ['an attestation', `sha256-${'a'.repeat(64)}.att`, 'signature'],
    ['an SBOM', `sha256-${'a'.repeat(64)}.sbom`, 'signature'],
    ['the list of referrers', `sha256-${'a'.repeat(64)}`, 'signature'],
    ['a digest in the place of the tag', digest, 'untagged'],
  ])('%s is left out', (_what, tag, reason) => {
    expect(parse(event({}, { tag }))).toEqual({ hints: [], ignored: [{ reason, count: 1 }] });
  });

  test.each([
    ['a pull', event({ action: 'pull' }), 'action'],
    ['a delete', event({ action: 'delete' }), 'action'],
    ['a push without repository', event({}, { repository: undefined }), 'malformed'],
    ['a push to a name that no reference can have', event({}, { repository: 'shop//web' }), 'malformed'],
    ['a push that names no registry', event({ request: undefined }), 'no-registry'],
    ['a push to a tag that cannot be one', event({}, { tag: 'not a tag' }), 'malformed'],
    ['a push that names a registry that cannot be one', event({ request: { host: 'a b' } }), 'malformed'],
    ['a push whose digest is a number', event({}, { digest: 7 }), 'malformed'],
  ])('%s is left out', (_what, one, reason) => {
    expect(parse(one)).toEqual({ hints: [], ignored: [{ reason, count: 1 }] });
  });

  test('the host of the manifest URL stands in for a request that is left out', () => {
    const url = `https://reg.example.net:8443/v2/shop/web/manifests/${digest}`;
    expect(parse(event({ request: undefined }, { url })).hints[0]?.registry).toBe('reg.example.net:8443');
  });

  test('a registry that calls itself by an internal name gets the name that pulls use', () => {
    expect(parse(event({ request: { host: 'Registry:5000' } })).hints[0]?.registry).toBe('registry.example.com');
  });

  test('what cannot be read is left away, the push is kept', () => {
    const [first] = parse(
      event({ timestamp: 'yesterday', actor: {} }, { digest: 'md5:1', mediaType: undefined }),
    ).hints;
    expect(first).toEqual({
      source: 'distribution',
      registry: 'registry.example.com:5000',
      repository: 'shop/web',
      tag: 'latest',
      deliveryId: 'e1',
    });
  });

  test('without an id the same body has the same delivery id, and each of its pushes another', () => {
    const body = [event({ id: undefined }), event({ id: undefined }, { tag: '2' })];
    const ids = parse(...body).hints.map((h) => h.deliveryId);
    expect(new Set(ids).size).toBe(2);
    expect(parse(...body).hints.map((h) => h.deliveryId)).toEqual(ids);
  });

  test.each([
    ['text', 'hello', /not JSON/],
    ['an empty body', '', /not JSON/],
    ['another object', '{"push_data":{}}', /not a notification envelope/],
    ['events that are no list', '{"events":{}}', /\/events must be array/],
  ])('%s is refused with a sentence', (_what, body, sentence) => {
    const read = () => distribution.parse(Buffer.from(body), {}, context);
    expect(read).toThrow(PayloadError);
    expect(read).toThrow(sentence);
  });
});
