import { parseImageReference } from '@tagstream/image-ref';
import { type Credential, type MirrorRule, pullSources } from '@tagstream/registry';
import { describe, expect, test } from 'vitest';
import { type AccessDeps, createAccessOf } from '../../src/credentials/access.ts';

type Known = Record<string, Credential>;
const alice: Credential = { username: 'alice', password: 'secret' };

/** Access by credentials under `namespace registry`. */
function accessWith(known: Known, changes: Partial<AccessDeps> & { mirrors?: readonly MirrorRule[] } = {}) {
  return createAccessOf({
    lookup:
      (namespace) =>
      ({ registry }) =>
        known[`${namespace} ${registry}`],
    sourcesOf: (reference) => pullSources(reference, { mirrors: changes.mirrors ?? [], blocked: [] }),
    authoritiesVersion: () => undefined,
    otherwise: async () => undefined,
    ...changes,
  });
}
const app = parseImageReference('quay.io/org/app:1');
const mirror = (location: string): MirrorRule => ({
  source: 'quay.io',
  mirrors: [{ location, pull: 'all', insecure: false }],
  neverContactSource: false,
});

describe('the access to a reference', () => {
  test('is nothing special where nothing applies', () => {
    expect(accessWith({ 'shop docker.io': alice })('shop', app)).toBeUndefined();
  });

  test('is the same for equal credentials, wherever they are kept', () => {
    const accessOf = accessWith({ 'shop quay.io': alice, 'copy quay.io': { ...alice } });
    expect(accessOf('shop', app)?.identity).toBe(accessOf('copy', app)?.identity);
  });

  test('differs between credentials, and between some and none', () => {
    const accessOf = accessWith({ 'shop quay.io': alice, 'other quay.io': { ...alice, password: 'another' } });
    expect(accessOf('shop', app)?.identity).not.toBe(accessOf('other', app)?.identity);
    expect(accessOf('none', app)).toBeUndefined();
  });

  test('tells nothing of the credentials, and is another one in another process', () => {
    const [one, other] = [
      accessWith({ 'shop quay.io': alice })('shop', app),
      accessWith({ 'shop quay.io': alice })('shop', app),
    ];
    expect(one?.identity).toMatch(/^[\w-]{22}$/);
    expect(one?.identity).not.toBe(other?.identity);
    expect(JSON.stringify(one)).not.toContain('secret');
  });

  test('answers what applied when it was made', async () => {
    const known: Known = { 'shop quay.io': alice };
    const access = accessWith(known)('shop', app);
    delete known['shop quay.io'];
    expect(await access?.credentials({ registry: 'quay.io', repository: 'org/app' })).toEqual(alice);
  });

  test('covers the mirrors: their credentials count, and they are answered for their own repository', async () => {
    const mirrors = [mirror('m.ltd/quay')];
    const accessOf = accessWith({ 'shop m.ltd': alice }, { mirrors });
    expect(accessOf('shop', app)?.identity).not.toBe(accessOf('other', app)?.identity);
    const credentials = accessOf('shop', app)?.credentials;
    expect(await credentials?.({ registry: 'm.ltd', repository: 'quay/org/app' })).toEqual(alice);
    expect(await credentials?.({ registry: 'quay.io', repository: 'org/app' })).toBeUndefined();
  });

  test('asks the clouds where no Secret has anything', async () => {
    const cloud: Credential = { username: 'AWS', password: 'p' };
    const access = accessWith({ 'shop quay.io': alice }, { mirrors: [mirror('m.ltd')], otherwise: async () => cloud })(
      'shop',
      app,
    );
    expect(await access?.credentials({ registry: 'quay.io', repository: 'org/app' })).toEqual(alice);
    expect(await access?.credentials({ registry: 'm.ltd', repository: 'org/app' })).toEqual(cloud);
  });

  test('changes with the authorities of the host', () => {
    let version: string | undefined;
    const accessOf = accessWith({}, { authoritiesVersion: (host) => (host === 'quay.io' ? version : undefined) });
    expect(accessOf('shop', app)).toBeUndefined();
    version = 'one';
    const first = accessOf('shop', app)?.identity;
    version = 'two';
    expect(accessOf('shop', app)?.identity).not.toBe(first);
  });
});
