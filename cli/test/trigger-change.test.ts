import { expect, test } from 'vitest';
import { type TriggerOptions, triggerChange } from '../src/commands/trigger-change.ts';

const image = { kind: 'image', remove: false, auto: true, from: 'web:1', namespace: '', containers: ['web'] };

test.each<[string, TriggerOptions, object | undefined]>([
  ['nothing', {}, undefined],
  ['--auto', { auto: true }, { kind: 'all', auto: true }],
  ['--manual', { manual: true }, { kind: 'all', auto: false }],
  ['--remove-all', { removeAll: true }, { kind: 'remove-all' }],
  ['--from-config', { fromConfig: true }, { kind: 'config', remove: false }],
  ['--from-config --remove', { fromConfig: true, remove: true }, { kind: 'config', remove: true }],
  ['--from-image -c', { fromImage: 'web:1', containers: 'web' }, image],
  ['--from-image of the own namespace', { fromImage: 'shop/web:1', containers: 'web' }, image],
  [
    '--from-image of another namespace',
    { fromImage: 'images/web:1', containers: 'web' },
    { ...image, namespace: 'images' },
  ],
  [
    '--from-image --manual',
    { fromImage: 'web:1', containers: 'web,side', manual: true },
    { ...image, auto: false, containers: ['web', 'side'] },
  ],
  ['--from-image --remove', { fromImage: 'web:1', remove: true }, { ...image, remove: true, containers: [] }],
])('%s', (_, options, expected) => {
  expect(triggerChange(options, 'shop')).toEqual(expected);
});

test.each<[TriggerOptions, string]>([
  [{ auto: true, manual: true }, 'you must specify at most one of --auto or --manual'],
  [{ remove: true, removeAll: true }, 'you must specify either --remove or --remove-all'],
  [{ removeAll: true, auto: true }, '--remove-all may not be used with any other flag'],
  [{ removeAll: true, fromConfig: true }, '--remove-all may not be used with any other flag'],
  [{ remove: true }, '--remove requires a flag defining a trigger type to be specified'],
  [{ fromConfig: true, fromImage: 'web:1' }, 'you may only set one trigger type at a time'],
  [{ fromImage: 'quay.io/shop/web:1' }, 'must point to an image stream tag on this server'],
  [{ fromImage: `web@sha256:${'a'.repeat(64)}` }, 'must point to an image stream tag on this server'],
  [{ fromImage: 'web' }, 'must include the tag you wish to pull from'],
  [{ fromImage: 'UPPER:1' }, 'does not appear to be a valid reference to an image'],
])('%j is refused', (options, message) => {
  expect(() => triggerChange(options, 'shop')).toThrow(message);
});
