import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build, EnvVar } from '@tagstream/api-types';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type InputData, resolveEnv } from '../src/inputs/build-env.ts';
import { imageName } from '../src/inputs/image-name.ts';
import { pathInRoot } from '../src/inputs/path-in-root.ts';
import { inputsFromMounts } from '../src/inputs/read-inputs.ts';
import { referencedObjects } from '../src/inputs/referenced-objects.ts';
import { registryAuth } from '../src/inputs/registry-auth.ts';
import { pathWithin } from '../src/inputs/safe-path.ts';
import { aBuild } from './support/a-build.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const data: InputData = {
  secrets: new Map([['keys', { token: bytes('s3cret') }]]),
  configMaps: new Map([['settings', { colour: bytes('blue') }]]),
};

describe('variables', () => {
  const build = aBuild({}, { labels: { tier: 'front' } });
  const secretKeyRef = (key: string, optional?: boolean) => ({ secretKeyRef: { name: 'keys', key, optional } });

  test.each<[string, EnvVar[], [string, string][]]>([
    [
      'given values',
      [{ name: 'A', value: '1' }, { name: 'B' }],
      [
        ['A', '1'],
        ['B', ''],
      ],
    ],
    ['a key of a Secret', [{ name: 'A', valueFrom: secretKeyRef('token') }], [['A', 's3cret']]],
    [
      'a key of a ConfigMap',
      [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } }],
      [['A', 'blue']],
    ],
    ['an optional one that is not there sets nothing', [{ name: 'A', valueFrom: secretKeyRef('other', true) }], []],
    [
      'the name of the Build',
      [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      [['A', 'web-1']],
    ],
    ['a label', [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } }], [['A', 'front']]],
    [
      'earlier variables stand for their values, unknown ones and escaped ones for themselves',
      [
        { name: 'A', value: 'x' },
        { name: 'B', value: '$(A)/$(C)/$$(A)' },
      ],
      [
        ['A', 'x'],
        ['B', 'x/$(C)/$(A)'],
      ],
    ],
  ])('%s', (_, env, expected) => {
    expect(resolveEnv(env, build, data).variables.map(({ name, value }) => [name, value])).toEqual(expected);
  });

  test.each([
    ['a Secret without that key', secretKeyRef('other')],
    ['a ConfigMap that does not exist', { configMapKeyRef: { name: 'none', key: 'x' } }],
    ['a resource of a container', { resourceFieldRef: { resource: 'limits.cpu' } }],
  ])('%s ends the build with UnresolvableEnvironmentVariable', (_, valueFrom) => {
    expect(() => resolveEnv([{ name: 'A', valueFrom }], build, data)).toThrow(
      expect.objectContaining({ code: 'UnresolvableEnvironmentVariable' }),
    );
  });

  test('values out of Secrets are told apart', () => {
    expect(
      resolveEnv(
        [
          { name: 'A', valueFrom: secretKeyRef('token') },
          { name: 'B', value: 'x' },
        ],
        build,
        data,
      ).secrets,
    ).toEqual(['s3cret']);
  });
});

test('every Secret and ConfigMap that a Build names is found, each once', () => {
  const build = aBuild({
    source: {
      sourceSecret: { name: 'git' },
      secrets: [{ secret: { name: 'npm' } }],
      configMaps: [{ configMap: { name: 'settings' } }],
      images: [{ from: { name: 'x' }, pullSecret: { name: 'pull-image' } }],
    },
    strategy: {
      dockerStrategy: {
        pullSecret: { name: 'pull' },
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } }],
        buildArgs: [
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'args', key: 'b' } } },
          { name: 'C', valueFrom: { secretKeyRef: { name: 'keys', key: 'c' } } },
        ],
      },
    },
    output: { pushSecret: { name: 'push' } },
  });

  expect(referencedObjects(build)).toEqual({
    secrets: ['git', 'keys', 'npm', 'pull', 'pull-image', 'push'],
    configMaps: ['args', 'settings'],
  });
});

test.each(['host:5000/a/b:latest', 'host/a@sha256:1', 'a', 'docker.io/library/busybox', '[::1]:5000/a'])(
  '%s is the name of an image',
  (name) => {
    expect(imageName(name)).toBe(name);
  },
);

test.each([
  '',
  'a b',
  'a\nRUN evil',
  '-t',
  'dir:/etc',
  'containers-storage:[vfs@/other]x',
  'oci-archive:/x',
  '$X',
  '"a"',
])('%j is none', (name) => {
  expect(() => imageName(name)).toThrow(expect.objectContaining({ code: 'InvalidImageReference' }));
});

test.each([
  ['', '.'],
  ['./a/', 'a'],
  ['a/../b', 'b'],
  ['..a', '..a'],
  ['..', undefined],
  ['a/../../b', undefined],
  ['/etc', undefined],
  ['a\0b', undefined],
])('%j within the source is %j', (path, expected) => {
  expect(pathWithin(path)).toBe(expected);
});

describe('paths under a root', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'tagstream-root-'));
    await mkdir(join(root, 'a/b'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  test.each([
    ['an absolute link begins at the root', '/etc', 'etc'],
    ['a link upwards ends at the root', '../../../../etc', 'etc'],
    ['a link beside', '../b', 'b'],
  ])('%s', async (_, target, expected) => {
    await symlink(target, join(root, 'a/link'));

    expect(await pathInRoot(root, 'a/link')).toBe(join(root, expected));
  });

  test('links that go round in circles are an error', async () => {
    await symlink('two', join(root, 'one'));
    await symlink('one', join(root, 'two'));

    await expect(pathInRoot(root, 'one')).rejects.toThrow(/too many symbolic links/);
  });

  test('directories are made where they are asked for, behind a link as well', async () => {
    await symlink('/etc', join(root, 'out'));

    await pathInRoot(root, 'out/x/y', true);

    expect(await readdir(join(root, 'etc/x'))).toEqual(['y']);
  });
});

describe('registry credentials', () => {
  const secret = (auths: object) => ({
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  });
  const auth = (pair: string) => Buffer.from(pair).toString('base64');

  test('become one file; the earlier Secret counts, and Docker Hub has its short name', () => {
    const { json, secrets } = registryAuth([
      secret({ 'quay.io': { auth: auth('ada:first-pw') } }),
      secret({
        'quay.io': { auth: auth('bob:second') },
        'https://index.docker.io/v1/': { username: 'x', password: 'hub-pw' },
      }),
    ]);

    expect(JSON.parse(json)).toEqual({
      auths: { 'quay.io': { auth: auth('ada:first-pw') }, 'docker.io': { auth: auth('x:hub-pw') } },
    });
    expect(secrets).toEqual(expect.arrayContaining(['first-pw', 'hub-pw', auth('ada:first-pw')]));
  });

  test('a Secret that cannot be read is passed over', () => {
    const broken = { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'bm90IGpzb24=' } };

    expect(JSON.parse(registryAuth([broken]).json)).toEqual({ auths: {} });
  });
});

test('mounted inputs: keys are files, links of Kubernetes itself are none, and an empty directory is no Secret', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tagstream-inputs-'));
  await mkdir(join(root, 'secrets/push/..data'), { recursive: true });
  await mkdir(join(root, 'secrets/account'), { recursive: true });
  await writeFile(join(root, 'secrets/push/.dockerconfigjson'), '{}');
  const build: Build = aBuild({ output: { pushSecret: { name: 'push' } } });

  const inputs = await inputsFromMounts(root, build, ['account']);

  expect([...inputs.secrets.keys()]).toEqual(['push']);
  expect(Object.keys(inputs.secrets.get('push')!)).toEqual(['.dockerconfigjson']);
  expect(inputs.accountSecrets).toEqual(['account']);
  await rm(root, { recursive: true });
});
