import type { Build } from '@tagstream/api-types';
import { KubeError } from '@tagstream/kube';
import { expect, test } from 'vitest';
import { showPodLog } from '../src/commands/builds/pod-log.ts';
import type { Session } from '../src/session.ts';

const build: Build = {
  metadata: { name: 'web-1', namespace: 'shop' },
  spec: { strategy: { type: 'Docker', dockerStrategy: {} } },
  status: { phase: 'Running' },
};

/** A session in which the log of the pod and the phase of the Build are as listed, one entry a look. */
function sessionWith(looks: readonly { readonly log: string | Error; readonly phase: 'Running' | 'Complete' }[]) {
  let out = '';
  let look = -1;
  const asked: unknown[] = [];
  const session = {
    namespace: 'shop',
    host: {
      out: (text: string) => {
        out += text;
      },
      signal: new AbortController().signal,
    },
    kube: {
      get: async () => {
        look += 1;
        return { ...build, status: { phase: looks[look]!.phase } };
      },
      request: async (_method: string, path: string, { query }: { query: unknown }) => {
        asked.push([path, query]);
        const { log } = looks[Math.max(look, 0)]!;
        if (log instanceof Error) throw log;
        return log;
      },
    },
  } as unknown as Session; // only what a log needs
  return { session, asked, printed: () => out };
}

test('prints what a pod said so far', async () => {
  const { session, asked, printed } = sessionWith([{ log: 'STEP 1\n', phase: 'Running' }]);
  await showPodLog(session, build, 'web-1-build/docker-build', false);

  expect(printed()).toBe('STEP 1\n');
  expect(asked).toEqual([
    ['/api/v1/namespaces/shop/pods/web-1-build/log', { container: 'docker-build', limitBytes: 67_108_864 }],
  ]);
});

test('goes on until the build is over, and prints each line once', async () => {
  const notYet = new KubeError('invalid', 'container is waiting to start');
  const { session, printed } = sessionWith([
    { log: notYet, phase: 'Running' },
    { log: 'STEP 1\n', phase: 'Running' },
    { log: 'STEP 1\nSTEP 2\n', phase: 'Complete' },
  ]);
  await showPodLog(session, build, 'web-1-build/docker-build', true);

  expect(printed()).toBe('STEP 1\nSTEP 2\n');
});
