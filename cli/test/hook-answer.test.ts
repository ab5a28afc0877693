import { describe, expect, test } from 'vitest';
import { curlCommand } from '../src/commands/webhooks/curl-command.ts';
import { meaningOf } from '../src/commands/webhooks/hook-answer.ts';

const taken = (accepted: number, ...reasons: string[]) =>
  JSON.stringify({ accepted, ignored: reasons.map((reason) => ({ reason, count: 1 })) });

describe('the answer of a hook', () => {
  test.each([
    [202, taken(1), 'stored; pollers ask the registry now, if a stream follows the image'],
    [202, taken(0, 'no-registry'), /^1 left out: neither the request nor the receiver says .* set "registry"/],
    [202, taken(1, 'untagged'), /^stored; .*; 1 left out: a push by digest alone moves no tag$/],
    [202, taken(0, 'something-new'), '1 left out: something-new'],
    [202, 'ok', undefined],
    [202, 'null', undefined],
    [200, '', undefined],
    [401, '', /secret is not one of the receiver/],
    [403, '', /networks/],
    [404, '', /no receiver of this name/],
    [302, '', /no sender follows redirects/],
    [503, '', /is NATS there/],
    [418, '', undefined],
  ])('%i %s is told', (status, text, expected) => {
    const meaning = meaningOf(status, text);
    if (expected instanceof RegExp) expect(meaning).toMatch(expected);
    else expect(meaning).toBe(expected);
  });
});

test('a command line of curl keeps quotes and backslashes', () => {
  const request = { url: 'https://a/b', headers: { 'x-a': 'b' }, body: Buffer.from(`{"it's":"\\\\"}`) };
  expect(curlCommand(request)).toBe(
    `curl --include 'https://a/b' \\\n  --header 'x-a: b' \\\n  --data-binary '{"it'\\''s":"\\\\"}'`,
  );
});
