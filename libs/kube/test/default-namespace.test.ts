import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultNamespace } from '../src/index.ts';

let dir: string;
const file = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tagstream-kube-'));
  const contexts = [
    { name: 'shop', context: { cluster: 'c', namespace: 'shop' } },
    { name: 'plain', context: { cluster: 'c' } },
  ];
  await writeFile(file('a'), JSON.stringify({ 'current-context': 'shop', contexts }));
  await writeFile(
    file('b'),
    JSON.stringify({ 'current-context': 'other', contexts: [{ name: 'other', context: { namespace: 'other' } }] }),
  );
  await writeFile(file('broken'), '{');
  await mkdir(file('home/.kube'), { recursive: true });
  await copyFile(file('b'), file('home/.kube/config'));
});
afterAll(() => rm(dir, { recursive: true }));

test.each<[string, (file: (name: string) => string) => [object, Record<string, string>], string]>([
  ['of the current context', (f) => [{ kubeconfig: f('a') }, {}], 'shop'],
  ['of the context named', (f) => [{ context: 'other' }, { KUBECONFIG: `${f('a')}:${f('b')}` }], 'other'],
  [
    'of the first file with a current context',
    (f) => [{}, { KUBECONFIG: `${f('missing')}:${f('b')}:${f('a')}` }],
    'other',
  ],
  ['default, where the context names none', (f) => [{ kubeconfig: f('a'), context: 'plain' }, {}], 'default'],
  [
    'default, in a pod whose own is not known',
    (f) => [{}, { KUBERNETES_SERVICE_HOST: '10.0.0.1', HOME: f('') }],
    'default',
  ],
  ['of the context in the home directory', (f) => [{}, { HOME: f('home') }], 'other'],
  ['default, where there is nothing at all', () => [{}, {}], 'default'],
])('the namespace is the one %s', async (_, given, expected) => {
  const [options, env] = given(file);

  expect(await defaultNamespace(options, env)).toBe(expected);
});

test('a kubeconfig that is broken is an error, as it is for whoever connects', async () => {
  await expect(defaultNamespace({ kubeconfig: file('broken') }, {})).rejects.toMatchObject({ code: 'invalid' });
});
