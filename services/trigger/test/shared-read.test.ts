import { expect, test } from 'vitest';
import { sharedRead } from '../src/workload/shared-read.ts';

/** A source whose reads are answered one by one by the test. */
function slowSource() {
  const started: { key: string; answer: PromiseWithResolvers<string> }[] = [];
  const read = sharedRead((key: string) => {
    const answer = Promise.withResolvers<string>();
    started.push({ key, answer });
    return answer.promise;
  });
  return { started, read };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('callers who ask before a read starts share its answer', async () => {
  const { started, read } = slowSource();
  const answers = Promise.all([read('a'), read('a'), read('a')]);
  await turn();
  expect(started).toHaveLength(1);
  started[0]?.answer.resolve('one');
  expect(await answers).toEqual(['one', 'one', 'one']);
});

test('a caller never gets the answer of a read that started before it asked', async () => {
  const { started, read } = slowSource();
  const early = read('a');
  await turn();
  const late = [read('a'), read('a')];
  await turn();
  expect(started).toHaveLength(1); // at most one at a time
  started[0]?.answer.resolve('old');
  expect(await early).toBe('old');
  await turn();
  expect(started).toHaveLength(2);
  started[1]?.answer.resolve('new');
  expect(await Promise.all(late)).toEqual(['new', 'new']);
});

test('reads of different keys do not wait for each other', async () => {
  const { started, read } = slowSource();
  void read('a');
  const b = read('b');
  await turn();
  expect(started.map(({ key }) => key)).toEqual(['a', 'b']);
  started[1]?.answer.resolve('b');
  expect(await b).toBe('b');
});

test('a failed read fails those who shared it and nobody after them', async () => {
  const { started, read } = slowSource();
  const failing = [read('a'), read('a')];
  await turn();
  const next = read('a');
  started[0]?.answer.reject(new Error('no answer'));
  await expect(Promise.all(failing)).rejects.toThrow('no answer');
  await turn();
  started[1]?.answer.resolve('fine');
  expect(await next).toBe('fine');
});

test('a quiet source is read anew for each caller', async () => {
  const answers = ['first', 'second'];
  const read = sharedRead(async () => answers.shift());
  expect(await read('a')).toBe('first');
  expect(await read('a')).toBe('second');
});
