import { type EventData, RegistryPush } from '@tagstream/events';
import { testClock } from '@tagstream/service/testing';
import { expect, test } from 'vitest';
import { createAskAgain } from '../src/stream/ask-again.ts';
import { at, digest, follows, observation, stream } from './support/streams.ts';

type Push = EventData<typeof RegistryPush>;

const seen = observation(stream({ spec: [follows('latest', 'registry.example.com/a/b/web:1')] }), 'latest', 'b');

async function asked(from: string, times = 1): Promise<readonly Push[]> {
  const pushes: Push[] = [];
  const publish = async (_definition: unknown, data: unknown) => {
    pushes.push(data as Push);
    return { sequence: pushes.length, duplicate: false };
  };
  const askAgain = createAskAgain({ publish }, testClock(at(300)));
  for (let time = 0; time < times; time++) await askAgain({ ...seen, from });
  return pushes;
}

test.each([
  { from: 'registry.example.com/a/b/web:1', registry: 'registry.example.com', repository: 'a/b/web', tag: '1' },
  { from: 'Registry.Example.com:5000/web', registry: 'registry.example.com:5000', repository: 'web', tag: 'latest' },
  { from: 'nginx', registry: 'docker.io', repository: 'library/nginx', tag: 'latest' },
])('asks for $from as for a push that was announced', async ({ from, ...reference }) => {
  const [push] = await asked(from);
  expect(push).toMatchObject({ ...reference, source: 'recheck', verified: 'internal', receivedAt: at(300) });
  expect(RegistryPush.problems(push)).toEqual([]);
});

test('asking twice for one observation is one message', async () => {
  const [first, second] = await asked('nginx', 2);
  expect(first && second && RegistryPush.id(first) === RegistryPush.id(second)).toBe(true);
});

test.each([
  { row: 'a digest, which cannot move', from: `registry.example.com/web@${digest('a')}` },
  { row: 'a malformed reference', from: 'registry.example.com/a..b:1' },
  { row: 'a registry without repository', from: 'registry.example.com' },
])('asks nothing for $row', async ({ from }) => {
  expect(await asked(from)).toEqual([]);
});
