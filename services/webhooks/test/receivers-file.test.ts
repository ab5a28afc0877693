import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadReceivers } from '../src/receivers/load-receivers.ts';
import type { Receiver } from '../src/receivers/receiver.ts';
import { registryNames } from '../src/registry-names.ts';

const SECRET = 'correct-horse-battery';
const OTHER = 'staple-correct-horse';

describe('the receivers file', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'receivers-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function load(yaml: string, env: Record<string, string> = {}) {
    const path = join(dir, 'receivers.yaml');
    await writeFile(path, yaml);
    return loadReceivers({ path, env, nameRegistry: registryNames(new Map()) });
  }
  /** The one receiver of a file with these lines besides its name. */
  async function receiver(lines: string, env: Record<string, string> = {}): Promise<Receiver> {
    const loaded = await load(`receivers:\n  - name: one\n    ${lines.trim().replaceAll('\n', '\n    ')}\n`, env);
    const found = loaded.get('one');
    if (found === undefined) throw new Error('there is no receiver "one"');
    return found;
  }
  const shows = (one: Receiver, secret: string) =>
    one.authenticate({ body: Buffer.alloc(0), headers: { authorization: secret }, pathToken: undefined }, 0);

  test('makes a receiver of each entry, and there are no others', async () => {
    const loaded = await load(`
receivers:
  - name: harbor-prod
    sender: harbor
    secrets: [{ value: ${SECRET} }]
  - name: hub
    sender: docker-hub
    allowAnybody: true
`);
    expect(loaded.get('harbor-prod')?.sender.name).toBe('harbor');
    expect(loaded.get('hub')?.sender.name).toBe('docker-hub');
    expect(loaded.get('quay')).toBeUndefined();
    expect(loaded.count).toBe(2);
  });

  test('has secrets in the file itself, in other files and in variables', async () => {
    await writeFile(join(dir, 'secret'), `${SECRET}\n`);
    const one = await receiver(
      `sender: harbor\nsecrets: [{ value: written-in-the-file }, { file: '${join(dir, 'secret')}' }, { env: HARBOR_SECRET }]`,
      { HARBOR_SECRET: OTHER },
    );
    expect(shows(one, 'written-in-the-file')).toBe('token');
    expect(shows(one, SECRET)).toBe('token');
    expect(shows(one, OTHER)).toBe('token');
    expect(shows(one, `${SECRET}\n${OTHER}`)).toBeNull();
  });

  test('a secret file may have two lines while one secret replaces the other', async () => {
    await writeFile(join(dir, 'secret'), `${SECRET}\r\n${OTHER}\r\n`);
    const one = await receiver(`sender: harbor\nsecrets: [{ file: '${join(dir, 'secret')}' }]`);
    expect([shows(one, SECRET), shows(one, OTHER)]).toEqual(['token', 'token']);
  });

  test('allowAnybody: whoever sends is taken, and the hints say so', async () => {
    expect(shows(await receiver('sender: harbor\nallowAnybody: true'), 'whatever')).toBe('none');
  });

  test('networks say where requests may come from', async () => {
    const one = await receiver('sender: harbor\nallowAnybody: true\nnetworks: [10.0.0.0/8]');
    expect([one.isFrom('10.1.2.3'), one.isFrom('192.0.2.1')]).toEqual([true, false]);
  });

  test('repositories say what notifications may be about', async () => {
    const one = await receiver('sender: harbor\nallowAnybody: true\nrepositories: [harbor.example.com/shop/*]');
    expect(one.takes('harbor.example.com', 'shop/web')).toBe(true);
    expect(one.takes('harbor.example.com', 'other/web')).toBe(false);
    expect(one.takes('quay.io', 'shop/web')).toBe(false);
  });

  test('the registry that it names counts more than what payloads say', async () => {
    const { sender, context } = await receiver('sender: quay\nallowAnybody: true\nregistry: quay.example.com:8443');
    const body = Buffer.from(JSON.stringify({ docker_url: 'internal:8080/shop/web', updated_tags: ['latest'] }));
    expect(sender.parse(body, {}, { ...context, arrivalId: 'a' })).toMatchObject({
      hints: [{ registry: 'quay.example.com:8443', repository: 'shop/web' }],
    });
  });

  test('registries place each repository of a repository manager', async () => {
    const { sender, context } = await receiver(`
sender: nexus
allowAnybody: true
registry: nexus.example.com
registries: { docker-hosted: 'nexus.example.com:8082', docker-paths: nexus.example.com/docker-paths }`);
    const places = ['docker-hosted', 'docker-paths', 'unheard-of', 'constructor'].map((repositoryName) => {
      const component = { format: 'docker', name: 'shop/web', version: '1' };
      const body = Buffer.from(JSON.stringify({ action: 'UPDATED', repositoryName, component }));
      const payload = sender.parse(body, {}, { ...context, arrivalId: 'a' });
      return payload.kind === 'pushes' && payload.hints.map((hint) => `${hint.registry}/${hint.repository}`).join();
    });
    expect(places).toEqual([
      'nexus.example.com:8082/shop/web',
      'nexus.example.com/docker-paths/shop/web',
      'nexus.example.com/shop/web',
      'nexus.example.com/shop/web',
    ]);
  });

  const valid = `sender: harbor\nsecrets: [{ value: ${SECRET} }]`;
  const google = 'oidc: { issuer: "https://accounts.google.com", audience: a, claims: { email: e } }';

  test.each([
    [
      'a sender that there is not',
      'sender: harbour\nallowAnybody: true',
      /\(one\): there is no such sender; there are/,
    ],
    ['no way to tell who sends', 'sender: harbor', /exactly one of secrets, oidc and allowAnybody/],
    ['two ways', `${valid}\nallowAnybody: true`, /exactly one of/],
    ['two other ways', `${valid}\n${google}`, /exactly one of/],
    [
      'tokens of anybody',
      'sender: google\noidc: { issuer: "https://accounts.google.com", audience: a, claims: {} }',
      /claims/,
    ],
    ['no keys', 'sender: google\noidc: { issuer: "https://x.example", audience: a, claims: { sub: s } }', /jwksUrl/],
    ['a network that is none', `${valid}\nnetworks: [10.0.0.0/33]`, /"10.0.0.0\/33" is no network/],
    ['a typing error', `${valid}\nrepositorys: [a]`, /receivers\[0\]\.repositorys is no option/],
    [
      'an option of another sender',
      `${valid}\nregistries: { a: b.example }`,
      /the sender harbor has no option "registries"/,
    ],
    ['a registry with a path', `${valid}\nregistry: a.example/b`, /receivers\[0\]\.registry must match/],
    ['a short secret', 'sender: harbor\nsecrets: [{ value: short }]', /one: a secret is shorter than 16 characters/],
    ['an empty variable', 'sender: harbor\nsecrets: [{ env: NOT_SET }]', /variable NOT_SET is empty/],
    ['a missing file', 'sender: harbor\nsecrets: [{ file: /nowhere/x }]', /\/nowhere\/x cannot be read/],
    ['a secret in two places', `sender: harbor\nsecrets: [{ value: ${SECRET}, env: X }]`, /receivers\[0\]\.secrets/],
    ['no secret at all', 'sender: harbor\nsecrets: []', /receivers\[0\]\.secrets/],
  ])('is refused with %s', async (_what, lines, sentence) => {
    await expect(receiver(lines)).rejects.toThrow(sentence);
  });

  test.each([
    [
      'two receivers of one name',
      'receivers: [{ name: a, sender: quay, allowAnybody: true }, { name: a, sender: quay, allowAnybody: true }]',
      /receivers\[1\] \(a\): there is another/,
    ],
    [
      'a name that cannot be in a path',
      'receivers: [{ name: "a/b", sender: quay, allowAnybody: true }]',
      /receivers\[0\]\.name/,
    ],
    ['no list', 'receivers: {}', /needs a list "receivers"/],
    ['nothing', '', /needs a list "receivers"/],
    ['something else beside it', 'receivers: []\nrecievers: []', /nothing beside it/],
    ['what is not YAML', 'receivers: [\n  }', /Line \d is not YAML/],
  ])('is refused with %s', async (_what, yaml, sentence) => {
    await expect(load(yaml)).rejects.toThrow(sentence);
  });

  test('may be empty of receivers', async () => {
    expect((await load('receivers: []')).count).toBe(0);
  });

  test('tells every problem at once', async () => {
    const problems = load('receivers: [{ name: a, sender: b }, { name: c, sender: d }]');
    await expect(problems).rejects.toThrow(/\(a\).*\(a\).*\(c\).*\(c\)/s);
  });

  test.each([
    ['YAML that is broken right there', `receivers:\n  - name: a\n    secrets: [{ value: ${SECRET} "}]`],
    ['a secret under a wrong key', `receivers: [{ name: a, sender: quay, secrets: [{ valeu: ${SECRET} }] }]`],
    ['a secret where the name belongs', `receivers: [{ name: "${SECRET} !", sender: quay }]`],
    ['a secret where the list belongs', `receivers: [{ name: a, sender: quay, secrets: ${SECRET} }]`],
    ['a short secret', `receivers: [{ name: a, sender: quay, secrets: [{ value: ${SECRET.slice(0, 9)} }] }]`],
  ])('never shows a secret in an error: %s', async (_what, yaml) => {
    const error: unknown = await load(yaml).catch((e) => e);
    expect(error).toBeInstanceOf(Error);
    expect(`${error} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain(SECRET.slice(0, 9));
  });
});
