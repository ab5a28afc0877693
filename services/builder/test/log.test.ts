import { expect, test } from 'vitest';
import { openBuildLog } from '../src/log/build-log.ts';
import { redactor } from '../src/log/redact.ts';

test.each([
  ['as it is', 'pw is hunter/22', 'pw is ***'],
  ['percent-encoded', 'https://u:hunter%2F22@host', 'https://u:***@host'],
  ['as base64', `auth ${Buffer.from('hunter/22').toString('base64')}`, 'auth ***'],
  ['twice', 'hunter/22 hunter/22', '*** ***'],
  ['what is no secret stays', 'hunting', 'hunting'],
])('a secret is hidden: %s', (_, line, shown) => {
  expect(redactor(['hunter/22'])(line)).toBe(shown);
});

test('each line of a secret with several is hidden, short ones would make the log unreadable', () => {
  const redact = redactor(['first line\nab\nsecond line']);

  expect(redact('x first line ab second line')).toBe('x *** ab ***');
});

test('of two secrets with the same beginning the longer one is hidden whole', () => {
  expect(redactor(['abcdef', 'abcdefgh'])('abcdefgh')).toBe('***');
});

function aLog(store: (text: string, number: number) => Promise<void>) {
  const lost: unknown[] = [];
  const log = openBuildLog({ store, onLost: (error) => lost.push(error), sleep: () => Promise.resolve() });
  return { log, lost };
}

test('lines are stored in order, in few pieces, without secrets that were told before', async () => {
  const pieces: string[] = [];
  const { log } = aLog(async (text) => void pieces.push(text));
  log.line('one');
  log.hide(['s3cret']);
  log.line('two s3cret');

  await log.flush();

  expect(pieces).toEqual(['one\ntwo ***\n']);
  expect(log.tail).toEqual(['one', 'two ***']);
});

test('a piece that cannot be stored is lost and told; the build goes on', async () => {
  const { log, lost } = aLog(async () => {
    throw new Error('NATS is away');
  });
  log.line('one');

  await log.flush();

  expect(lost).toHaveLength(1);
});

test('a log has an end: what is beyond is left out but for its last lines', async () => {
  let stored = '';
  const { log } = aLog(async (text) => {
    stored += text;
  });
  for (let batch = 0; batch < 20; batch++) {
    for (let line = 0; line < 500; line++) log.line(`${batch} ${'x'.repeat(1000)}`);
    await log.flush();
  }
  log.line('the last words');
  await log.flush();

  expect(stored.length).toBeLessThan(9 * 1024 * 1024);
  expect(stored).toMatch(/\[\d+ lines left out; the last of them:\]/);
  expect(stored.trimEnd().endsWith('the last words')).toBe(true);
});
