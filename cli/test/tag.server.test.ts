import type { ImageStream, ImageStreamStatus } from '@tagstream/api-types';
import { normalizeTag } from '@tagstream/api-types';
import { specHash } from '@tagstream/image-stream';
import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { item, openShop, type Shop } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const digest = `sha256:${'a'.repeat(64)}`;
const other = `sha256:${'b'.repeat(64)}`;
const IMPORT_NOW = 'poller.tagstream.io/import-now';
const read = (name: string) => shop.get<ImageStream>(resources.imageStreams, name);
const tagOf = async (stream: string, name: string) => (await read(stream)).spec?.tags?.find((tag) => tag.name === name);
const writeStatus = (name: string, status: ImageStreamStatus) =>
  shop.kube.mergePatch(shop.key(resources.imageStreams, name), { status }, { subresource: 'status' });

describe('tag', () => {
  test('sets a tag to the image that another one points to now', async () => {
    await shop.stream('web', { latest: `registry.example.com/web@${digest}` });

    expect(await shop.cli('tag', 'web:latest', 'web:production')).toEqual({
      code: 0,
      out: `Tag web:production set to web@${digest}.\n`,
      err: '',
    });
    expect(await tagOf('web', 'production')).toMatchObject({
      from: { kind: 'ImageStreamImage', name: `web@${digest}` },
    });
    expect((await read('web')).spec?.tags).toHaveLength(2);
  });

  test('creates the stream of a tag, and sets several at once', async () => {
    const { out } = await shop.cli('tag', 'quay.io/shop/new:1', 'new:1', 'new:2', '--scheduled', '--insecure');

    expect(out).toBe(
      'Tag new:1 set to import quay.io/shop/new:1 periodically.\nTag new:2 set to import quay.io/shop/new:1 periodically.\n',
    );
    expect((await read('new')).spec?.tags).toEqual(
      ['1', '2'].map((name) => ({
        name,
        from: { kind: 'DockerImage', name: 'quay.io/shop/new:1' },
        importPolicy: { scheduled: true, insecure: true },
        referencePolicy: { type: 'Source' },
      })),
    );
  });

  test('an alias follows its source', async () => {
    await shop.stream('alias', { latest: `registry.example.com/alias@${digest}` });

    expect((await shop.cli('tag', 'alias:latest', 'alias:live', '--alias')).out).toBe(
      'Tag alias:live set up to track alias:latest.\n',
    );
    expect((await tagOf('alias', 'live'))?.from).toEqual({ kind: 'ImageStreamTag', name: 'alias:latest' });
    expect(await shop.cli('tag', 'alias:latest', 'else:live', '--alias')).toMatchObject({
      code: 1,
      err: 'error: cannot set alias across different Image Streams\n',
    });
  });

  test('an image that a tag is set to already is asked for again', async () => {
    await shop.cli('tag', 'quay.io/shop/again:1', 'again:1');
    const before = await read('again');

    const { out } = await shop.cli('tag', 'quay.io/shop/again:1', 'again:1');

    const now = await read('again');
    expect(out).toBe('Tag again:1 set to quay.io/shop/again:1.\n');
    expect(before.metadata.annotations?.[IMPORT_NOW]).toBeUndefined();
    expect(now.metadata.annotations?.[IMPORT_NOW]).toMatch(/^\d{4}-/);
    expect(now.metadata.generation).toBe(before.metadata.generation);
  });

  test('deletes a tag from the spec, and its history', async () => {
    await shop.stream('delete', { a: `registry.example.com/web@${digest}`, b: `registry.example.com/web@${other}` });

    expect((await shop.cli('tag', '-d', 'delete:a')).out).toBe(`Deleted tag ${shop.namespace}/delete:a.\n`);
    const { spec, status } = await read('delete');
    expect([spec?.tags?.map(({ name }) => name), status?.tags?.map(({ tag }) => tag)]).toEqual([['b'], ['b']]);
    expect(await shop.cli('tag', '-d', 'delete:a')).toMatchObject({
      code: 1,
      err: `error: destination tag ${shop.namespace}/delete:a does not exist.\n`,
    });
    expect((await shop.cli('tag', '-d', 'nothing:a')).out).toBe('Image stream "nothing" does not exist.\n');
  });

  test('a history without spec tag, as a crash or a push leaves it, is deleted too', async () => {
    await shop.stream('left', { a: `registry.example.com/web@${digest}` });
    await shop.kube.mergePatch(shop.key(resources.imageStreams, 'left'), { spec: { tags: [] } });

    expect((await shop.cli('tag', 'left:a', '-d')).code).toBe(0);
    expect((await read('left')).status?.tags).toEqual([]);
  });

  test.each<[string[], number, string]>([
    [['web:latest'], 2, 'you must specify a source and at least one destination or one or more tags to delete'],
    [['web:latest', 'web'], 1, '"web" must be of the form <stream_name>:<tag>'],
    [
      ['web:none', 'web:x'],
      1,
      '"web:none" is not currently pointing to an image, cannot use it as the source of a tag',
    ],
    [['web:latest', 'web:x', '--scheduled'], 2, 'only container images can have importing flags set'],
    [['-d', 'web:x', '--alias'], 2, '--alias and --delete may not be both specified'],
    [['UPPER:1', 'web:x'], 1, 'invalid SOURCE: '],
    [['web:latest', 'web:a#b'], 1, 'tag "a#b" must be 1 to 128 letters'],
  ])('%j is refused', async (args, code, message) => {
    const result = await shop.cli('tag', ...args);

    expect([result.code, result.out]).toEqual([code, '']);
    expect(result.err).toContain(message);
  });
});

/** Plays the poller and the trigger: when an import is asked for, or a tag is new, the status gets an answer. */
async function answer(name: string, status: (stream: ImageStream) => ImageStreamStatus): Promise<void> {
  await expect
    .poll(async () => (await read(name).catch(() => undefined))?.metadata.annotations?.[IMPORT_NOW])
    .toBeDefined();
  await writeStatus(name, status(await read(name)));
}

const from = { name: 'latest', from: { kind: 'DockerImage', name: 'quay.io/shop/web:latest' } };
const observedSpec = () => ({ hash: specHash(normalizeTag(from, shop.namespace)), generation: 1 });
const imported = (image: string): ImageStreamStatus => ({
  tags: [{ tag: 'latest', items: [item(image)], observedSpec: observedSpec() }],
});

async function followed(name: string, image: string) {
  await shop.create<ImageStream>(resources.imageStreams, { metadata: { name }, spec: { tags: [from] } });
  await writeStatus(name, imported(image));
}

describe('import-image', () => {
  test('asks for a check and prints the image that the registry now has', async () => {
    await followed('moved', `quay.io/shop/web@${digest}`);
    const answered = answer('moved', () => imported(`quay.io/shop/web@${other}`));

    const result = await shop.cli('import-image', 'moved:latest');

    await answered;
    expect(result).toEqual({ code: 0, out: `moved:latest imported: quay.io/shop/web@${other}\n`, err: '' });
  });

  test('the tag is latest when none is named; what is the same as before is said to be', async () => {
    await followed('same', `quay.io/shop/web@${digest}`);

    const result = await shop.cli('import-image', 'same', '--timeout=1500ms');

    expect(result).toEqual({ code: 0, out: `same:latest is unchanged: quay.io/shop/web@${digest}\n`, err: '' });
  });

  test('a failed import is told with its reason, and exit code 1', async () => {
    await followed('fails', `quay.io/shop/web@${digest}`);
    const condition = {
      type: 'ImportSuccess' as const,
      status: 'False' as const,
      reason: 'NotFound',
      message: 'no such tag',
      generation: 1,
    };
    const tag = { tag: 'latest', conditions: [condition], observedSpec: observedSpec() };
    const answered = answer('fails', () => ({ tags: [tag] }));

    const result = await shop.cli('import-image', 'fails');

    await answered;
    expect(result).toEqual({
      code: 1,
      out: 'fails:latest could not be imported: no such tag\n',
      err: 'error: 1 of 1 tags could not be imported\n',
    });
  });

  test('an import that nobody answers ends with the question whether anybody is there', async () => {
    await shop.create<ImageStream>(resources.imageStreams, { metadata: { name: 'silent' }, spec: { tags: [from] } });

    expect(await shop.cli('import-image', 'silent', '--timeout=300ms')).toEqual({
      code: 1,
      out: 'silent:latest has no answer yet\n',
      err: 'error: no answer within 0.3 s: is the poller running?\n',
    });
  });

  test('creates a stream, or a tag, where that is confirmed', async () => {
    const image = '--from=quay.io/shop/made:1';
    expect(await shop.cli('import-image', 'made:1', image)).toMatchObject({
      code: 1,
      err: 'error: no image stream named "made" exists, pass --confirm to create and import\n',
    });
    await shop.cli('import-image', 'made:1', image, '--confirm', '--timeout=1ms');
    expect(await shop.cli('import-image', 'made:2', image)).toMatchObject({
      code: 1,
      err: expect.stringContaining('pass --confirm'),
    });
    await shop.cli('import-image', 'made:2', image, '--confirm', '--scheduled', '--timeout=1ms');

    expect((await read('made')).spec?.tags?.map(({ name, importPolicy }) => [name, importPolicy?.scheduled])).toEqual([
      ['1', undefined],
      ['2', true],
    ]);
  });

  test('a tag that is there is imported from where it comes from, or not at all', async () => {
    await followed('kept', `quay.io/shop/web@${digest}`);
    const before = await read('kept');

    const same = await shop.cli('import-image', 'kept', '--from=quay.io/shop/web:latest', '--timeout=1ms');
    const another = await shop.cli('import-image', 'kept', '--from=quay.io/shop/web:2', '--confirm');

    expect(same.err).not.toContain('points to');
    expect((await read('kept')).spec).toEqual(before.spec);
    expect(another).toEqual({
      code: 1,
      out: '',
      err: `error: the tag "latest" points to "quay.io/shop/web:latest" - use the 'tag' command if you want to change the source to "quay.io/shop/web:2"\n`,
    });
  });

  test('flags of an image need one', async () => {
    expect(await shop.cli('import-image', 'kept', '--scheduled')).toMatchObject({ code: 2 });
  });

  test.each<[string, string[], string]>([
    [
      '#149 a stream that is not there',
      ['unknown'],
      'no image stream named "unknown" exists, pass --confirm to create and import',
    ],
    ['#149 a tag that is not there', ['pushed:nonexisting'], '"nonexisting" does not exist on the image stream'],
    ['a tag that is pushed to', ['pushed:a'], 'tag "a" does not come from a registry: it is not imported'],
    [
      'all tags of a stream that is pushed to',
      ['pushed', '--all'],
      'imagestreams/pushed has no tags that come from a registry',
    ],
  ])('%s is refused', async (_, args, message) => {
    await read('pushed').catch(() => shop.stream('pushed', { a: `registry.example.com/web@${digest}` }));

    expect(await shop.cli('import-image', ...args)).toMatchObject({ code: 1, out: '', err: `error: ${message}\n` });
  });
});

test('history lists what a tag pointed to, newest first, and why an import failed', async () => {
  await followed('told', 'x');
  const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const items = [
    { ...item(`quay.io/shop/web@${other}`), created: at(10) },
    { ...item(`quay.io/shop/web@${digest}`), created: at(180) },
  ];
  const conditions = [{ type: 'ImportSuccess' as const, status: 'False' as const, message: 'no route', generation: 1 }];
  await writeStatus('told', { tags: [{ tag: 'latest', items, conditions, observedSpec: observedSpec() }] });

  expect(await shop.cli('history', 'is/told:latest')).toEqual({
    code: 0,
    out: `TAG      SINCE            IMAGE
latest   10 minutes ago   quay.io/shop/web@${other}
latest   3 hours ago      quay.io/shop/web@${digest}
`,
    err: '! told:latest: no route\n',
  });
  expect(await shop.cli('history', 'told:none')).toMatchObject({
    code: 1,
    err: 'error: tag told:none points to nothing yet\n',
  });
});
