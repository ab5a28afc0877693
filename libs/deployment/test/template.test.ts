import type { PodTemplateSpec } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import { sameTemplate } from '../src/index.ts';

const pod = (container: object, spec: object = {}): PodTemplateSpec => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1', ...container }], ...spec },
});

test.each<[string, PodTemplateSpec, PodTemplateSpec]>([
  ['order of keys', pod({ command: ['a'], args: ['b'] }), pod({ args: ['b'], command: ['a'] })],
  ['white space around an image', pod({ image: ' web:1\n' }), pod({})],
  ['pod defaults', pod({}), pod({}, { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', securityContext: {} })],
  [
    'container defaults',
    pod({}),
    pod({ imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' }),
  ],
  ['the pull policy of latest', pod({ image: 'web' }), pod({ image: 'web', imagePullPolicy: 'Always' })],
  ['port protocol', pod({ ports: [{ containerPort: 1 }] }), pod({ ports: [{ containerPort: 1, protocol: 'TCP' }] })],
  ['a null creation time', pod({}), { ...pod({}), metadata: { labels: { app: 'web' }, creationTimestamp: null } }],
  ['empty lists', pod({}), pod({ env: [] }, { volumes: [] })],
  ['an absent and an empty metadata', { spec: { containers: [] } }, { metadata: {}, spec: { containers: [] } }],
  [
    'the deprecated twin of the service account',
    pod({}, { serviceAccountName: 'deployer' }),
    pod({}, { serviceAccountName: 'deployer', serviceAccount: 'deployer' }),
  ],
])('%s makes no difference', (_, a, b) => {
  expect(sameTemplate(a, b)).toBe(true);
  expect(sameTemplate(b, a)).toBe(true);
});

test.each<[string, PodTemplateSpec, PodTemplateSpec]>([
  ['an image', pod({}), pod({ image: 'web:2' })],
  ['an environment variable', pod({}), pod({ env: [{ name: 'A', value: 'b' }] })],
  ['the order of containers', pod({}), { ...pod({}), spec: { containers: [{ name: 'side' }, { name: 'web' }] } }],
  ['a label', pod({}), { ...pod({}), metadata: { labels: { app: 'web', tier: 'front' } } }],
  ['an empty argument', pod({ args: [] }), pod({ args: [''] })],
  ['no grace period', pod({}), pod({}, { terminationGracePeriodSeconds: 0 })],
])('%s makes a difference', (_, a, b) => {
  expect(sameTemplate(a, b)).toBe(false);
});
