import { createLog } from '@tagstream/service';
import { describe, expect, test } from 'vitest';

function lastLine(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown> {
  let line = '{}';
  write(
    createLog({
      service: 'poller',
      version: '1.2.3',
      level: 'info',
      destination: {
        write: (text) => {
          line = text;
        },
      },
    }),
  );
  return JSON.parse(line);
}

test('a line is one JSON object with service, version, level as a word, time and message', () => {
  expect(lastLine((log) => log.warn({ image: 'web' }, 'registry check failed'))).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    service: 'poller',
    version: '1.2.3',
    image: 'web',
    message: 'registry check failed',
  });
});

test('lines below the level are not written', () => {
  expect(lastLine((log) => log.debug('step'))).toEqual({});
});

test('the fields of a child are on each of its lines', () => {
  expect(lastLine((log) => log.child({ subject: 's' }).info('done'))).toMatchObject({ subject: 's', message: 'done' });
});

describe('secrets are not written', () => {
  test.each([
    ['at the top', { authorization: 'hide me' }],
    ['in headers', { request: { headers: { authorization: 'hide me' } } }],
    ['with a capital', { headers: { Authorization: 'hide me' } }],
    ['deeper', { one: { two: { password: 'hide me' } } }],
    ['with a dash', { headers: { 'proxy-authorization': 'hide me' } }],
    ['as a token', { answer: { access_token: 'hide me' } }],
    ['in an error', { err: Object.assign(new Error('x'), { config: { token: 'hide me' } }) }],
  ])('%s', (_, fields) => {
    const line = JSON.stringify(lastLine((log) => log.info(fields, 'asked')));

    expect(line).toContain('[redacted]');
    expect(line).not.toContain('hide me');
  });

  test('nor are those of a child', () => {
    expect(lastLine((log) => log.child({ token: 'hide me' }).info('asked'))).toMatchObject({ token: '[redacted]' });
  });
});
