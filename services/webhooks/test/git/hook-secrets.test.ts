import type { KubeObject } from '@tagstream/api-types';
import { KubeError } from '@tagstream/kube';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHookSecrets, type HookSecrets } from '../../src/git/hook-secrets.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the Secrets of hooks', () => {
  let nowMs: number;
  let asked: string[];
  let answer: (name: string) => object;
  let problems: unknown[];
  let secrets: HookSecrets;

  beforeEach(() => {
    nowMs = 0;
    asked = [];
    problems = [];
    answer = () => ({ data: { WebHookSecretKey: base64('s1'), signingSecret: base64('a\nb\n'), other: base64('x') } });
    secrets = createHookSecrets({
      kube: {
        get: async <T extends KubeObject>({ namespace, name }: { namespace?: string; name: string }) => {
          asked.push(`${namespace}/${name}`);
          return { metadata: { name }, ...answer(name) } as unknown as T;
        },
      },
      clock: { now: () => nowMs },
      onProblem: (_namespace, _name, error) => void problems.push(error),
    });
  });

  const fails = (error: KubeError) => () => {
    throw error;
  };
  const away = fails(new KubeError('unavailable', 'connect ECONNREFUSED'));

  test('are read by their two keys', async () => {
    expect(await secrets.read('shop', 'hook')).toEqual({ kind: 'found', secret: { value: 's1', signing: ['a', 'b'] } });
    answer = () => ({});
    expect(await secrets.read('shop', 'empty')).toEqual({ kind: 'found', secret: { value: '', signing: [] } });
    expect(asked).toEqual(['shop/hook', 'shop/empty']);
  });

  test('are asked for once in five seconds, however many want to know', async () => {
    await Promise.all([1, 2, 3].map(() => secrets.read('shop', 'hook')));
    nowMs = 4_999;
    await secrets.read('shop', 'hook');
    expect(asked).toHaveLength(1);
    nowMs = 5_000;
    answer = () => ({ data: { WebHookSecretKey: base64('s2') } });
    expect(await secrets.read('shop', 'hook')).toMatchObject({ secret: { value: 's2' } });
    expect(asked).toHaveLength(2);
  });

  test('count for ten minutes while the API server is away', async () => {
    await secrets.read('shop', 'hook');
    answer = away;
    nowMs = 599_999;
    expect(await secrets.read('shop', 'hook')).toMatchObject({ secret: { value: 's1' } });
    nowMs = 605_000;
    expect(await secrets.read('shop', 'hook')).toEqual({ kind: 'unknown' });
    expect(await secrets.read('shop', 'never-read')).toEqual({ kind: 'unknown' });
    expect(problems).toHaveLength(3);
  });

  test('do not count any more once they are gone', async () => {
    await secrets.read('shop', 'hook');
    answer = fails(new KubeError('not_found', 'secrets "hook" not found'));
    nowMs = 5_000;
    expect(await secrets.read('shop', 'hook')).toEqual({ kind: 'missing' });
    answer = away;
    nowMs = 10_000;
    expect(await secrets.read('shop', 'hook')).toEqual({ kind: 'missing' });
  });

  test('that may not be read say so', async () => {
    answer = fails(new KubeError('forbidden', 'secrets "hook" is forbidden'));
    expect(await secrets.read('shop', 'hook')).toEqual({ kind: 'refused' });
    expect(problems).toHaveLength(1);
  });

  test('are remembered for a thousand hooks, those that were asked for last', async () => {
    for (let i = 0; i <= 1_000; i++) await secrets.read('shop', `hook-${i}`);
    await secrets.read('shop', 'hook-1000');
    expect(asked).toHaveLength(1_001);
    await secrets.read('shop', 'hook-0');
    expect(asked).toHaveLength(1_002);
  });
});
