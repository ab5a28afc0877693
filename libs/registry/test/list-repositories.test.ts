import { type FakeRegistry, startFakeRegistry } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allOf, insecure, makeClient, registryErrorOf } from './make-client.ts';

let fake: FakeRegistry;
beforeAll(async () => {
  fake = await startFakeRegistry();
});
afterAll(() => fake[Symbol.asyncDispose]());

describe('listRepositories', () => {
  test('asks for the catalog as a whole, not below a repository', async () => {
    fake.clearRequests();
    fake.behave({ fail: { status: 200, body: '{"repositories":["shop/web","tools"]}' } });

    expect(await allOf(makeClient().listRepositories(fake.host, insecure))).toEqual(['shop/web', 'tools']);

    expect(fake.requests.map(({ path }) => path)).toEqual(['/v2/_catalog?n=1000']);
  });

  test.each<[string, number, string]>([
    ['has none', 404, 'not_found'],
    ['lets nobody see it', 403, 'forbidden'],
  ])('fails where a registry %s', async (_, status, code) => {
    fake.behave({ fail: { status, body: '{"errors":[]}' } });

    expect(await registryErrorOf(allOf(makeClient().listRepositories(fake.host, insecure)))).toMatchObject({ code });
  });

  test('refuses a page that leads out of the catalog', async () => {
    const headers = { link: '</v2/shop/web/tags/list?n=1000>; rel="next"' };
    fake.behave({ fail: { status: 200, headers, body: '{"repositories":["a"]}' } });

    expect(await registryErrorOf(allOf(makeClient().listRepositories(fake.host, insecure)))).toMatchObject({
      code: 'invalid',
    });
  });
});
