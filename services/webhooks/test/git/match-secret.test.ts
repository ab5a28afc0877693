import { describe, expect, test } from 'vitest';
import type { GitHost } from '../../src/git/git-host.ts';
import type { SecretRead } from '../../src/git/hook-secrets.ts';
import { type HookedConfig, hookedConfig, triggersOf } from '../../src/git/hooked-config.ts';
import { gitHosts } from '../../src/git/hosts/index.ts';
import { matchSecret } from '../../src/git/match-secret.ts';
import { buildConfig, type Trigger } from './git-hooks.ts';

const byName: Readonly<Record<string, SecretRead>> = {
  one: { kind: 'found', secret: { value: 'secretvalue1', signing: [] } },
  two: { kind: 'found', secret: { value: 'secretvalue2', signing: ['signed-with'] } },
  otherKey: { kind: 'found', secret: { value: '', signing: [] } },
  refused: { kind: 'refused' },
  unknown: { kind: 'unknown' },
};

const literal = (secret: string, allowEnv = false): Trigger => ({
  type: 'Generic',
  generic: { secret, allowEnv },
});
const reference = (name: string, secret = ''): Trigger => ({
  type: 'Generic',
  generic: { secret, secretReference: { name } },
});

/** Index of the trigger that a secret is for, or why there is none. */
async function match(shown: string, ...triggers: Trigger[]) {
  const config = hookedConfig(buildConfig(triggers));
  const of = config === undefined ? [] : triggersOf(config, gitHosts.get('generic') as GitHost);
  const found = await matchSecret('shop', shown, of, {
    read: async (_namespace, name) => byName[name] ?? { kind: 'missing' },
  });
  if (found.kind !== 'matched') return found.kind;
  return [found.trigger.index, found.trigger.allowEnv, found.signing?.matches('signed-with') ?? 'not signed'];
}

const three = [literal('secret101'), literal('secret100', true), literal('secret102')];

describe('the trigger that a secret is for', () => {
  test.each<[string, string, Trigger[], unknown]>([
    [
      '#112 secret1 is that of the first',
      'secret1',
      [literal('secret1'), literal('secret2')],
      [0, false, 'not signed'],
    ],
    [
      '#112 secret2 is that of the second',
      'secret2',
      [literal('secret1'), literal('secret2')],
      [1, false, 'not signed'],
    ],
    ['#112 secret3 is nobody’s', 'secret3', [literal('secret1'), literal('secret2')], 'mismatch'],
    [
      '#112 a referenced Secret counts as well',
      'secretvalue1',
      [reference('one'), reference('two')],
      [0, false, 'not signed'],
    ],
    ['#112 so does a second one', 'secretvalue2', [reference('one'), reference('two')], [1, false, true]],
    ['#112 a value under another key does not count', 'secretvalue1', [reference('otherKey')], 'mismatch'],
    ['#112 secret100 selects the trigger that takes variables', 'secret100', three, [1, true, 'not signed']],
    ['#112b a BuildConfig without triggers has no hook', 'secret1', [], 'mismatch'],
    ['an empty secret is nobody’s', '', [literal(''), reference('otherKey')], 'mismatch'],
    [
      'the first of two with the same secret counts',
      'secret1',
      [literal('secret1'), literal('secret1', true)],
      [0, false, 'not signed'],
    ],
    [
      'a Secret that is not there does not match',
      'secret1',
      [reference('nowhere'), literal('secret1')],
      [1, false, 'not signed'],
    ],
    [
      'a literal secret counts beside a Secret that is not there',
      'secret1',
      [reference('nowhere', 'secret1')],
      [0, false, 'not signed'],
    ],
    ['a literal secret does not get around the signature', 'secret1', [reference('two', 'secret1')], [0, false, true]],
    [
      'a Secret that may not be read ends the search',
      'secret1',
      [reference('refused'), literal('secret1')],
      'mismatch',
    ],
    ['a trigger before it counts', 'secret1', [literal('secret1'), reference('refused')], [0, false, 'not signed']],
    [
      'a Secret that nobody can read now leaves it open',
      'secret1',
      [reference('unknown'), literal('secret1')],
      'unknown',
    ],
    ['a trigger without its body has no secret', 'secret1', [{ type: 'Generic' }], 'mismatch'],
    [
      'triggers of another type do not count',
      'secret1',
      [{ type: 'GitHub', github: { secret: 'secret1' } }],
      'mismatch',
    ],
    [
      'the type may be written as once',
      'secret1',
      [{ type: 'generic', generic: { secret: 'secret1' } }],
      [0, false, 'not signed'],
    ],
  ])('%s', async (_what, shown, triggers, expected) => {
    expect(await match(shown, ...triggers)).toEqual(expected);
  });

  test('#112b each kind of hook finds its own triggers, and none without', () => {
    const types = ['GitHub', 'GitLab', 'Bitbucket', 'Generic'];
    const members = ['github', 'gitlab', 'bitbucket', 'generic'];
    const triggers = types.flatMap((type, i) =>
      [0, 1, 2].map((n) => ({ type, [members[i] ?? '']: { secret: `secret${i}0${n}` } })),
    );
    const config = hookedConfig(buildConfig(triggers)) as HookedConfig;
    for (const host of gitHosts.values()) expect(triggersOf(config, host)).toHaveLength(3);
    expect(hookedConfig(buildConfig([]))).toBeUndefined();
    expect(hookedConfig(buildConfig([{ type: 'ConfigChange' }]))).toBeUndefined();
  });
});
