import { expect, test } from 'vitest';
import { gitHosts } from '../../src/git/hosts/index.ts';
import { gitSampleRequest } from '../../src/git/send-git-sample.ts';
import { allTriggers, buildConfig, testGitHooks } from './git-hooks.ts';

const SECRET = 'in-the-url';
const hook = (type: string) =>
  `http://hooks/apis/build.openshift.io/v1/namespaces/shop/buildconfigs/web/webhooks/${SECRET}/${type}`;

test.each([...gitHosts.values()].flatMap(({ type, samples }) => samples.map(({ name }) => [type, name])))(
  'the sample %s/%s is taken by a hook that demands signatures, for any branch, and is told apart by its id',
  async (type = '', sample = '') => {
    const { app, orders } = testGitHooks({
      config: buildConfig(allTriggers({ secretReference: { name: 'hook' } }), 'next'),
      secrets: { 'shop/hook': { value: SECRET, signing: ['signing'] } },
    });
    for (const deliveryId of ['one', 'two']) {
      const { method, url, headers, body } = gitSampleRequest({
        url: hook(type),
        signingSecret: 'signing',
        sample,
        ref: 'refs/heads/next',
        deliveryId,
        nowMs: Date.now(),
      });
      const response = await app.inject({ method, url: new URL(url).pathname, headers: { ...headers }, body });
      expect(response.statusCode).toBe(200);
      expect(response.json().kind).toBe('Build');
    }
    expect(new Set(orders.map(({ requestId }) => requestId)).size).toBe(2);
  },
);

test('a URL or a sample that there is not is said', () => {
  const options = { deliveryId: 'one', nowMs: 0 };
  expect(() => gitSampleRequest({ ...options, url: 'http://hooks/x/y' })).toThrow('github, gitlab, bitbucket, generic');
  expect(() => gitSampleRequest({ ...options, url: hook('github'), sample: 'x' })).toThrow('it has push, gogs');
});
